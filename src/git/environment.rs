//! The environment that `git` runs in.
//!
//! Owns which variables git may see. It must not read the process environment: the caller hands the variables in.

use std::ffi::OsString;
use std::process::Command;

/// The variables of a process without those that steer git. The default has none.
#[derive(Clone, Default)]
pub struct GitEnvironment {
    variables: Vec<(OsString, OsString)>,
    /// `GIT_` variables of the user that count for calls that reach a network.
    network: Vec<(OsString, OsString)>,
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
        let steers = |(name, _): &(OsString, OsString)| name.as_encoded_bytes().starts_with(b"GIT_");
        let (git, variables): (Vec<_>, Vec<_>) = variables.into_iter().partition(steers);
        let network = git.into_iter().filter(|(name, _)| name.to_str().is_some_and(counts_for_network)).collect();
        GitEnvironment { variables, network }
    }

    /// A command that sees these variables and no others.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A command that sees the user's settings of git too.
    pub(crate) fn network_command(&self, program: &str) -> Command {
        let mut command = self.command(program);
        command.envs(self.network.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Whether a `GIT_` variable counts for a call that reaches a network: how to log in, which program to run for ssh,
/// which settings. None of them names another repository, and none allows a transport.
fn counts_for_network(name: &str) -> bool {
    name.starts_with("GIT_CONFIG_")
        || name.starts_with("GIT_SSL_")
        || name.starts_with("GIT_HTTP_")
        || name.starts_with("GIT_TRACE")
        || matches!(
            name,
            "GIT_SSH" | "GIT_SSH_COMMAND" | "GIT_SSH_VARIANT" | "GIT_ASKPASS" | "GIT_PROXY_COMMAND" | "GIT_EXEC_PATH"
        )
}

#[cfg(test)]
mod tests {
    use super::GitEnvironment;

    #[test]
    fn variables_that_steer_git_are_left_out() {
        let variables = [("PATH", "/bin"), ("GIT_DIR", "/elsewhere"), ("GIT_CONFIG_COUNT", "1"), ("HOME", "/root")];
        let environment = GitEnvironment::of(variables.map(|(name, value)| (name.into(), value.into())));
        let command = environment.command("git");
        let seen: Vec<_> =
            command.get_envs().filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?))).collect();
        assert_eq!(seen, [("HOME", "/root"), ("PATH", "/bin")]);
    }
}
