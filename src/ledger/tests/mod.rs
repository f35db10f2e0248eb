//! Tests of the whole room: runs and faults against real repositories, and a model of two runs that tries every order.

mod faults;
mod history;
mod model;
mod model_world;
mod runs;
mod steps;
mod verify;
