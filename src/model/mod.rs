//! The domain in plain types: the field table, values, the live client, declarations, places and diagnostics.
//!
//! Owns the facts of a setting: its name, its type, how it is read from YAML and from an answer, and how grave a change
//! of it is. Everything here is a value or a pure function. It must not know YAML, HTTP, files, clocks or terminals, or
//! any other room. Untrusted text enters through [`Untrusted`], which cannot be printed by accident.

pub mod base_limit;
pub mod calendar;
mod cause;
mod ci_job;
pub mod client;
pub mod countries;
pub mod dated;
pub mod declaration;
pub mod diagnostic;
pub mod difference;
pub mod encoding;
pub mod failure;
pub mod field;
mod flaw;
pub mod floor;
pub mod guard;
pub mod guard_case;
mod guard_override;
mod kind;
mod ledger_config;
pub mod limit;
pub mod live;
pub mod look_alike;
mod managed_field;
pub mod number;
pub mod place;
mod recorded;
pub mod revision;
pub mod risk;
pub mod route;
mod schema;
mod setting;
pub mod suggest;
pub mod text;
pub mod value;
pub mod waiver;
pub mod zone;

pub use base_limit::BaseLimit;
pub use calendar::{CalendarTime, DayZone, RunInstant, instant_text};
pub use cause::{Advice, causes, io_cause};
pub use ci_job::CiJob;
pub use client::{ClientId, ClientKey};
pub use dated::{
    Because, DatedCause, DatedDeclaration, DatedEffect, DatedEntry, DatedEvent, DatedLayer, DatedValue, EntryInLayer,
    OpenSpans,
};
pub use declaration::{Declaration, DeclaredClient, Expectation};
pub use diagnostic::{Diagnostic, Level};
pub use difference::{Difference, Origin};
pub use failure::{Failure, FailureKind};
pub use field::{FIELDS, FieldRow};
pub use flaw::Flaw;
pub use floor::Floor;
pub use guard::Guard;
pub use guard_case::{GuardCase, GuardVerdict};
pub use guard_override::GuardOverride;
pub use kind::FieldKind;
pub use ledger_config::LedgerConfig;
pub use limit::{ClientShare, LimitBound, LimitKind, LimitSource, SendLimits};
pub use live::{FieldMask, Live, LiveSettings};
pub use managed_field::{Layer, ManagedField};
pub use place::Place;
pub use recorded::{MOST_DOUBTS, RecordedClient, RecordedField};
pub use revision::{Revision, short_commit};
pub use risk::{Direction, Judgement, Risk, Severity};
pub use route::Route;
pub use setting::{Setting, SettingSet};
pub use text::Untrusted;
pub use value::{RawValue, State, Value};
pub use waiver::{Waived, Waiver};
