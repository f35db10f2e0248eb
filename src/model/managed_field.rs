//! One managed field: its value, the layer that declares it, and its place.
//!
//! Owns the layers and their text in a plan. It must not know how layers are folded.

use std::sync::Arc;

use crate::model::{Place, Setting, State, Untrusted};

/// One managed field.
#[derive(Clone, Debug, PartialEq)]
pub struct ManagedField {
    /// The field.
    pub setting: Setting,
    /// The declared value: never [`State::Odd`].
    pub wanted: State,
    /// What declares it.
    pub layer: Layer,
    /// Where the value starts; an alias counts as where it is used.
    pub place: Place,
}

/// The layer of a value; later profiles win over earlier ones and settings over all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The document's own `settings`.
    Settings,
    /// A profile of the project file, by name.
    Profile(Arc<str>),
    /// A dated entry of the document or of a profile.
    Temporary {
        /// Its `until`, as it is written.
        until: Arc<str>,
        /// Who answers for it.
        owner: Untrusted,
    },
    /// A past run that is taken back, by name: the value is the one before it, not the declared one.
    Undo(Arc<str>),
}

/// How the text of a dated layer begins.
const TEMPORARY: &str = "temporary until ";

impl Layer {
    /// As the plan writes it: `settings`, `profile NAME`, `temporary until DAY (OWNER)` or `undo RUN`.
    pub fn text(&self) -> String {
        match self {
            Layer::Settings => "settings".to_owned(),
            Layer::Profile(name) => format!("profile {name}"),
            Layer::Temporary { until, owner } => format!("{TEMPORARY}{until} ({})", owner.raw()),
            Layer::Undo(run) => format!("undo {run}"),
        }
    }

    /// Reads the form that [`Layer::text`] writes.
    pub fn parse(text: &str) -> Option<Layer> {
        if let Some(name) = text.strip_prefix("profile ") {
            return Some(Layer::Profile(name.into()));
        }
        if let Some(run) = text.strip_prefix("undo ") {
            return Some(Layer::Undo(run.into()));
        }
        if let Some(rest) = text.strip_prefix(TEMPORARY) {
            let (until, owner) = rest.strip_suffix(')')?.split_once(" (")?;
            return Some(Layer::Temporary { until: until.into(), owner: owner.into() });
        }
        (text == "settings").then_some(Layer::Settings)
    }
}
