//! The tests of ringform as one program: laws of the pure core, and black-box tests that run the binary against the simulator
//! over real HTTP.

#![allow(unreachable_pub, missing_docs, clippy::unwrap_used, reason = "a program of tests has no interface")]

mod applying;
mod architecture;
mod binding;
mod drifting;
mod examples;
mod field_http;
mod field_yaml;
mod files;
mod floors;
mod generated;
mod globs;
mod guard_testing;
mod guarding;
mod helpers;
mod hostile;
mod importing;
mod laws_exchange;
mod laws_fields;
mod laws_origins;
mod laws_plan;
mod leaks;
mod locking;
mod made;
mod metrics;
mod network;
mod odd_files;
mod origins;
mod output_inputs;
mod outputs;
mod overriding;
mod pages;
mod places;
mod planning;
mod releasing;
mod repository;
mod revisions;
mod rule_ids;
mod saved;
mod signals;
mod starting;
mod story;
mod supply;
mod surfaces;
mod tried;
mod trust;
mod watching;
mod world;
