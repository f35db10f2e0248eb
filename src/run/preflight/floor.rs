//! The floor of a run.
//!
//! Owns which files are its floor: that of the flag and that of RINGFORM_FLOOR, and both bind. `config` reads them.

use std::path::Path;

use crate::config::{self, Loaded};
use crate::model::{Diagnostic, Floor};
use crate::run::Environment;

/// The variable that names a floor.
pub const FLOOR_FILE: &str = "RINGFORM_FLOOR";

/// Reads the floors of a run. Their errors join those of the files.
pub(in crate::run) fn read(loaded: &mut Loaded, flag: Option<&Path>, env: &Environment) -> Floor {
    let variable = env.variables.text(FLOOR_FILE).unwrap_or_else(|why| {
        loaded.diagnostics.push(Diagnostic::error("bad-floor", None, why));
        None
    });
    let mut all = Floor::default();
    let named = flag.map(|file| file.to_string_lossy().into_owned());
    let files = flag.map(Path::to_owned).into_iter().zip(named);
    let files = files.chain(variable.map(|file| (Path::new(&file).to_owned(), file)));
    for (file, shown) in files {
        let root = loaded.project.as_ref().map(|project| project.root.as_path());
        match config::load_floor(&env.folder.join(file), &shown, root) {
            Ok(floor) => {
                loaded.diagnostics.extend(two_ledgers(&all, &floor));
                all = all.join(floor);
            }
            Err(errors) => loaded.diagnostics.extend(errors),
        }
    }
    all
}

/// The error about two floors that name different ledgers: a run records in one.
fn two_ledgers(one: &Floor, other: &Floor) -> Option<Diagnostic> {
    let (Some(first), Some(second)) = (&one.ledger, &other.ledger) else { return None };
    let differ = Diagnostic::error("bad-floor", second.place.clone(), "the two floors name different ledgers");
    let help = format!("give `ledger` in one of --floor and {FLOOR_FILE}, or the same in both");
    (!first.is_same(second)).then(|| differ.help(help))
}
