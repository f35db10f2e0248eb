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

    /// Whether one place of it can declare the values of many clients. A document's own place has one client.
    pub fn can_be_shared(&self) -> bool {
        match self {
            Layer::Settings => false,
            // An entry of a profile is shared, an entry of a document is not: its place tells them apart.
            Layer::Profile(_) | Layer::Temporary { .. } | Layer::Undo(_) => true,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_layer_reads_back_from_its_text(
            owner in r"(?s)[\PC\x00-\x1f() ]{0,40}",
            until in "[0-9TZ:+-]{0,25}",
            name in r"(?s)\PC{0,20}",
        ) {
            let layers = [
                Layer::Settings,
                Layer::Profile(name.as_str().into()),
                Layer::Undo(name.as_str().into()),
                Layer::Temporary { until: until.into(), owner: owner.as_str().into() },
            ];
            for layer in layers {
                prop_assert_eq!(Layer::parse(&layer.text()), Some(layer));
            }
        }

        #[test]
        fn any_text_that_is_a_layer_is_its_text(rest in r"(?s)[\PC\x00-\x1f() ]{0,40}") {
            for start in ["temporary until ", "temporary until 2026-12-14 (", "profile ", "undo ", ""] {
                for text in [format!("{start}{rest}"), format!("{start}{rest})")] {
                    if let Some(layer) = Layer::parse(&text) {
                        prop_assert_eq!(layer.text(), text);
                    }
                }
            }
        }
    }

    #[test]
    fn an_owner_can_hold_everything() {
        for owner in [" (x)", ")", "(", "a) (b", "\n", "", "temporary until 2026-12-14 (anna)", "profile x"] {
            let layer = Layer::Temporary { until: "2026-12-14".into(), owner: owner.into() };
            assert_eq!(Layer::parse(&layer.text()), Some(layer), "{owner:?}");
        }
        assert_eq!(Layer::parse("temporary until 2026-12-14"), None);
        assert_eq!(Layer::parse("temporary until 2026-12-14 anna)"), None);
    }
}
