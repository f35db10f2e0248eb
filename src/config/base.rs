//! The project as it was at a revision, and what of it is gone now.
//!
//! Owns the meaning of `--base REV` for files: which documents stood in it, and which clients are declared nowhere any more. By the
//! rules of the work tree the files are found (`tree`) and read. What git refuses is an error (`commit`), and what cannot be read at the revision is a warning: it was somebody's mistake and this change may mend it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::commit;
use crate::config::git::{Git, Refusal, entries};
use crate::config::problems::Problems;
use crate::config::project::{self, Project};
use crate::config::tree::{File, Tree};
use crate::config::walk::{self, text_of};
use crate::config::{Gathered, Loaded, MOST_BYTES, ProjectRequest, decode, discover, read_all, too_large, yaml};
use crate::model::{ClientKey, Declaration, Diagnostic, Place, Untrusted};

/// Rules that speak of a whole file: none of its documents can be relied on.
const WHOLE_FILE: [&str; 5] = ["yaml-syntax", "bad-text", "too-deep", "too-large", "too-many"];

/// What a revision declares.
#[derive(Debug, Default)]
pub struct Baseline {
    /// The project at the revision; `None` when it has none or its file cannot be read.
    pub project: Option<Project>,
    /// Its valid documents, of the whole project whatever paths were named.
    pub declarations: Vec<Declaration>,
    /// Whether all of them could be read. Else nobody knows whether a client that none of them names is new.
    pub whole: bool,
    /// Those of the named paths whose clients no document names any more.
    pub gone: Vec<Declaration>,
    /// For whom it speaks and no document of the whole project does now, as far as that can be told.
    pub lost: BTreeSet<ClientKey>,
    /// For `NAME...` the name and its project: what the branch has now counts too where secrets are concerned.
    pub tip: Option<(String, Option<Project>)>,
    /// Whether the project stands in a submodule, so that its history is not that of the repository around it.
    pub submodule: bool,
    /// What is odd about the revision: warnings all.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the project at a revision. `loaded` is what was loaded of the work tree by the same request, without errors.
pub fn base(request: &ProjectRequest, loaded: &Loaded, revision: &str) -> Result<Baseline, Vec<Diagnostic>> {
    let (Some(now), Ok(found)) = (&loaded.project, discover::project(request)) else { return Ok(Baseline::default()) };
    let git = Git::at(&found.root);
    let mut base = Baseline { whole: true, ..Baseline::default() };
    let named = commit::named(&git, revision, &mut base.diagnostics).map_err(|error| vec![*error])?;
    let also: Vec<Vec<u8>> = found
        .paths
        .iter()
        .filter_map(|path| path.strip_prefix(&found.root).ok())
        .map(|path| path.components().map(|part| part.as_os_str().as_encoded_bytes()).collect::<Vec<_>>().join(&b'/'))
        // The project file as PATH means its project.
        .map(|name| if discover::is_project(&String::from_utf8_lossy(&name)) { Vec::new() } else { name })
        .collect();
    let failed = |refusal: Refusal| vec![*commit::error(revision, &refusal, None)];
    base.read(&git, &named.commit, now, &also).map_err(failed)?;
    if let Some((name, commit)) = named.tip {
        // Its warnings are those of a revision that nothing is judged by.
        let project = Baseline::default().read_project(&git, &commit, now).map_err(failed)?;
        base.tip = Some((name, project.map(|(project, ..)| project)));
    }
    base.submodule = is_submodule(&git);
    let elsewhere = elsewhere(&git, now, &also, &mut base.diagnostics).map_err(failed)?;
    if let Some(mut declared) = elsewhere {
        declared.extend(loaded.declarations.iter().map(Declaration::key));
        let named: Vec<String> = also.iter().map(|name| text_of(name)).collect();
        let lost = base.declarations.iter().map(Declaration::key).filter(|one| !declared.contains(one));
        base.lost = lost.collect();
        let is_named = |file: &str| named.iter().any(|name| name.is_empty() || file == name || below(file, name));
        let gone = |one: &&Declaration| is_named(one.place.file.raw()) && !declared.contains(&one.key());
        base.gone = base.declarations.iter().filter(gone).cloned().collect();
    } else {
        base.lost = base.declarations.iter().map(Declaration::key).collect();
        let summary = "which clients are no longer declared cannot be told: some files of the project cannot be read";
        let help = "`ringform validate` of the whole project names them".to_owned();
        base.diagnostics.push(Diagnostic::warning("base-broken", None, summary).help(help));
    }
    Ok(base)
}

/// Whether the repository of the project is a submodule: whoever may change which commit of what it is chooses the base.
fn is_submodule(git: &Git) -> bool {
    let around = git.line(&["rev-parse", "--show-superproject-working-tree"]);
    // Git looks at the folder around it alone, which may hide what it is a part of. Where a submodule has its files does not.
    let own = git.line(&["rev-parse", "--absolute-git-dir"]).map(|own| String::from_utf8_lossy(&own).into_owned());
    let is_kept = |own: String| {
        let inside = own.split_once("/.git/").map(|(_, inside)| inside.split('/').collect::<Vec<_>>());
        inside.is_some_and(|parts| matches!(&parts[..], ["modules", ..] | ["worktrees", _, "modules", ..]))
    };
    around.map_or(true, |around| !around.is_empty()) || own.map_or(true, is_kept)
}

fn below(file: &str, folder: &str) -> bool {
    file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

impl Baseline {
    fn read(&mut self, git: &Git, commit: &str, now: &Project, also: &[Vec<u8>]) -> Result<(), Refusal> {
        let Some((project, tree, root)) = self.read_project(git, commit, now)? else { return Ok(()) };
        let found = tree.documents(&root, project.documents.as_ref(), also);
        for name in &found.closed {
            self.broken(name.raw(), None, "it is a submodule, or a link that leads out of the repository or nowhere");
        }
        let gathered = gather(git, &found.files, &project)?;
        self.take(gathered);
        self.project = Some(project);
        Ok(())
    }

    /// The project of a commit, if it has one that can be read, with all names of the commit and where in them the project is.
    fn read_project(
        &mut self,
        git: &Git,
        commit: &str,
        now: &Project,
    ) -> Result<Option<(Project, Tree, Vec<u8>)>, Refusal> {
        let (tree, root) = tree(git, commit)?;
        let file = [root.as_slice(), now.file.as_bytes()].concat();
        let Some(object) = tree.file(&file) else {
            // A link that leads nowhere is a file that cannot be read; else there was no project yet, and all of it is new.
            let closed = tree.documents(&root, None, &[]).closed;
            if closed.iter().any(|name| name.raw() == &*now.file) {
                self.broken(&now.file, None, "it is a link that leads out of the repository or nowhere");
            }
            return Ok(None);
        };
        let mut texts = Vec::new();
        git.contents(&[object], MOST_BYTES, &mut |_, bytes| texts.push(bytes))?;
        Ok(self.project(texts.pop().flatten(), now).map(|project| (project, tree, root)))
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
        let project = project::read(now.root.clone(), Arc::clone(&now.file), &documents, &mut problems);
        match problems.into_list().into_iter().find(Diagnostic::is_error) {
            Some(error) => {
                self.broken(&now.file, error.range, error.summary.raw());
                None
            }
            None => Some(project),
        }
    }

    /// Takes what was read of the documents: one warning for each file that is not as it should be.
    fn take(&mut self, gathered: Vec<Gathered>) {
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
        let summary = format!("{file} cannot be used as it is at the base: {why}");
        self.diagnostics.push(
            Diagnostic::warning("base-broken", place, summary)
                .help("the origin is unknown for every client that no valid document of the base names".to_owned()),
        );
    }
}

/// Whether nothing of a file can be relied on.
fn is_lost(file: &Gathered) -> bool {
    file.diagnostics.iter().any(|one| one.is_error() && WHOLE_FILE.contains(&one.rule.as_str()))
}

/// Reads files of a revision, each on its own.
fn gather(git: &Git, files: &[File], project: &Project) -> Result<Vec<Gathered>, Refusal> {
    let objects: Vec<&str> = files.iter().map(|file| file.object.as_str()).collect();
    let mut all = Vec::with_capacity(files.len());
    git.contents(&objects, MOST_BYTES, &mut |index, bytes| {
        let name = &files[index].name;
        let mut gathered = Gathered::default();
        match bytes.map_or_else(|| Err(Box::new(too_large(name))), |bytes| decode(bytes, name)) {
            Ok(text) => gathered.text(name.clone(), &text, &project.shape),
            Err(error) => gathered.diagnostics.push(*error),
        }
        all.push(gathered);
    })?;
    Ok(all)
}

/// The names of a commit, and where in them the project is. Without links nothing outside of the project is needed.
fn tree(git: &Git, commit: &str) -> Result<(Tree, Vec<u8>), Refusal> {
    let listed = git.ask(&["ls-tree", "-r", "-z", commit])?;
    let mut tree = Tree::of(entries(&listed).filter_map(entry));
    let mut root = Vec::new();
    let mut links = tree.links();
    if !links.is_empty() {
        root = git.line(&["rev-parse", "--show-prefix"])?;
        let listed = git.ask(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        tree = Tree::of(entries(&listed).filter_map(entry));
        links = tree.links();
        let mut targets = Vec::with_capacity(links.len());
        let objects: Vec<&str> = links.iter().map(String::as_str).collect();
        git.contents(&objects, 64 * 1024, &mut |_, target| targets.push(target))?;
        tree.follow(targets);
    }
    Ok((tree, root))
}

/// Mode, object and path out of `MODE TYPE OBJECT<TAB>PATH`.
fn entry(entry: &[u8]) -> Option<(&str, &str, &[u8])> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let mut words = std::str::from_utf8(&entry[..tab]).ok()?.split(' ');
    let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
    Some((mode, object, &entry[tab + 1..]))
}

/// Whom documents speak for that were not loaded: outside of the named paths, or outside of a sparse checkout. `None` when some
/// of them cannot be read, so that nobody knows whether a client is gone.
fn elsewhere(
    git: &Git,
    now: &Project,
    also: &[Vec<u8>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<BTreeSet<ClientKey>>, Refusal> {
    let mut declared = BTreeSet::new();
    let mut known = true;
    if !also.iter().any(Vec::is_empty) {
        let found =
            discover::Found { root: now.root.clone(), file: now.file.to_string(), paths: vec![now.root.clone()] };
        let (files, errors) = walk::documents(&now.root, &found, now.documents.as_ref());
        let read = read_all(&now.root, &files, &now.shape);
        known = !errors.iter().chain(&read.diagnostics).any(Diagnostic::is_error);
        declared.extend(read.claims.into_iter().map(|claim| claim.key));
    }
    let sparse = git.line(&["config", "--type=bool", "--get", "core.sparseCheckout"]);
    if sparse.is_ok_and(|answer| answer == b"true") {
        let unseen = outside(git, now)?;
        let documents: usize = unseen.iter().map(|file| file.documents).sum();
        for file in unseen {
            known &= !file.diagnostics.iter().any(Diagnostic::is_error);
            declared.extend(file.claims.into_iter().map(|claim| claim.key));
        }
        if documents > 0 {
            let (s, are) = if documents == 1 { ("", "is") } else { ("s", "are") };
            let summary = format!("{documents} document{s} {are} outside of this sparse checkout: not looked at");
            diagnostics.push(Diagnostic::warning("sparse-checkout", None, summary));
        }
    }
    Ok(known.then_some(declared))
}

/// The documents that git leaves out of a sparse checkout, as they stand in the index.
fn outside(git: &Git, now: &Project) -> Result<Vec<Gathered>, Refusal> {
    let listed = git.ask(&["ls-files", "-t", "--stage", "-z"])?;
    let mut left_out = BTreeSet::new();
    let all = entries(&listed).filter_map(|line| {
        // `S MODE OBJECT STAGE<TAB>PATH`, with an `S` for what is skipped in the work tree.
        let (tag, rest) = (line.first()?, line.get(2..)?);
        let tab = rest.iter().position(|byte| *byte == b'\t')?;
        let mut words = std::str::from_utf8(&rest[..tab]).ok()?.split(' ');
        let path = &rest[tab + 1..];
        if *tag == b'S' {
            left_out.insert(path.to_vec());
        }
        Some((words.next()?, words.next()?, path))
    });
    let tree = Tree::of(all.collect::<Vec<_>>().into_iter());
    let mut files = tree.documents(b"", now.documents.as_ref(), &[]).files;
    files.retain(|file| left_out.contains(&file.real));
    gather(git, &files, now)
}
