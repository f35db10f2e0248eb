//! Problems in files, as data.
//!
//! Owns the shape of a problem and the one table of rules. It must not know formats: the terminal, JSON and annotations
//! all read the same diagnostic. `rule` ids are stable: people grep for them, and docs/rules.md has a line for each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Place, Untrusted};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The run ends with exit status 1. Most errors end it before its first request.
    Error,
    /// The run goes on, and its exit status stays the same.
    Warning,
}

/// One problem: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Level,
    /// A stable kebab-case id out of [`RULES`].
    pub rule: String,
    /// What is wrong, in one sentence. It may quote the file, so it is untrusted.
    pub summary: Untrusted,
    /// What to do.
    pub help: Option<Untrusted>,
    /// Where; `None` when the problem is not in a file.
    pub range: Option<Place>,
    /// A second place that belongs to it, such as the first of two documents for one client.
    #[serde(default)]
    pub other: Option<Place>,
    /// The line of the file, for the caret; never of ringform.yaml, which may hold a secret by mistake.
    #[serde(skip)]
    pub line: Option<Untrusted>,
}

impl Diagnostic {
    /// An error.
    pub fn error(rule: &'static str, range: impl Into<Option<Place>>, summary: impl Into<Untrusted>) -> Self {
        Diagnostic::new(Level::Error, rule, range.into(), summary.into())
    }

    /// A warning.
    pub fn warning(rule: &'static str, range: impl Into<Option<Place>>, summary: impl Into<Untrusted>) -> Self {
        Diagnostic::new(Level::Warning, rule, range.into(), summary.into())
    }

    fn new(severity: Level, rule: &'static str, range: Option<Place>, summary: Untrusted) -> Self {
        debug_assert!(RULES.iter().any(|(id, _)| *id == rule), "unknown rule {rule}");
        Diagnostic { severity, rule: rule.to_owned(), summary, help: None, range, other: None, line: None }
    }

    /// The same as a warning: a run that goes on without what it could not have.
    pub fn as_warning(self) -> Self {
        Diagnostic { severity: Level::Warning, ..self }
    }

    /// Adds what to do, where there is something to say.
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        if let Some(help) = help.into() {
            self.help = Some(help.into());
        }
        self
    }

    /// Names the second place.
    pub fn other(mut self, place: Place) -> Self {
        self.other = Some(place);
        self
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Level::Error
    }
}

/// Every rule and what it is about, sorted by id.
pub const RULES: &[(&str, &str)] = &[
    ("alias-bomb", "the aliases of one document stand for more than 10,000 nodes"),
    ("ambiguous-project", "the PATHs belong to two projects, or a folder has several project files"),
    ("another-commit", "a saved plan is from another commit than the work tree"),
    ("apply-lock", "another apply is running in this folder, or its lock file cannot be locked"),
    ("bad-alias", "an alias refers to itself, or to an anchor that does not come before it"),
    ("bad-client", "the client id is neither a number nor @me"),
    ("bad-credentials", "a credential of ringform.yaml has none of the three forms"),
    ("bad-floor", "a floor is inside of the project, holds no rule, or holds a value that is not valid"),
    ("bad-guard", "a guard of ringform.yaml is not valid"),
    ("bad-guard-test", "a guard test is missing or not valid, or asks a guard that the project does not have"),
    ("bad-limit", "a limit of ringform.yaml is not valid"),
    ("bad-merge", "a merge key refers to something other than mappings"),
    ("bad-setting", "a value is not valid for its field"),
    ("bad-shape", "a value has another form than the mapping, list or text that belongs here"),
    ("bad-temporary", "an entry of `temporary` is not valid"),
    ("bad-text", "a file is not UTF-8 or contains a character that YAML forbids"),
    ("bad-waiver", "a waiver of ringform.yaml is not valid"),
    ("bad-zone", "the zone that days are counted in is not a time zone"),
    ("base", "the revision of --base cannot be read"),
    ("base-behind", "live holds a value that an earlier run stored, so the revision of --base is behind"),
    ("base-broken", "a file is not valid at the revision of --base"),
    ("base-not-ancestor", "the revision of --base is not an ancestor of the commit that is checked out"),
    (
        "collateral",
        "an earlier apply moved other fields along with a PUT, so an apply without a terminal sends nothing",
    ),
    ("damaged-journal", "a line of the journal of an earlier apply cannot be read"),
    ("duplicate-client", "two documents declare one client, or a list of clients names it twice"),
    ("duplicate-item", "one list contains a name twice"),
    ("duplicate-key", "one mapping contains a key twice"),
    ("empty-value", "a key has no value"),
    ("endpoint", "the endpoint is missing, not valid or not allowed"),
    ("floor-waiver", "a waiver does not count, or not for all that it covers, because of a floor"),
    ("future-time", "the report of --since holds a time in the future"),
    ("guard", "a guard of the project warns about a client"),
    ("guard-overridden", "a guard would stop a client, and --override-guard lets this run pass it"),
    ("half-warning", "a disk-space warning has a threshold without an address, or an address without a threshold"),
    ("idle-addition", "a dated entry adds countries that are declared without it"),
    ("idle-waiver", "a waiver names a client or a field that no document declares"),
    ("ledger", "the ledger cannot be used, or a run may not begin beside what it holds"),
    ("limit-exceeded", "a plan is larger than a limit allows, so apply sends nothing"),
    ("literal-secret", "a secret is written out; name a variable of the environment instead"),
    ("long-temporary", "a dated entry holds for longer than a year"),
    ("looser-flag", "a flag is looser than a limit that binds, so it has no effect"),
    ("manages-nothing", "a document manages no field"),
    ("missing-key", "a required key is missing"),
    ("missing-variable", "a request needs a variable of the environment that is not set"),
    ("moved-on", "undo leaves a field alone, because live no longer holds what the run left there"),
    ("no-documents", "the project has no document, or the selection matches none"),
    ("no-project", "this folder and the folders above it have no ringform.yaml"),
    (
        "not-undone",
        "undo cannot put a field or a client back, because no document manages it or its old value cannot be sent",
    ),
    ("nothing-to-override", "--override-guard names a guard that stops no client"),
    ("nothing-to-overwrite", "--overwrite-drift names a client or a field without a conflict"),
    ("offline", "an offline plan cannot show what a newly declared null clears"),
    ("old-temporary", "a dated entry ended more than 30 days ago"),
    ("override-guard", "--override-guard names a guard that the project does not have, or one of the base"),
    ("read-only-field", "a read-only field is under settings; it belongs under expect"),
    ("rules-changed", "guards, limits or waivers differ from the base, so other changes or findings can pass"),
    ("set-and-ignored", "a field is under both settings and ignore"),
    ("short-lease", "a lease of the ledger is so short that it may end during a run"),
    ("sparse-checkout", "documents lie outside of a sparse checkout"),
    ("tag", "a value has a YAML tag"),
    ("temporary-collision", "two dated entries give one field two values at one time"),
    ("temporary-unmanaged", "nothing manages a field without its dated entry, or geo_list is null without it"),
    ("too-deep", "a file is nested deeper than 32 levels"),
    ("too-large", "a file is larger than 16 MiB"),
    ("too-many", "a file has more than 10,000 problems; the others are not shown"),
    ("undo", "the run or the report cannot be taken back"),
    ("undone", "live holds an old value that an undo put back, and the files still declare the newer one"),
    ("unknown-credentials", "a document or a list of clients names credentials that ringform.yaml does not declare"),
    ("unknown-key", "this mapping does not have this key"),
    ("unknown-profile", "a document names a profile that ringform.yaml does not declare"),
    ("unmanaged-by-change", "this change stops managing a security field or a client that the base manages"),
    ("unmatched-glob", "no document matches a glob of `documents`"),
    ("unreadable", "a file or folder cannot be read"),
    ("unresolved-put", "an earlier apply ended without the result of a PUT; what live holds now"),
    (
        "untrusted-project",
        "endpoint, credentials or the files of a credential's command differ from the base, or the project is a submodule, so ringform sends nothing",
    ),
    ("yaml-syntax", "a file is not valid YAML"),
];

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn rules_are_sorted_and_kebab_case() {
        assert!(RULES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(
            RULES
                .iter()
                .all(|(id, about)| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !about.is_empty())
        );
    }
}
