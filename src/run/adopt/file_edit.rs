//! One file of adopt: read, edited, checked, written.
//!
//! Owns which files adopt may change: regular files of the project that people may write. A file is replaced whole or
//! not at all, and only while it holds what the diff was made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::{self, EditRefusal, Project, WrittenDocuments, YamlEdit};
use crate::files::read_in_place;
use crate::model::{Declaration, Diagnostic, Untrusted, io_cause};
use crate::plan::adopt::{AdoptRefusal, AdoptedValue};
use crate::plan::{GuardList, guards};
use crate::run::Persist;
use crate::run::adopt::proposal::AdoptFile;

/// What became of one file.
#[derive(Debug, Default)]
pub(super) struct EditedFile {
    /// The file; `None` where it does not change.
    pub(super) file: Option<AdoptFile>,
    pub(super) refusals: Vec<AdoptRefusal>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Edits the text of a file. `real` is its path with links followed.
pub(super) fn edit_file(
    project: &Project,
    guards: &GuardList,
    name: &Untrusted,
    real: &Path,
    values: Vec<AdoptedValue>,
) -> EditedFile {
    let before = match readable(project, real) {
        Ok(text) => text,
        Err(why) => return all_refused("", &values, &why),
    };
    let documents = WrittenDocuments::read(&before);
    let edits: Vec<YamlEdit> = values.iter().map(|value| yaml_edit(&documents, value)).collect();
    let (edited, refused) = config::edit_all(before.as_bytes(), &edits);
    let Ok(after) = String::from_utf8(edited) else { return all_refused(&before, &values, "it is not UTF-8") };
    let mut done = EditedFile::default();
    let mut adopted = Vec::with_capacity(values.len());
    let refused: BTreeMap<usize, EditRefusal> = refused.into_iter().collect();
    for (index, value) in values.into_iter().enumerate() {
        match refused.get(&index) {
            None => adopted.push(value),
            Some(why) => {
                let why = format!("{} ({}:{}:{})", why.kind.sentence(), name.raw(), why.line, why.column);
                done.refusals.push(value.refused(why, Some(by_hand(&documents, &value))));
            }
        }
    }
    if adopted.is_empty() {
        return done;
    }
    match checked(project, guards, name, (&before, &after), &adopted) {
        Ok(warnings) => done.warnings = warnings,
        Err(why) => {
            done.refusals.extend(all_refused(&before, &adopted, &why).refusals);
            return done;
        }
    }
    done.file = Some(AdoptFile { name: name.clone(), real: real.to_owned(), before, after, values: adopted });
    done
}

/// Writes a file, if it still holds what the diff was made from.
pub(super) fn write_file(file: &AdoptFile, persist: Persist) -> Result<(), Vec<AdoptRefusal>> {
    let refused = |why: &str| Err(all_refused(&file.before, &file.values, why).refusals);
    match read_in_place(&file.real) {
        Ok(bytes) if bytes == file.before.as_bytes() => {}
        Ok(_) => return refused("the file changed on disk since the diff was shown"),
        Err(error) => return refused(&format!("the file cannot be read again: {}", io_cause(&error))),
    }
    // A rename would replace the file whatever its mode says, so the mode is looked at here.
    match is_read_only(&file.real) {
        Ok(false) => {}
        Ok(true) => return refused("the file is read-only"),
        Err(error) => return refused(&format!("the file cannot be written: {}", io_cause(&error))),
    }
    match persist(&file.real, file.after.as_bytes()) {
        Ok(()) => Ok(()),
        Err(error) => refused(&format!("the file cannot be written: {}", io_cause(&error))),
    }
}

/// The real path of a document.
pub(super) fn real_path(project: &Project, name: &Untrusted) -> PathBuf {
    let path = project.root.join(name.raw());
    fs::canonicalize(&path).unwrap_or(path)
}

fn readable(project: &Project, real: &Path) -> Result<String, String> {
    let root = fs::canonicalize(&project.root).unwrap_or_else(|_| project.root.clone());
    if !real.starts_with(&root) {
        return Err("the file is outside of the project".to_owned());
    }
    let bytes = read_in_place(real).map_err(|error| format!("the file cannot be read: {}", io_cause(&error)))?;
    if is_read_only(real).map_err(|error| io_cause(&error).to_string())? {
        return Err("the file is read-only".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())
}

fn is_read_only(real: &Path) -> io::Result<bool> {
    Ok(fs::metadata(real)?.permissions().readonly())
}

/// The edit of a value, in the form of what the file writes at its place.
fn yaml_edit(documents: &WrittenDocuments, value: &AdoptedValue) -> YamlEdit {
    let field = value.difference.setting.name();
    YamlEdit {
        document: value.document,
        path: vec!["settings".to_owned(), field.to_owned()],
        value: written(documents, value),
    }
}

fn written(documents: &WrittenDocuments, value: &AdoptedValue) -> String {
    let setting = value.difference.setting;
    let is_list = value.difference.live.countries().is_some();
    let old = is_list.then(|| documents.value(value.document, &["settings", setting.name()])).flatten();
    config::adopted_value(setting, &value.difference.live, old.as_ref())
}

/// The line to write by hand.
fn by_hand(documents: &WrittenDocuments, value: &AdoptedValue) -> Untrusted {
    format!("write by hand: settings.{}: {}", value.difference.setting, written(documents, value)).into()
}

fn all_refused(text: &str, values: &[AdoptedValue], why: &str) -> EditedFile {
    let documents = WrittenDocuments::read(text);
    let refusals = values.iter().map(|value| value.refused(why, Some(by_hand(&documents, value)))).collect();
    EditedFile { refusals, ..EditedFile::default() }
}

/// Reads both texts as the project would: the adopted fields have the live values and all else is as before. Returns
/// the warnings that only the new text has.
fn checked(
    project: &Project,
    guards: &GuardList,
    name: &Untrusted,
    (before, after): (&str, &str),
    values: &[AdoptedValue],
) -> Result<Vec<Diagnostic>, String> {
    let (old, old_problems) = config::declarations_of(project, name.clone(), before);
    let (new, new_problems) = config::declarations_of(project, name.clone(), after);
    if let Some(error) = new_problems.iter().find(|problem| problem.is_error()) {
        return Err(format!("the file would not be valid: {}", error.summary.raw()));
    }
    let mut by_document: BTreeMap<usize, Vec<&AdoptedValue>> = BTreeMap::new();
    for value in values {
        by_document.entry(value.document).or_default().push(value);
    }
    let of =
        |declaration: &Declaration| by_document.get(&(declaration.document as usize)).map_or(&[][..], Vec::as_slice);
    let is_same = old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| is_adopted(old, new, of(old)));
    if !is_same {
        return Err("the file no longer declares what was compared".to_owned());
    }
    let judged = |declarations: &[Declaration], problems: Vec<Diagnostic>| -> Vec<Diagnostic> {
        let concerned = declarations.iter().filter(|declaration| !of(declaration).is_empty());
        let verdicts = concerned.flat_map(|declaration| guards::judge_declared(guards, declaration));
        problems.into_iter().chain(verdicts).collect()
    };
    let known: Vec<Diagnostic> = judged(&old, old_problems);
    let known: BTreeSet<(&str, &Untrusted)> = known.iter().map(|known| (known.rule.as_str(), &known.summary)).collect();
    let is_new = |one: &Diagnostic| !known.contains(&(one.rule.as_str(), &one.summary));
    Ok(judged(&new, new_problems).into_iter().filter(is_new).collect())
}

/// Whether the new declaration is the old one with these values.
fn is_adopted(old: &Declaration, new: &Declaration, values: &[&AdoptedValue]) -> bool {
    let own = || values.iter();
    let is_same_client = old.client == new.client
        && old.credentials == new.credentials
        && old.labels == new.labels
        && old.ignored == new.ignored
        && old.expect.len() == new.expect.len()
        && old.managed_set() == new.managed_set();
    let was_planned = own().all(|value| {
        let declared = old.managed.iter().find(|managed| managed.setting == value.difference.setting);
        old.key() == value.key && declared.is_some_and(|managed| managed.wanted == value.difference.declared)
    });
    let is_live = new.managed.iter().zip(&old.managed).all(|(new, old)| {
        let adopted = own().find(|value| value.difference.setting == new.setting);
        new.wanted == adopted.map_or(&old.wanted, |value| &value.difference.live).clone()
    });
    is_same_client && was_planned && is_live
}
