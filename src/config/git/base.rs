//! The project at a revision, and which of its clients no document declares now.
//!
//! Owns the meaning of `--base REV` for files: the documents at REV, and the clients that the whole project no longer
//! declares. What git refuses is an error. What cannot be read at REV is a warning: this change may be the repair.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::batch::DocumentBatch;
use crate::config::find::names::{is_project, text_of};
use crate::config::find::project::ProjectLocation;
use crate::config::git::documents::read_objects;
use crate::config::git::elsewhere::declared_elsewhere;
use crate::config::git::listing;
use crate::config::git::resolve::{CommitObject, ResolvedRevision, error, name_of, resolve};
use crate::config::git::tree::CommitTree;
use crate::config::load::Loaded;
use crate::config::sections::project::{self, Project};
use crate::config::text::{MOST_BYTES, decode};
use crate::config::yaml::{self, Problems};
use crate::git::GitError;
use crate::git::ObjectReader;
use crate::model::{ClientKey, Declaration, Diagnostic, Place, RunInstant, Untrusted};

/// Rules that concern a whole file: after one of them, no document of the file counts.
const WHOLE_FILE: [&str; 5] = ["yaml-syntax", "bad-text", "too-deep", "too-large", "too-many"];

/// What a revision declares.
#[derive(Debug, Default)]
pub struct Baseline {
    /// The project at the revision; `None` when it has none or its file cannot be read.
    pub project: Option<Project>,
    /// The project as far as its file can be read, where the file has an error: its rules bind all the same.
    pub broken_project: Option<Project>,
    /// Its valid documents, of the whole project whatever paths were named.
    pub declarations: Vec<Declaration>,
    /// Whether all of them could be read. If not, a client that none of them names may be new or not.
    pub whole: bool,
    /// The declarations of the named paths whose clients no document declares now.
    pub gone: Vec<Declaration>,
    /// The clients that it declares and the whole project does not declare now. All of its clients, if files of today
    /// cannot be read.
    pub lost: BTreeSet<ClientKey>,
    /// For `NAME...` the tip of the branch: where secrets and rules are concerned, it counts too.
    pub tip: Option<BranchTip>,
    /// Whether the project is in a submodule, so that its history is not that of the repository around it.
    pub submodule: bool,
    /// Warnings about the revision.
    pub diagnostics: Vec<Diagnostic>,
    /// Each revision that counts, as the run names it, and its commit.
    pub(crate) commits: Vec<(String, CommitObject)>,
    /// The project's folder in the repository: empty, or with a `/` at its end.
    pub(crate) folder: Vec<u8>,
}

/// The tip of the branch that `NAME...` names, where that is another commit than the merge base.
#[derive(Debug)]
pub struct BranchTip {
    /// The name of the branch.
    pub name: String,
    /// Its project; `None` when it has none or its file cannot be read.
    pub project: Option<Project>,
    /// The project as far as its file can be read, where the file has an error.
    pub broken_project: Option<Project>,
}

/// Reads the project at a revision. `loaded` is the work tree, loaded without errors.
pub fn base(loaded: &Loaded, revision: &str) -> Result<Baseline, Vec<Diagnostic>> {
    let (Some(now), Some(location)) = (&loaded.project, &loaded.location) else { return Ok(Baseline::default()) };
    let failed = |refusal: GitError| vec![*error(now.repository.git(), revision, &refusal, None)];
    let mut base = Baseline { whole: true, ..Baseline::default() };
    let facts = now.repository.facts(name_of(revision).map_err(|error| vec![*error])?).map_err(failed)?;
    base.submodule = facts.submodule;
    let mut objects = ObjectReader::start(now.repository.git()).map_err(failed)?;
    let resolved = resolve(&now.repository, &facts, &mut objects, revision, &mut base.diagnostics);
    let ResolvedRevision { commit, tip } = resolved.map_err(|error| vec![*error])?;
    let named = named_paths(location);
    base.read(&mut objects, &commit, &facts.folder, now, &named).map_err(failed)?;
    base.commits.push((revision.to_owned(), commit));
    base.folder.clone_from(&facts.folder);
    if let Some((name, commit)) = tip {
        // Nothing is judged by this revision, so its warnings do not matter.
        let mut tip = Baseline::default();
        let project = tip.read_rules(&mut objects, &commit, &facts.folder, now).map_err(failed)?;
        base.commits.push((name.clone(), commit));
        base.tip = Some(BranchTip { name, project, broken_project: tip.broken_project });
    }
    let elsewhere = declared_elsewhere(&mut objects, now, &named, &mut base.diagnostics).map_err(failed)?;
    base.compare(elsewhere, loaded, &named);
    Ok(base)
}

/// The paths of the run below the project's folder, as git spells them; an empty one is the whole project.
fn named_paths(location: &ProjectLocation) -> Vec<Vec<u8>> {
    let below = location.paths.iter().filter_map(|path| path.strip_prefix(&location.root).ok());
    below
        .map(|path| path.components().map(|part| part.as_os_str().as_encoded_bytes()).collect::<Vec<_>>().join(&b'/'))
        // The project file as PATH means its project.
        .map(|name| if is_project(&String::from_utf8_lossy(&name)) { Vec::new() } else { name })
        .collect()
}

fn below(file: &str, folder: &str) -> bool {
    file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

impl Baseline {
    /// Compares with what the whole project declares now. `elsewhere` is what the run did not load, if all of it can be
    /// read.
    fn compare(&mut self, elsewhere: Option<BTreeSet<ClientKey>>, loaded: &Loaded, named: &[Vec<u8>]) {
        let Some(mut declared) = elsewhere else {
            self.lost = self.declarations.iter().map(Declaration::key).collect();
            let summary =
                "ringform cannot decide which clients the project stopped declaring: some of its files cannot be read";
            let help = "run `ringform validate` on the whole project: it names them".to_owned();
            self.diagnostics.push(Diagnostic::warning("base-broken", None, summary).help(help));
            return;
        };
        declared.extend(loaded.declarations.iter().map(Declaration::key));
        self.lost = self.declarations.iter().map(Declaration::key).filter(|one| !declared.contains(one)).collect();
        let named: Vec<String> = named.iter().map(|name| text_of(name)).collect();
        let is_named = |file: &str| named.iter().any(|name| name.is_empty() || file == name || below(file, name));
        let gone = |one: &&Declaration| is_named(one.place.file.raw()) && !declared.contains(&one.key());
        self.gone = self.declarations.iter().filter(gone).cloned().collect();
    }

    /// Reads the project of a commit and its documents.
    pub(super) fn read(
        &mut self,
        objects: &mut ObjectReader,
        commit: &CommitObject,
        folder: &[u8],
        now: &Project,
        named: &[Vec<u8>],
    ) -> Result<(), GitError> {
        let Some((project, tree, root)) = self.read_project(objects, commit, folder, now)? else { return Ok(()) };
        let found = tree.documents(&root, project.documents.as_ref(), named);
        for name in &found.closed {
            self.broken(name.raw(), None, "it is a submodule, or a link that leads out of the repository or nowhere");
        }
        let files = read_objects(objects, &found.files, &project, "")?;
        self.take(files);
        self.project = Some(project);
        Ok(())
    }

    /// The project of a commit, if it has one that can be read, where its documents do not matter.
    pub(super) fn read_rules(
        &mut self,
        objects: &mut ObjectReader,
        commit: &CommitObject,
        folder: &[u8],
        now: &Project,
    ) -> Result<Option<Project>, GitError> {
        match listing::plain_file(objects, &commit.tree, folder, now.file.as_bytes())? {
            Some(object) => self.read_file(objects, &object, now),
            None => Ok(self.read_project(objects, commit, folder, now)?.map(|(project, ..)| project)),
        }
    }

    /// The project of a commit, if it has one that can be read, with all names of the commit and where in them the
    /// project is.
    pub(super) fn read_project(
        &mut self,
        objects: &mut ObjectReader,
        commit: &CommitObject,
        folder: &[u8],
        now: &Project,
    ) -> Result<Option<(Project, CommitTree, Vec<u8>)>, GitError> {
        let (tree, root) = listing::read(objects, &commit.tree, folder)?;
        let file = [root.as_slice(), now.file.as_bytes()].concat();
        let Some(object) = tree.file(&file) else {
            // A link that leads nowhere is a file that cannot be read. Without one the project did not exist yet: all
            // of it is new.
            let closed = tree.documents(&root, None, &[]).closed;
            if closed.iter().any(|name| name.raw() == &*now.file) {
                self.broken(&now.file, None, "it is a link that leads out of the repository or nowhere");
            }
            return Ok(None);
        };
        let project = self.read_file(objects, object, now)?;
        Ok(project.map(|project| (project, tree, root)))
    }

    fn read_file(
        &mut self,
        objects: &mut ObjectReader,
        object: &str,
        now: &Project,
    ) -> Result<Option<Project>, GitError> {
        let mut texts = Vec::new();
        objects.contents(&[object], MOST_BYTES, &|_| now.file.to_string(), &mut |_, bytes| texts.push(bytes))?;
        Ok(self.project(texts.pop().flatten(), now))
    }

    fn project(&mut self, bytes: Option<Vec<u8>>, now: &Project) -> Option<Project> {
        let name = Untrusted::from(&*now.file);
        let text = match bytes.map(|bytes| decode(bytes, &name)) {
            Some(Ok(text)) => text,
            Some(Err(error)) => {
                self.broken(&now.file, error.range, error.summary.raw());
                return None;
            }
            None => {
                self.broken(&now.file, None, "it is larger than 16 MiB");
                return None;
            }
        };
        let mut problems = Problems::of_project(name, &text);
        let documents = yaml::read(&text, &mut problems);
        // Both sides are judged at one instant. What a day means there is the part of their own zone.
        let at = RunInstant::Started(now.at);
        let project = project::read(
            now.root.clone(),
            Arc::clone(&now.file),
            now.repository.clone(),
            &documents,
            &at,
            &mut problems,
        );
        match problems.into_list().into_iter().find(Diagnostic::is_error) {
            Some(error) => {
                self.broken(&now.file, error.range, error.summary.raw());
                self.broken_project = Some(project);
                None
            }
            None => Some(project),
        }
    }

    /// Takes the documents that were read: one warning for each file with an error.
    fn take(&mut self, gathered: Vec<DocumentBatch>) {
        let mut seen: BTreeSet<ClientKey> = BTreeSet::new();
        let mut doubled: BTreeSet<ClientKey> = BTreeSet::new();
        for mut file in gathered {
            if let Some(first) = file.diagnostics.iter().find(|one| one.is_error()) {
                if is_lost(&file) {
                    file.declarations.clear();
                }
                let name = first.range.as_ref().map(|place| place.file.raw().to_owned()).unwrap_or_default();
                self.broken(&name, first.range.clone(), first.summary.raw());
            }
            for declaration in file.declarations {
                if !seen.insert(declaration.key()) {
                    doubled.insert(declaration.key());
                }
                self.declarations.push(declaration);
            }
        }
        if let Some(one) = self.declarations.iter().find(|one| doubled.contains(&one.key())) {
            let (place, summary) = (one.place.clone(), format!("client {} is declared twice", one.client));
            self.broken(one.place.file.raw().to_owned().as_str(), Some(place), &summary);
        }
        self.declarations.retain(|one| !doubled.contains(&one.key()));
    }

    fn broken(&mut self, file: &str, place: Option<Place>, why: &str) {
        self.whole = false;
        let summary = format!("the base's version of {file} cannot be used: {why}");
        self.diagnostics.push(
            Diagnostic::warning("base-broken", place, summary)
                .help("the origin is unknown for every client that no valid document of the base names".to_owned()),
        );
    }
}

/// Whether no document of a file counts.
fn is_lost(file: &DocumentBatch) -> bool {
    file.diagnostics.iter().any(|one| one.is_error() && WHOLE_FILE.contains(&one.rule.as_str()))
}
