//! The section `ledger` of a project file.
//!
//! Owns the reading of its keys. A branch and a remote are names and nothing else: git would take other words for
//! options, paths or addresses.

use std::sync::Arc;
use std::time::Duration;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::keys::LEDGER;
use crate::config::sections::limits::parse_duration;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Problems, YamlContent};
use crate::model::LedgerConfig;

/// The shortest and the longest lease.
const LEASE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(24 * 3600)];

/// A shorter lease may end while a run waits for the API.
const SHORT_LEASE: Duration = Duration::from_secs(60);

pub(crate) fn read(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<LedgerConfig> {
    let mut config = LedgerConfig::git(problems.place(entry.at()));
    if !matches!(entry.value.content, YamlContent::Map(_)) {
        let word = mapping::text(entry, "`git`, or the keys of `ledger`", problems)?;
        if word != "git" {
            let message = "this is not a ledger".to_owned();
            problems.error_help("bad-shape", entry.value.at, message, "write git, or leave the key out");
            return None;
        }
        return Some(config);
    }
    for one in SectionEntries::read_or_empty(&entry.value, &LEDGER, problems).iter() {
        let Some(text) = mapping::text(one, "a name or a duration", problems) else { continue };
        let wants = match &*one.key {
            "branch" => match is_branch(text) {
                true => {
                    config.branch = text.into();
                    continue;
                }
                false => "the name of a branch, such as ringform-ledger",
            },
            "remote" => match is_remote(text) {
                true => {
                    config.remote = Some(Arc::from(text)).filter(|name| &**name != "none");
                    continue;
                }
                false => "the name of a remote, such as origin, or none; not a URL, a path or an option",
            },
            _ => match parse_duration(text).filter(|lease| (LEASE[0]..=LEASE[1]).contains(lease)) {
                Some(lease) => {
                    config.lease = lease;
                    if lease < SHORT_LEASE {
                        let message = "a lease below 1m may end while a run waits for the API".to_owned();
                        problems.warning("short-lease", one.value.at, message, "write 1m or more; the default is 15m");
                    }
                    continue;
                }
                None => "a duration from 1s to 24h",
            },
        };
        problems.error("bad-shape", one.value.at, format!("`{}` is {wants}", one.key));
    }
    Some(config)
}

/// Whether git takes this for a branch and for nothing else.
fn is_branch(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock");
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte));
    plain
        && name.len() <= 100
        && name != "HEAD"
        && !name.starts_with("refs/")
        && !name.contains("..")
        && !name.ends_with('.')
        && name.split('/').all(part)
}

/// Whether git takes this for the name of a remote and for nothing else.
fn is_remote(name: &str) -> bool {
    is_branch(name) && !name.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_and_no_options_paths_or_addresses() {
        for name in ["ringform-ledger", "ops/ledger", "a.b", "v1"] {
            assert!(is_branch(name), "{name}");
        }
        for name in [
            "",
            "-x",
            "--upload-pack=x",
            "a..b",
            "a b",
            "a:b",
            "a/",
            "/a",
            "a//b",
            ".a",
            "a.lock",
            "HEAD",
            "refs/heads/x",
            "a@{1}",
            "ö",
            "a/-b",
        ] {
            assert!(!is_branch(name), "{name}");
        }
        assert!(is_remote("origin") && is_remote("none"));
        for name in ["https://x.example/y", "../x", "ext::sh", "/srv/x", "-o", "a/b"] {
            assert!(!is_remote(name), "{name}");
        }
    }
}
