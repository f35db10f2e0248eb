//! A plan or a report as one HTML page.

pub(super) mod audit;
mod client;
mod difference;
mod failure;
mod findings;
mod footer;
mod fragments;
mod header;
pub(super) mod page;
mod place_group;
mod problems;
mod scheduled;
mod security;
mod unchanged;
mod unconfirmed;
mod value;
