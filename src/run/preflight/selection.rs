//! Which declarations a run covers.
//!
//! Owns the errors of a selection that matches nothing, and what counts as the whole project.

use std::path::PathBuf;

use crate::config::{Loaded, Project, ProjectRequest};
use crate::model::Diagnostic;
use crate::plan::select::Selection;
use crate::run::RunRequest;

/// Narrows the declarations. A part of the selection that matches nothing becomes an error.
pub(in crate::run) fn narrow(loaded: &mut Loaded, selection: &Selection) {
    if loaded.has_errors() {
        return;
    }
    if let Err(unmatched) = selection.apply(&mut loaded.declarations) {
        let help = "`ringform resolve` lists the clients; labels are under `labels` of each document";
        let errors =
            unmatched.into_iter().map(|text| Diagnostic::error("no-documents", None, text).help(help.to_owned()));
        loaded.diagnostics.extend(errors);
    }
}

/// Whether nothing of the request selects clients, fields or origins.
pub(super) fn selects_nothing(request: &RunRequest) -> bool {
    let selection = &request.selection;
    let selects = !selection.clients.is_empty() || !selection.labels.is_empty() || !selection.fields.is_empty();
    !selects
        && selection.shard.is_none()
        && !request.base.affected
        && request.sending.only.is_empty()
        && request.sending.closing.is_none()
}

/// Whether the request names the project as a whole: its folder, and not only a part of it.
pub(in crate::run) fn is_whole(request: &ProjectRequest, project: &Project) -> bool {
    let real = |path: PathBuf| path.canonicalize().ok();
    let root = real(request.cwd.join(&project.root));
    let mut paths = request.paths.iter().map(|path| request.cwd.join(path));
    let is_root = |path: PathBuf| root.is_some() && real(path) == root;
    if request.paths.is_empty() { is_root(request.cwd.clone()) } else { paths.any(is_root) }
}
