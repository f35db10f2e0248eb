//! ringform keeps the settings of cloud-PBX clients as code.
//!
//! One client flows in a straight line through the rooms of this crate:
//! bytes → located values → declaration → (live) → client plan → patch → answer → verdict → report.

pub mod api;
pub mod config;
pub mod files;
pub mod git;
pub mod journal;
pub mod ledger;
pub mod manual;
pub mod model;
pub mod plan;
pub mod render;
pub mod run;
pub mod sandbox;
