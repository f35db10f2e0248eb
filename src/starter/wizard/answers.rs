//! What counts as an answer to a question of `init`.
//!
//! Owns the reading of one line. It reads by the same rules as the flags. A reason never quotes the line, because a
//! terminal must not get it back unescaped.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use ringform::model::ClientId;
use ringform::model::guard::{BUILT_IN, BuiltIn};

use crate::cli::{self, Pipeline};
use crate::starter::choices::each_once;

/// The clients that a line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClientAnswer {
    /// Clients by number, or @me.
    Ids(Vec<ClientId>),
    /// A file that names clients.
    File(PathBuf),
}

/// How a person goes on after credentials that do not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterFailure {
    /// Check them again.
    Again,
    /// Choose another endpoint.
    Endpoint,
    /// Write the example, without requests.
    Offline,
    /// End.
    Stop,
}

/// The words of a line, separated by blanks or commas.
fn words(line: &str) -> Vec<&str> {
    line.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).collect()
}

/// An address, or the number of one of those that are offered. An empty line takes the first.
pub(super) fn endpoint(line: &str, offered: &[String]) -> Result<String, String> {
    let number = if line.is_empty() { Some(1) } else { line.parse::<usize>().ok() };
    match number {
        Some(number) => match number.checked_sub(1).and_then(|at| offered.get(at)) {
            Some(endpoint) => Ok(endpoint.clone()),
            None => Err(format!("the numbers are 1 to {}; or write an address", offered.len())),
        },
        None => cli::endpoint(line),
    }
}

/// `yes` or `no`, or their first letters.
pub(super) fn yes_or_no(line: &str) -> Result<bool, String> {
    match line.to_ascii_lowercase().as_str() {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err("type yes or no".to_owned()),
    }
}

/// One of the ways on. An empty line checks again.
pub(super) fn after_failure(line: &str) -> Result<AfterFailure, String> {
    match line.to_ascii_lowercase().as_str() {
        "" | "1" | "again" => Ok(AfterFailure::Again),
        "2" | "endpoint" => Ok(AfterFailure::Endpoint),
        "3" | "offline" => Ok(AfterFailure::Offline),
        "4" | "stop" => Ok(AfterFailure::Stop),
        _ => Err("type a number from 1 to 4".to_owned()),
    }
}

/// The clients. `me` is the client that the token belongs to, where it belongs to one; an empty line means it.
pub(super) fn clients(line: &str, me: Option<u64>) -> Result<ClientAnswer, String> {
    let words = words(line);
    let mut ids = Vec::new();
    for word in if words.is_empty() { vec!["me"] } else { words.clone() } {
        let id = if word.eq_ignore_ascii_case("me") { Ok(ClientId::Me) } else { cli::client_id(word) };
        match id {
            Ok(ClientId::Me) if me.is_none() => {
                return Err("the user of these credentials belongs to no client; write numbers or a file".to_owned());
            }
            Ok(id) => ids.push(id),
            // A name of a file has a dot or a slash, and a client has neither.
            Err(_) if line.contains(['.', '/']) => return Ok(ClientAnswer::File(PathBuf::from(line))),
            Err(why) => return Err(format!("{why}; or write `me`, or the name of a file such as clients.csv")),
        }
    }
    Ok(ClientAnswer::Ids(each_once(&ids)))
}

/// The file, with the home folder in place of a first `~`. A shell would put it there; no shell reads an answer.
pub(super) fn below_home(file: PathBuf, home: Option<&Path>) -> PathBuf {
    match (file.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => home.join(below),
        _ => file,
    }
}

/// The guards by number or name. `None`, for an empty line, keeps those of the starter project.
pub(super) fn guards(line: &str) -> Result<Option<Vec<&'static BuiltIn>>, String> {
    let guard = |word: &str| match word.parse::<usize>() {
        Ok(number) => number
            .checked_sub(1)
            .and_then(|at| BUILT_IN.get(at))
            .ok_or_else(|| format!("the numbers are 1 to {}", BUILT_IN.len())),
        Err(_) => cli::built_in_guard(word),
    };
    match words(line).as_slice() {
        [] => Ok(None),
        [word] if word.eq_ignore_ascii_case("none") => Ok(Some(Vec::new())),
        [word] if word.eq_ignore_ascii_case("all") => Ok(Some(BUILT_IN.iter().collect())),
        words => words.iter().map(|word| guard(word)).collect::<Result<_, _>>().map(Some),
    }
}

/// The pipelines by number or name. An empty line means none.
pub(super) fn pipelines(line: &str) -> Result<Vec<Pipeline>, String> {
    let all = Pipeline::value_variants();
    let pipeline = |word: &str| match word.parse::<usize>() {
        Ok(number) => number.checked_sub(1).and_then(|at| all.get(at)).copied(),
        Err(_) => Pipeline::from_str(word, true).ok(),
    };
    match words(line).as_slice() {
        [] => Ok(Vec::new()),
        [word] if word.eq_ignore_ascii_case("none") => Ok(Vec::new()),
        words => {
            let found: Option<Vec<Pipeline>> = words.iter().map(|word| pipeline(word)).collect();
            found
                .map(|found| each_once(&found))
                .ok_or_else(|| "the pipelines are 1 github, 2 gitlab, 3 cron, 4 kubernetes; or type none".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_me_numbers_or_a_file() {
        let ids = |line: &str| match clients(line, Some(1)) {
            Ok(ClientAnswer::Ids(ids)) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            other => panic!("{line}: {other:?}"),
        };
        for (line, expected) in
            [("", "@me"), ("ME", "@me"), ("@me", "@me"), ("12, 13  12", "12 13"), ("me 7", "@me 7"), ("12", "12")]
        {
            assert_eq!(ids(line), expected, "{line}");
        }
        for file in ["clients.csv", "./x", "/tmp/a b.csv", "12.csv", "12 13.csv"] {
            assert_eq!(clients(file, None), Ok(ClientAnswer::File(file.into())), "{file}");
        }
        for (line, me) in [("abc", Some(1)), ("012", Some(1)), ("", None), ("me", None), ("@me 7", None), ("1e3", None)]
        {
            let why = clients(line, me).unwrap_err();
            assert!(line.is_empty() || !why.contains("012"), "{why}");
        }
    }

    #[test]
    fn an_endpoint_is_a_number_of_the_list_or_an_address() {
        let offered = ["https://a.example".to_owned(), "https://b.example".to_owned()];
        for (line, expected) in [
            ("", Some("https://a.example")),
            ("2", Some("https://b.example")),
            ("https://PBX.example/", Some("https://pbx.example")),
            ("http://127.0.0.1:80", Some("http://127.0.0.1")),
            ("0", None),
            ("3", None),
            ("http://pbx.example", None),
            ("pbx.example", None),
            ("sandbox:seed.json", None),
            ("https://u:hush@h", None),
        ] {
            let read = endpoint(line, &offered);
            assert_eq!(read.as_deref().ok(), expected, "{line}");
            assert!(read.err().is_none_or(|why| !why.contains("hush")), "{line}");
        }
    }

    #[test]
    fn guards_are_numbers_or_names_and_a_wrong_name_gets_the_nearest() {
        let names = |line: &str| {
            guards(line).map(|found| found.map(|all| all.iter().map(|guard| guard.name).collect::<Vec<_>>().join(" ")))
        };
        assert_eq!(names(""), Ok(None));
        assert_eq!(names("none"), Ok(Some(String::new())));
        assert_eq!(names("1 dial-rule-changed"), Ok(Some("open-geo dial-rule-changed".to_owned())));
        assert_eq!(guards("all").unwrap().unwrap().len(), BUILT_IN.len());
        assert!(names("open-gео").is_err() && names("0").is_err() && names("7").is_err() && names("1 none").is_err());
        let why = names("opne-geo").unwrap_err();
        assert!(why.contains("did you mean `open-geo`?") && why.contains("dial-rule-changed"), "{why}");
    }

    #[test]
    fn pipelines_are_numbers_or_names_each_once() {
        use Pipeline::{Cron, Github, Kubernetes};
        for (line, expected) in [
            ("", Some(vec![])),
            ("None", Some(vec![])),
            ("1", Some(vec![Github])),
            ("cron, GITHUB 1", Some(vec![Cron, Github])),
            ("4", Some(vec![Kubernetes])),
            ("jenkins", None),
            ("5", None),
            ("none github", None),
        ] {
            assert_eq!(pipelines(line).ok(), expected, "{line}");
        }
    }

    #[test]
    fn only_clear_words_are_a_yes() {
        for (line, expected) in
            [("yes", Some(true)), ("Y", Some(true)), ("no", Some(false)), ("n", Some(false)), ("", None), ("ok", None)]
        {
            assert_eq!(yes_or_no(line).ok(), expected, "{line}");
        }
    }
}
