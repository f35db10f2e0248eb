//! The environment that `git` runs in.
//!
//! Owns which variables git may see. It must not read the process environment: the caller hands the variables in.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use crate::git::children::GitChildren;

/// The variables of a process: those that steer git apart from the others. The default has none.
#[derive(Clone, Default)]
pub struct GitEnvironment {
    variables: Vec<(OsString, OsString)>,
    /// Variables that name files of settings or hold settings.
    settings: Vec<(OsString, OsString)>,
    /// Variables that say how to log in to a remote and which programs to run for it.
    network: Vec<(OsString, OsString)>,
    children: GitChildren,
}

impl std::fmt::Debug for GitEnvironment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets.
        f.write_str("GitEnvironment(…)")
    }
}

impl GitEnvironment {
    /// Takes the variables of a process. Hooks export `GIT_` variables that name another repository: they are left out.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> GitEnvironment {
        let mut environment = GitEnvironment::default();
        for (name, value) in variables {
            let bytes = name.as_encoded_bytes();
            // GIT_CONFIG alone, without more of a name, makes `git config` read a file that git itself does not read.
            if bytes.starts_with(b"GIT_CONFIG_") {
                environment.settings.push((name, value));
            } else if name.to_str().is_some_and(|name| counts_for_network(name, &value)) {
                environment.network.push((name, value));
            } else if !bytes.starts_with(b"GIT_") {
                environment.variables.push((name, value));
            }
        }
        environment
    }

    /// The git processes of the run.
    pub fn children(&self) -> &GitChildren {
        &self.children
    }

    /// A command that sees these variables and no others.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A command that also sees the variables with settings of git.
    pub(crate) fn command_with_settings(&self, program: &str) -> Command {
        let mut command = self.command(program);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A command that reaches a network: it sees the user's settings, and how to log in.
    pub(crate) fn network_command(&self, program: &str) -> Command {
        let mut command = self.command_with_settings(program);
        command.envs(self.network.iter().map(|(name, value)| (name, value)));
        // A program that asks a person would wait. One that the user names for git may answer from a secret store.
        command.env_remove("SSH_ASKPASS").env("GCM_INTERACTIVE", "never");
        if self.network_variable("GIT_ASKPASS").is_none() {
            command.env("GIT_ASKPASS", "");
        }
        command
    }

    /// A variable that only calls over a network see.
    pub(crate) fn network_variable(&self, name: &str) -> Option<&OsStr> {
        self.network.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_os_str())
    }
}

/// Whether a `GIT_` variable counts for a call that reaches a network. None of them names another repository, and none
/// allows a transport. A trace goes to a file: on stderr its lines, which hold URLs and headers, would pass for reasons.
fn counts_for_network(name: &str, value: &OsStr) -> bool {
    (name.starts_with("GIT_TRACE") && (value.as_encoded_bytes().starts_with(b"/") || !is_trace(name)))
        || ["GIT_SSL_", "GIT_HTTP_"].iter().any(|start| name.starts_with(start))
        || matches!(
            name,
            "GIT_SSH" | "GIT_SSH_COMMAND" | "GIT_SSH_VARIANT" | "GIT_ASKPASS" | "GIT_PROXY_COMMAND" | "GIT_EXEC_PATH"
        )
}

/// Whether a variable says where a trace goes, and not what it holds.
fn is_trace(name: &str) -> bool {
    let settings = ["_REDACT", "_NO_DATA", "_BRIEF", "_NESTING", "_MAX_FILES", "_CONFIG_PARAMS", "_ENV_VARS", "_DEBUG"];
    !settings.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::GitEnvironment;

    #[test]
    fn a_trace_goes_to_a_file_and_never_among_the_reasons() {
        let seen = |name: &str, value: &str| {
            let environment = GitEnvironment::of([(name.into(), value.into())]);
            environment.network_command("git").get_envs().any(|(one, _)| one == name)
        };
        for (name, value, expected) in [
            ("GIT_TRACE", "/tmp/trace", true),
            ("GIT_TRACE", "1", false),
            ("GIT_TRACE", "true", false),
            ("GIT_TRACE_CURL", "2", false),
            ("GIT_TRACE2_EVENT", "1", false),
            ("GIT_TRACE2_PERF", "/tmp/trace", true),
            ("GIT_TRACE_REDACT", "0", true),
            ("GIT_TRACE_CURL_NO_DATA", "1", true),
        ] {
            assert_eq!(seen(name, value), expected, "{name}={value}");
        }
    }

    #[test]
    fn variables_that_steer_git_are_left_out() {
        let names = ["PATH", "GIT_DIR", "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "HOME"];
        let environment = GitEnvironment::of(names.map(|name| (name.into(), "x".into())));
        let seen = |command: std::process::Command| -> Vec<String> {
            command.get_envs().map(|(name, _)| name.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(seen(environment.command("git")), ["HOME", "PATH"]);
        let settings = seen(environment.command_with_settings("git"));
        assert_eq!(settings, ["GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "HOME", "PATH"]);
    }

    #[test]
    fn no_program_may_ask_a_person_for_a_password() {
        let of = |names: &[&str]| {
            let environment = GitEnvironment::of(names.iter().map(|name| ((*name).into(), "x".into())));
            let command = environment.network_command("git");
            let value = |name: &str| {
                let found = command.get_envs().find(|(one, _)| *one == name).and_then(|(_, value)| value);
                found.map(|value| value.to_string_lossy().into_owned())
            };
            (value("SSH_ASKPASS"), value("GIT_ASKPASS"))
        };
        assert_eq!(of(&["SSH_ASKPASS"]), (None, Some(String::new())));
        assert_eq!(of(&["SSH_ASKPASS", "GIT_ASKPASS"]), (None, Some("x".to_owned())), "a secret store of the user");
    }
}
