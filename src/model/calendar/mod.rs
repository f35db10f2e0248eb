//! Days and instants, and the one instant that a run judges by.
//!
//! Dated settings, waivers and `--at` share the rules. No file here knows a clock.

mod calendar_time;
mod day_zone;
mod run_instant;
mod spelling;

pub use calendar_time::{CalendarTime, instant_text};
pub use day_zone::DayZone;
pub use run_instant::RunInstant;

#[cfg(test)]
mod tests;
