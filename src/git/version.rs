//! Which version of git is installed.
//!
//! Owns the oldest version that keeps a ledger. It must not know what a ledger is.

use crate::git::error::GitError;
use crate::git::process::GitProcess;

/// The oldest version that ringform writes and fetches a branch with.
const OLDEST: (u32, u32) = (2, 30);

/// The version of git, if it is older than a run needs that writes or fetches a branch.
pub(crate) fn too_old(git: &GitProcess) -> Result<Option<String>, GitError> {
    let answer = git.line(&["--version"])?;
    // A version that is not understood may be of a newer kind.
    let is_old = parse(&answer).is_some_and(|version| version < OLDEST);
    Ok(is_old.then(|| answer.strip_prefix("git version ").unwrap_or(&answer).to_owned()))
}

/// The first two numbers in an answer such as `git version 2.39.5 (Apple Git-154)`.
fn parse(answer: &str) -> Option<(u32, u32)> {
    let mut numbers = answer.strip_prefix("git version ")?.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_answer_of_every_build() {
        for (answer, version) in [
            ("git version 2.47.3", Some((2, 47))),
            ("git version 2.30.0-rc1", Some((2, 30))),
            ("git version 2.39.5 (Apple Git-154)", Some((2, 39))),
            ("git version 2.47.0.windows.2", Some((2, 47))),
            ("git version 10.2", Some((10, 2))),
            ("git version unknown", None),
            ("hub version 2", None),
            ("", None),
        ] {
            assert_eq!(parse(answer), version, "{answer}");
        }
        assert!(parse("git version 2.9.5") < Some(OLDEST) && parse("git version 2.30") >= Some(OLDEST));
    }
}
