//! Why a call to a remote failed, in words that hold no address.
//!
//! Owns which lines of git, of ssh and of the remote say why, and the removal of every URL and path of a remote from
//! them. A URL may hold a token. The words decide nothing: a caller asks the remote what became of a push.

use crate::git::error::GitError;

/// The most characters of the remote's own words that a sentence quotes.
const LONGEST: usize = 300;
/// Git's last sentence about a transport that gave up. The line before it says why.
const GAVE_UP: &str = "fatal: Could not read from remote repository.";

/// The error in what git printed on stderr about a remote.
pub(crate) fn of_remote(stderr: &[u8]) -> GitError {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let sentence = match lines.iter().find_map(|line| rejection(line)) {
        Some(reason) => match words_of_remote(&lines) {
            Some(words) => format!("the remote refuses the push ({reason}): {words}"),
            None => format!("the remote refuses the push ({reason})"),
        },
        None => {
            let before = lines.iter().take_while(|line| **line != GAVE_UP).find(|line| !line.starts_with("warning:"));
            match before {
                Some(why) if lines.contains(&GAVE_UP) => format!("git says: {why}"),
                Some(_) | None => GitError::of_stderr(stderr).sentence.raw().to_owned(),
            }
        }
    };
    GitError::other(&without_addresses(&sentence).chars().take(LONGEST).collect::<String>())
}

/// The reason in a line such as `! [remote rejected] 0123 -> main (pre-receive hook declined)`.
fn rejection(line: &str) -> Option<&str> {
    let line = line.strip_prefix("! [")?;
    line.rsplit_once('(')?.1.strip_suffix(')')
}

/// What the remote says: its errors, or else its first line.
fn words_of_remote(lines: &[&str]) -> Option<String> {
    let words = || lines.iter().filter_map(|line| line.strip_prefix("remote:")).map(str::trim);
    let errors: Vec<&str> = words().filter(|line| line.to_ascii_lowercase().starts_with("error")).collect();
    match errors.is_empty() {
        true => words().find(|line| !line.is_empty()).map(str::to_owned),
        false => Some(errors.join(" ")),
    }
}

/// The text with `the remote` in the place of each address: a quoted URL or path, or a word with `://`.
fn without_addresses(text: &str) -> String {
    let plain = match quotation(text) {
        Some((from, to)) if text[from..to].contains(['/', ':', '@', '\\']) => {
            format!("{}the remote{}", &text[..from], &text[to..])
        }
        Some(_) | None => text.to_owned(),
    };
    let words = plain.split(' ').map(|word| match word.contains("://") {
        true => "the remote",
        false => word,
    });
    words.collect::<Vec<&str>>().join(" ")
}

/// From the first opening quote to the last closing one. Git quotes an address as it is, and an address may hold quotes
/// itself: a shorter part would leave the rest of it.
fn quotation(text: &str) -> Option<(usize, usize)> {
    let begins = |at: &usize| text[..*at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    let ends = |at: &usize| text[at + 1..].chars().next().is_none_or(|after| !after.is_alphanumeric());
    let from = text.match_indices('\'').map(|(at, _)| at).find(begins)?;
    let to = text.match_indices('\'').map(|(at, _)| at).rfind(ends).filter(|to| *to > from)?;
    Some((from, to + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_shown_and_no_address() {
        let rows = [
            (
                "remote: no entry        \nTo /srv/x.git\n ! [remote rejected] 01 -> refs/heads/l (pre-receive hook declined)\n\
                 error: failed to push some refs to '/srv/x.git'\n",
                "the remote refuses the push (pre-receive hook declined): no entry",
            ),
            (
                "remote: Resolving deltas\nremote: error: GH006: Protected branch update failed for refs/heads/l.\n\
                 To https://token@host/x.git\n ! [remote rejected] 01 -> l (protected branch hook declined)\n",
                "the remote refuses the push (protected branch hook declined): error: GH006: Protected branch update \
                 failed for refs/heads/l.",
            ),
            (" ! [rejected] 01 -> l (stale info)\n", "the remote refuses the push (stale info)"),
            (
                "fatal: unable to access 'https://user:token@host/x.git/': Could not resolve host: host\n",
                "git says: fatal: unable to access the remote: Could not resolve host: host",
            ),
            (
                "fatal: could not read Username for 'http://127.0.0.1:1': terminal prompts disabled\n",
                "git says: fatal: could not read Username for the remote: terminal prompts disabled",
            ),
            (
                "ssh: Could not resolve hostname pbx.invalid: Name or service not known\nfatal: Could not read from \
                 remote repository.\n\nPlease make sure you have the correct access rights\n",
                "git says: ssh: Could not resolve hostname pbx.invalid: Name or service not known",
            ),
            (
                "fatal: '/srv/gone' does not appear to be a git repository\nfatal: Could not read from remote \
                 repository.\n",
                "git says: fatal: the remote does not appear to be a git repository",
            ),
            ("fatal: 'x' is odd https://token@host/x y\n", "git says: fatal: 'x' is odd the remote y"),
            (
                "fatal: unable to access 'https://u:to'k3n@host/x'y.git/': Couldn't connect to server\n",
                "git says: fatal: unable to access the remote: Couldn't connect to server",
            ),
            (
                "fatal: '/srv/to'k3n/r.git' does not appear to be a git repository\nfatal: Could not read from remote \
                 repository.\n",
                "git says: fatal: the remote does not appear to be a git repository",
            ),
            ("error: No such remote 'mirror'\n", "git says: error: No such remote 'mirror'"),
            ("fatal: it's odd\n", "git says: fatal: it's odd"),
            ("", "git says: it gave no reason"),
        ];
        for (stderr, expected) in rows {
            assert_eq!(of_remote(stderr.as_bytes()).sentence.raw(), expected, "{stderr}");
        }
    }
}
