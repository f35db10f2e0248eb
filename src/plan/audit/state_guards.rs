//! The guards that judge a live state.
//!
//! Owns which they are: every built-in guard that judges values, switched on or not, those of the project and those of
//! its floor. A guard over changes, or over fields that are not managed, says nothing about a state.

use crate::model::guard::BUILT_IN;
use crate::model::{Guard, LiveSettings, Place, Untrusted};
use crate::plan::guard_condition::{applies_to_value, fields, judges_values};
use crate::plan::guard_list::{Labels, covers};

/// The guards that judge a live state.
#[derive(Clone, Debug)]
pub struct StateGuards(Vec<Guard>);

impl StateGuards {
    /// Those of a project and a floor, and the built-in ones. The project's form of a built-in guard takes its place; a
    /// floor only adds guards.
    pub fn of(project: &[Guard], floor: &[Guard]) -> StateGuards {
        let of_project = |name: &str| project.iter().find(|guard| &*guard.name == name).cloned();
        let known = BUILT_IN
            .iter()
            .map(|known| of_project(known.name).unwrap_or_else(|| known.guard(Place::new("".into(), 1, 1))));
        let own = project.iter().filter(|guard| BUILT_IN.iter().all(|known| *known.name != *guard.name));
        let all = known.chain(own.cloned()).chain(floor.iter().cloned());
        StateGuards(all.filter(judges_values).collect())
    }

    /// The names of the guards that refuse these settings of a client with these labels, or warn about them. Two guards
    /// of one name are named once.
    pub(super) fn against(&self, labels: &Labels, live: &LiveSettings) -> Vec<Untrusted> {
        let applies = |guard: &&Guard| {
            let mut settings = fields(guard).into_iter();
            covers(guard, labels)
                && settings.any(|one| live.state(one).is_some_and(|state| applies_to_value(guard, one, &state)))
        };
        let mut names: Vec<&str> = Vec::new();
        for guard in self.0.iter().filter(applies) {
            if !names.contains(&&*guard.name) {
                names.push(&guard.name);
            }
        }
        names.into_iter().map(Untrusted::new).collect()
    }
}
