//! Clients, records and clones for the tests of this room.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::git::GitProcess;
use crate::git::fixture::{environment, git_in, scratch};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::contents::claim::{Claim, ClaimedPut};
use crate::ledger::contents::layout::ProjectFolder;

use crate::model::{
    ClientId, Declaration, Layer, Live, ManagedField, Place, RecordedClient, RecordedField, Setting, value,
};
use crate::plan::{ClientPlan, Origin};

/// The clock of a test: minutes after nine.
pub(super) fn at(minute: i64) -> Timestamp {
    "2026-11-27T09:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_mins(minute)
}

/// A clock for durations that is always the same.
pub(super) fn still() -> Instant {
    static NOW: OnceLock<Instant> = OnceLock::new();
    *NOW.get_or_init(Instant::now)
}

/// The claim of a run.
pub(super) fn claim(run: &str, started_at: Timestamp, lease_end: Timestamp, puts: Vec<ClaimedPut>) -> Claim {
    let (commit, digest) = ("0".repeat(40), "sha256:00".to_owned());
    Claim { run: run.to_owned(), actor: "Anna".into(), link: None, commit, digest, started_at, lease_end, puts }
}

/// A declaration of these fields.
pub(super) fn declaration(id: &str, fields: &[(Setting, Json)]) -> Declaration {
    let place = Place::new("clients/a.yaml".into(), 1, 1);
    let managed = |(setting, declared): &(Setting, Json)| ManagedField {
        setting: *setting,
        wanted: value::live(setting.kind(), declared),
        layer: Layer::Settings,
        place: place.clone(),
    };
    let mut managed: Vec<ManagedField> = fields.iter().map(managed).collect();
    managed.sort_by_key(|one| one.setting);
    Declaration {
        client: ClientId::parse(id).unwrap(),
        credentials: None,
        labels: BTreeMap::new(),
        place: place.clone(),
        document: 0,
        managed,
        expect: Vec::new(),
        ignored: Default::default(),
        dated: None,
    }
}

/// A client with these fields: live and declared.
pub(super) fn client(id: &str, fields: &[(Setting, Json, Json)]) -> ClientPlan {
    let declared: Vec<(Setting, Json)> = fields.iter().map(|(setting, _, json)| (*setting, json.clone())).collect();
    let declaration = declaration(id, &declared);
    let mut body = serde_json::Map::new();
    body.insert("id".to_owned(), Json::from(id.parse::<u64>().unwrap()));
    for (setting, live, _) in fields {
        body.insert(setting.name().to_owned(), live.clone());
    }
    let live = Live::parse(Json::Object(body).to_string().as_bytes(), Default::default()).unwrap();
    ClientPlan::read(&declaration, live, Origin::Unknown)
}

/// A record. A text such as `5?6?7` means: 5 is agreed, 6 and 7 are in doubt; `-` means no record, `?7` no agreed value.
pub(super) fn recorded(fields: &[(Setting, &str)]) -> RecordedClient {
    let mut client = RecordedClient::default();
    for (setting, text) in fields.iter().filter(|(_, text)| *text != "-") {
        let state = |text: &str| value::live(setting.kind(), &serde_json::from_str(text).unwrap());
        let mut parts = text.split('?');
        let value = parts.next().filter(|text| !text.is_empty()).map(state);
        client.set(*setting, RecordedField { value, in_doubt: parts.map(state).collect() });
    }
    client
}

/// The ledger of a project in this repository.
pub(super) fn branch(folder: &Path, remote: Option<&str>) -> LedgerBranch {
    let git = Arc::new(GitProcess::at(folder, environment()));
    let project = ProjectFolder::new("bäse/ringform.yaml".as_bytes());
    LedgerBranch::new(git, project, "ringform-ledger".into(), remote.map(Into::into), Duration::from_secs(60))
}

/// Two clones of one bare remote, each with a commit of its own.
pub(super) fn clones() -> (tempfile::TempDir, [LedgerBranch; 2]) {
    let folder = scratch();
    git_in(folder.path(), &["init", "--quiet", "--bare", "remote.git"]);
    let clone = |name: &str| {
        git_in(folder.path(), &["clone", "--quiet", "remote.git", name]);
        let at = folder.path().join(name);
        git_in(&at, &["commit", "--quiet", "--allow-empty", "--message", name]);
        branch(&at, Some("origin"))
    };
    let clones = [clone("one"), clone("two")];
    (folder, clones)
}
