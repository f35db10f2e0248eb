//! Credentials that a program prints, such as a password manager's.
//!
//! Owns how ringform runs such a program: an argument vector without a shell, ten seconds, at most 64 KiB, and no view
//! of its stderr. Its process group ends with it, unless it is done. All that it prints is secret, so no error quotes it. The caller has checked `--allow-command`.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use crate::api::credential_source::ResolvedCredential;
use crate::api::error_body::scalar;
use crate::api::secret::Secret;
use crate::model::encoding::without_mark;

/// How long the program may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How many bytes it may print: a token is a few hundred.
const OUTPUT_LIMIT: usize = 64 << 10;

/// How long the pipe must be quiet after the program has exited.
const QUIET: Duration = Duration::from_millis(50);

/// Runs the program once. The error is a sentence that names only the program.
pub(super) async fn run(argv: &[String]) -> Result<ResolvedCredential, String> {
    run_within(argv, TIME_LIMIT).await
}

async fn run_within(argv: &[String], time: Duration) -> Result<ResolvedCredential, String> {
    let Some((program, arguments)) = argv.split_first() else { return Err("the command is empty".to_owned()) };
    let work = async {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => format!("the command `{program}` was not found"),
            std::io::ErrorKind::PermissionDenied => format!("the command `{program}` may not be run"),
            kind => format!("the command `{program}` cannot be run: {kind}"),
        })?;
        let group = ProcessGroup::of(&child);
        let (printed, status) = output(&mut child, program).await?;
        if !status.success() {
            return Err(match status.code() {
                Some(code) => format!("the command `{program}` ended with status {code}; its output is not shown"),
                None => format!("the command `{program}` was killed; its output is not shown"),
            });
        }
        let credential =
            read(&printed).map_err(|problem| format!("the command `{program}` {problem}; its output is not shown"))?;
        group.release();
        Ok(credential)
    };
    match tokio::time::timeout(time, work).await {
        Ok(result) => result,
        Err(_) => Err(format!("the command `{program}` did not end within {} s", time.as_secs())),
    }
}

/// What the program prints until it exits. A child of it may hold its stdout open for longer.
async fn output(child: &mut Child, program: &str) -> Result<(Vec<u8>, ExitStatus), String> {
    let mut printed = Vec::new();
    let Some(mut out) = child.stdout.take() else { return Err(format!("the command `{program}` has no output")) };
    let check = |read: std::io::Result<usize>, printed: &Vec<u8>| match read {
        Ok(_) if printed.len() > OUTPUT_LIMIT => Err(format!("the command `{program}` printed more than 64 KiB")),
        Ok(count) => Ok(count > 0),
        Err(error) => Err(format!("the output of the command `{program}` cannot be read: {}", error.kind())),
    };
    let mut is_open = true;
    let status = loop {
        tokio::select! {
            biased;
            read = out.read_buf(&mut printed), if is_open => is_open = check(read, &printed)?,
            status = child.wait() => break status,
        }
    };
    let status =
        status.map_err(|error| format!("ringform cannot wait for the command `{program}`: {}", error.kind()))?;
    // The rest is in the pipe already.
    while is_open && let Ok(read) = tokio::time::timeout(QUIET, out.read_buf(&mut printed)).await {
        is_open = check(read, &printed)?;
    }
    Ok((printed, status))
}

/// The processes that the program started. They end with it unless it is done.
struct ProcessGroup {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl ProcessGroup {
    fn of(child: &Child) -> ProcessGroup {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        ProcessGroup { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    /// The program is done: what it left running is its own matter.
    fn release(mut self) {
        self.leader = None;
    }
}

#[cfg(unix)]
impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // It fails where no process of the group is left.
            rustix::process::kill_process_group(leader, rustix::process::Signal::KILL).ok();
        }
    }
}

#[cfg(not(unix))]
impl ProcessGroup {
    fn of(_: &Child) -> ProcessGroup {
        ProcessGroup {}
    }

    fn release(self) {}
}

fn read(printed: &[u8]) -> Result<ResolvedCredential, &'static str> {
    let printed = without_mark(printed).map_err(|_| "printed UTF-16, and JSON must be UTF-8")?;
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

    /// Whether a process runs; a zombie does not.
    #[cfg(target_os = "linux")]
    fn runs(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with(['Z', 'X']))
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn children_end_with_a_program_that_fails_and_outlive_one_that_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let child = format!("sleep 30 & echo $! > {}; ", file.display());
        let token = r#"echo '{"token": "t"}'; "#;
        for (script, is_done) in [
            (format!("{child} exit 3"), false),
            (format!("{child} head -c 70000 /dev/zero"), false),
            (format!("{child} echo hush"), false),
            (format!("{child} sleep 30"), false),
            (format!("{child} {token} exit 1"), false),
            (format!("{child} {token}"), true),
        ] {
            let begun = std::time::Instant::now();
            let argv = ["sh".to_owned(), "-c".to_owned(), script.clone()];
            let result = run_within(&argv, Duration::from_secs(2)).await;
            assert_eq!(result.is_ok(), is_done, "{script}: {result:?}");
            assert!(begun.elapsed() < Duration::from_secs(5), "{script}");
            let pid = std::fs::read_to_string(&file).unwrap();
            if is_done {
                assert!(runs(&pid));
                let pid = pid.trim().parse().ok().and_then(rustix::process::Pid::from_raw).unwrap();
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
                continue;
            }
            // The system takes a moment to end it.
            for _ in 0..100 {
                if !runs(&pid) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert!(!runs(&pid), "{script}");
        }
    }
}
