//! Which files of a project HEAD does not hold as they are.
//!
//! Owns what counts as a file of the project: the project file and the documents. Reports and plans beside them do not
//! count.

use crate::config::find::names::text_of;
use crate::config::load::Loaded;
use crate::git::entries;
use crate::model::Untrusted;

impl Loaded {
    /// The project file and documents that differ from HEAD, by their paths from the project's folder.
    pub fn uncommitted(&self) -> Vec<Untrusted> {
        let Some(project) = &self.project else { return Vec::new() };
        let Some((_, folder)) = project.repository.path_at_head("") else { return Vec::new() };
        let Ok(status) = project.repository.git().status() else { return Vec::new() };
        let changed = entries(&status).filter_map(|line| {
            let (state, path) = line.split_at_checked(3)?;
            let name = text_of(path.strip_prefix(folder.as_slice())?);
            let is_below = |file: &str| file == name || (name.ends_with('/') && file.starts_with(&name));
            let is_read = || self.declarations.iter().any(|one| is_below(one.place.file.raw()));
            // A document that was removed is no more among the declarations.
            let is_yaml = || name.ends_with(".yaml") || name.ends_with(".yml");
            let counts = is_below(&project.file) || is_read() || (state != b"?? " && is_yaml());
            counts.then(|| Untrusted::from(name.as_str()))
        });
        changed.collect()
    }
}
