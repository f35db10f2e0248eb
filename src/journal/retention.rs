//! Which journals go, by count and by age.
//!
//! Owns the removal. It removes only regular files in `.ringform/journal/` that are whole journals of ended runs. A
//! journal stays with a PUT in doubt, a collateral that no run acknowledged, or a line that cannot be read. It reads no
//! clock.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::files::open_regular;
use crate::journal::collateral::JournalCollateral;
use crate::journal::folder::{journals, run_of};
use crate::journal::open_puts::OpenPuts;
use crate::journal::record::JournalRecord;

/// Which journals stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRetention {
    /// The newest so many, at most.
    pub runs: usize,
    /// Those of runs that began at this time or later, as the names of runs write it: `20260102T030405Z`.
    pub since: String,
}

/// Removes the journals that do not stay, and says how many it removed. `current` is the run that asks: its journal
/// stays. A journal that cannot be removed stays too: it harms nothing, and a later run tries again.
pub fn prune(root: &Path, retention: &JournalRetention, current: &str) -> io::Result<usize> {
    let all: Vec<_> = journals(root)?.into_iter().map(|path| (run_of(&path), path)).collect();
    let runs: Vec<_> = all.iter().filter(|(run, _)| is_run_id(run)).collect();
    let surplus = runs.len().saturating_sub(retention.runs);
    let mut removed = 0;
    for (index, (run, path)) in runs.into_iter().enumerate() {
        let is_old = run.as_bytes()[..TIME] < *retention.since.as_bytes();
        if run != current && (index < surplus || is_old) && remove(path, run).unwrap_or(false) {
            removed += 1;
        }
    }
    Ok(removed)
}

/// Removes a journal if it may go.
fn remove(path: &Path, run: &str) -> io::Result<bool> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(false);
    }
    let file = open_regular(path)?;
    // A run under way holds this lock.
    if file.try_lock().is_err() || !is_settled(&file, run)? {
        return Ok(false);
    }
    fs::remove_file(path)?;
    Ok(true)
}

/// Whether this is the journal of that run, readable to its end, every PUT has a result, and no collateral is open.
fn is_settled(file: &File, run: &str) -> io::Result<bool> {
    let (mut open, mut collateral) = (OpenPuts::default(), JournalCollateral::default());
    let mut lines = BufReader::new(file).split(b'\n');
    match lines.next().transpose()?.map(|line| serde_json::from_slice(&line)) {
        Some(Ok(JournalRecord::Begin { run: named, .. })) if named == run => {}
        Some(_) | None => return Ok(false),
    }
    for line in lines {
        let line = line?;
        match serde_json::from_slice(&line) {
            Ok(record) => {
                collateral.take(&record, None);
                open.take(record);
            }
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(_) => return Ok(false),
        }
    }
    Ok(open.is_empty() && !collateral.is_open())
}

/// The length of the time in the name of a run.
const TIME: usize = "20260102T030405Z".len();

/// Whether this is the name of a run: its time and its chance, `20260102T030405Z-00800aa1`. Older names are shorter.
fn is_run_id(name: &str) -> bool {
    let (pattern, name) = ("00000000T000000Z-xxxxxxxx".as_bytes(), name.as_bytes());
    let fits = |(wanted, found): (&u8, &u8)| match wanted {
        b'0' => found.is_ascii_digit(),
        b'x' => matches!(found, b'0'..=b'9' | b'a'..=b'f'),
        other => other == found,
    };
    (pattern.len() - 2..=pattern.len()).contains(&name.len()) && pattern.iter().zip(name).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::folder::{FOLDER, make_journals};

    const SENDING: &str = r#"{"event":"sending","client_id":"12","credentials":null,"changes":[],"put":{}}"#;
    const END: &str = r#"{"event":"end","ended_at":"t"}"#;

    fn done(in_doubt: bool) -> String {
        format!(
            r#"{{"event":"done","client_id":"12","credentials":null,"result":"failed","message":null,"in_doubt":{in_doubt}}}"#
        )
    }

    fn begin(run: &str) -> String {
        format!(
            r#"{{"event":"begin","run":"{run}","started_at":"t","ringform_version":"v","endpoint":"e","project":"p"}}"#
        )
    }

    fn name(day: u32) -> String {
        format!("202611{day:02}T090000Z-00aa{day:02}")
    }

    /// A folder with a journal for each of these days.
    fn folder(days: &[u32]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        days.iter().for_each(|day| write(root.path(), *day, &[&begin(&name(*day)), SENDING, &done(false), END]));
        root
    }

    fn write(root: &Path, day: u32, lines: &[&str]) {
        let path = make_journals(root).unwrap().join(format!("{}.jsonl", name(day)));
        fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }

    fn pruned(root: &Path, runs: usize, since: u32) -> Vec<u32> {
        let retention = JournalRetention { runs, since: name(since)[..TIME].to_owned() };
        prune(root, &retention, &name(1)).unwrap();
        let left = journals(root).unwrap().into_iter().map(|path| run_of(&path));
        left.map(|run| run.get(6..8).and_then(|day| day.parse().ok()).unwrap_or(0)).collect()
    }

    #[test]
    fn the_newest_stay_and_none_of_them_may_be_too_old() {
        for (days, runs, since, left) in [
            (&[2, 3, 4, 5][..], 4, 1, &[2, 3, 4, 5][..]),
            (&[2, 3, 4, 5], 2, 1, &[4, 5]),
            (&[2, 3, 4, 5], 9, 4, &[4, 5]),
            (&[2, 3, 4, 5], 1, 4, &[5]),
            (&[2, 3, 4, 5], 9, 9, &[]),
            // The journal of the run that asks stays, though its clock is behind.
            (&[1, 2, 3], 1, 9, &[1]),
            (&[], 1, 9, &[]),
        ] {
            let root = folder(days);
            assert_eq!(pruned(root.path(), runs, since), left, "{days:?}, {runs}, {since}");
            assert_eq!(pruned(root.path(), runs, since), left, "a second time changes nothing");
        }
    }

    #[test]
    fn a_journal_that_a_later_run_may_still_need_stays() {
        let header = begin(&name(2));
        let moved = done(false).replace("failed", "collateral");
        let settled = r#"{"event":"settled","client_id":"12","credentials":null,"by":"r"}"#;
        for (lines, stays) in [
            (vec![header.as_str(), SENDING, &done(false)], false),
            (vec![&header], false),
            (vec![&header, "", SENDING, settled], false),
            // A PUT in doubt, or a line that may hold one.
            (vec![&header, SENDING, END], true),
            (vec![&header, SENDING, &done(true), END], true),
            (vec![&header, SENDING, &done(true), END, settled], false),
            (vec![&header, "{\"event\":\"sen"], true),
            // A collateral that no run acknowledged keeps later runs from sending.
            (vec![&header, SENDING, &moved, END], true),
            (vec![&header, SENDING, &moved, END, r#"{"event":"acknowledged","by":"r"}"#], false),
            // Not the journal of that run.
            (vec![], true),
            (vec!["{}", SENDING, &done(false)], true),
            (vec![&begin("another"), SENDING, &done(false)], true),
        ] {
            let root = folder(&[]);
            write(root.path(), 2, &lines);
            assert_eq!(!pruned(root.path(), 1, 9).is_empty(), stays, "{lines:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_with_the_name_of_a_run_go_and_none_that_is_locked() {
        let root = folder(&[2, 3]);
        let folder = root.path().join(FOLDER).join("journal");
        let file = |day: u32| folder.join(format!("{}.jsonl", name(day)));
        let elsewhere = root.path().join("elsewhere.jsonl");
        fs::write(&elsewhere, begin(&name(4)) + "\n").unwrap();
        std::os::unix::fs::symlink(&elsewhere, file(4)).unwrap();
        fs::create_dir(file(5)).unwrap();
        for other in ["notes.jsonl", "notes.txt", "20261102T090000Z-00aa02.jsonl.bak", "20261102.jsonl"] {
            fs::write(folder.join(other), begin("20261102") + "\n").unwrap();
        }
        let living = File::open(file(3)).unwrap();
        living.lock().unwrap();
        pruned(root.path(), 1, 9);
        let mut left: Vec<String> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        let jsonl = |day: u32| format!("{}.jsonl", name(day));
        let expected = [
            "20261102.jsonl".to_owned(),
            "20261102T090000Z-00aa02.jsonl.bak".to_owned(),
            jsonl(3),
            jsonl(4),
            jsonl(5),
            "notes.jsonl".to_owned(),
            "notes.txt".to_owned(),
        ];
        assert_eq!(left, expected);
        assert!(elsewhere.exists());
    }
}
