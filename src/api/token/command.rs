//! Credentials that a program prints, such as a password manager's.
//!
//! Owns how ringform runs such a program: an argument vector without a shell, ten seconds, at most 64 KiB, and no view
//! of its stderr. All that it prints is secret, so no error quotes it. The caller has checked `--allow-command`.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::api::credential_source::ResolvedCredential;
use crate::api::error_body::scalar;
use crate::api::secret::Secret;

/// How long the program may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How many bytes it may print: a token is a few hundred.
const OUTPUT_LIMIT: u64 = 64 << 10;

/// Runs the program once. The error is a sentence that names only the program.
pub(super) async fn run(argv: &[String]) -> Result<ResolvedCredential, String> {
    run_within(argv, TIME_LIMIT).await
}

async fn run_within(argv: &[String], time: Duration) -> Result<ResolvedCredential, String> {
    let Some((program, arguments)) = argv.split_first() else { return Err("the command is empty".to_owned()) };
    let work = async {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => format!("the command `{program}` was not found"),
                std::io::ErrorKind::PermissionDenied => format!("the command `{program}` may not be run"),
                kind => format!("the command `{program}` cannot be run: {kind}"),
            })?;
        let mut printed = Vec::new();
        if let Some(out) = child.stdout.take() {
            out.take(OUTPUT_LIMIT + 1)
                .read_to_end(&mut printed)
                .await
                .map_err(|error| format!("the output of the command `{program}` cannot be read: {}", error.kind()))?;
        }
        if printed.len() as u64 > OUTPUT_LIMIT {
            return Err(format!("the command `{program}` printed more than 64 KiB"));
        }
        let status = child
            .wait()
            .await
            .map_err(|error| format!("ringform cannot wait for the command `{program}`: {}", error.kind()))?;
        if !status.success() {
            return Err(match status.code() {
                Some(code) => format!("the command `{program}` ended with status {code}; its output is not shown"),
                None => format!("the command `{program}` was killed; its output is not shown"),
            });
        }
        read(&printed).map_err(|problem| format!("the command `{program}` {problem}; its output is not shown"))
    };
    match tokio::time::timeout(time, work).await {
        Ok(result) => result,
        Err(_) => Err(format!("the command `{program}` did not end within {} s", time.as_secs())),
    }
}

fn read(printed: &[u8]) -> Result<ResolvedCredential, &'static str> {
    let Ok(Json::Object(map)) = serde_json::from_slice(printed) else {
        return Err("printed something other than a JSON object");
    };
    let text = |key: &str| map.get(key).and_then(scalar);
    match (text("token"), text("app_id"), text("app_secret")) {
        (Some(token), None, None) => Ok(ResolvedCredential::Token(Secret::new(token))),
        (None, Some(app_id), Some(secret)) => Ok(ResolvedCredential::App { app_id, app_secret: Secret::new(secret) }),
        (Some(_), _, _) => Err("printed both a token and an application"),
        (None, _, _) => Err("printed neither app_id with app_secret nor token"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sh(script: &str) -> Result<ResolvedCredential, String> {
        run_within(&["sh".to_owned(), "-c".to_owned(), script.to_owned()], Duration::from_secs(5)).await
    }

    #[tokio::test]
    async fn a_pair_and_a_token_are_read() {
        let Ok(ResolvedCredential::App { app_id, app_secret }) =
            sh(r#"echo '{"app_id": "a", "app_secret": "s"}'"#).await
        else {
            panic!("no pair")
        };
        assert_eq!((app_id.as_str(), app_secret.reveal_to_the_api()), ("a", "s"));
        let Ok(ResolvedCredential::Token(token)) = sh(r#"echo '{"token": "t", "more": [1]}'"#).await else {
            panic!("no token")
        };
        assert_eq!(token.reveal_to_the_api(), "t");
    }

    #[tokio::test]
    async fn no_error_shows_what_was_printed() {
        for (script, words) in [
            ("echo hush", "printed something other than a JSON object"),
            (r#"echo '["hush"]'"#, "printed something other than a JSON object"),
            (r#"echo '{"app_id": "hush"}'"#, "printed neither"),
            (r#"echo '{"token": "hush", "app_id": "a"}'"#, "printed both"),
            ("echo hush; echo hush >&2; exit 3", "status 3"),
            ("kill -9 $$", "killed"),
            ("head -c 70000 /dev/zero | tr '\\0' h", "more than 64 KiB"),
        ] {
            let error = sh(script).await.unwrap_err();
            assert!(error.contains(words), "{script}: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
        let error = run(&["/nonexistent/helper".to_owned(), "hush".to_owned()]).await.unwrap_err();
        assert_eq!(error, "the command `/nonexistent/helper` was not found");
        assert!(run(&[]).await.is_err());
    }

    #[tokio::test]
    async fn no_shell_reads_the_arguments() {
        let argv = ["printf", "%s", r#"{"token": "$(echo hush) ; `id`"}"#].map(str::to_owned);
        let Ok(ResolvedCredential::Token(token)) = run(&argv).await else { panic!("no token") };
        assert_eq!(token.reveal_to_the_api(), "$(echo hush) ; `id`");
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_ended() {
        let argv = ["sleep".to_owned(), "60".to_owned()];
        let error = run_within(&argv, Duration::from_millis(50)).await.unwrap_err();
        assert!(error.contains("did not end"), "{error}");
    }
}
