//! Tests of the whole room: runs against real repositories, and a model of two runs that tries every order.

mod history;
mod model;
mod runs;
mod verify;
