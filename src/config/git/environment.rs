//! The environment that `git` runs in.
//!
//! Owns which variables git may see. It must not read the process environment: the caller hands the variables in.

use std::ffi::OsString;
use std::process::Command;

use crate::config::git::children::GitChildren;

/// The variables of a process without those that steer git. The default has none.
#[derive(Clone, Default)]
pub struct GitEnvironment {
    variables: Vec<(OsString, OsString)>,
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
        let steers = |name: &OsString| name.as_encoded_bytes().starts_with(b"GIT_");
        GitEnvironment {
            variables: variables.into_iter().filter(|(name, _)| !steers(name)).collect(),
            children: GitChildren::default(),
        }
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
