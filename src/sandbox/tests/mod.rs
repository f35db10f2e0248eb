//! Tests of the simulator over HTTP.
//!
//! Their client is a few lines over a blocking socket. It shows status, headers, bytes and resets unchanged, and it
//! never follows a redirect, decompresses or retries. It must not be the HTTP library of ringform, which hides such
//! details.

mod access;
mod api;
mod connections;
mod data;
mod faults;
mod raw_client;
mod semantics;
