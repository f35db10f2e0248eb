//! What people meet first: a bare call, help, a word of another tool, an argument that would be obeyed.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn ringform<S: AsRef<std::ffi::OsStr>>(words: &[S]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
    command.args(words).env_clear().stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The commands, with those below `auth`.
fn commands() -> Vec<Vec<String>> {
    let help = text(&ringform(&["--help"]).stdout);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let mut all: Vec<Vec<String>> = names.map(|line| vec![line.split(' ').next().unwrap().to_owned()]).collect();
    assert!(all.len() > 13, "{help}");
    all.push(vec!["auth".to_owned(), "check".to_owned()]);
    all
}

#[test]
fn the_help_of_every_command_ends_with_examples_and_exit_statuses() {
    for command in commands() {
        let mut words = command.clone();
        words.push("--help".to_owned());
        let ran = ringform(&words);
        assert_eq!(ran.status.code(), Some(0));
        let help = text(&ran.stdout);
        let (_, end) =
            help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{command:?} has no examples:\n{help}"));
        let (examples, statuses) = end.split_once("\n\nExit status:\n").unwrap_or_else(|| panic!("{help}"));
        let lines: Vec<&str> = examples.lines().filter(|line| line.starts_with("  ringform")).collect();
        assert!((2..=3).contains(&lines.len()), "{help}");
        assert!(statuses.starts_with("  0    ") && statuses.contains("\n  1    "), "{help}");
        // The short form and `ringform help` have them too.
        words.pop();
        words.push("-h".to_owned());
        assert!(text(&ringform(&words).stdout).contains("\nExit status:\n"), "{command:?}");
        words.pop();
        words.insert(0, "help".to_owned());
        assert_eq!(text(&ringform(&words).stdout), help, "{command:?}");
    }
}

#[test]
fn a_bare_call_shows_the_way_in_and_does_nothing() {
    let ran = ringform::<&str>(&[]);
    assert_eq!((ran.status.code(), ran.stdout.len()), (Some(1), 0));
    let said = text(&ran.stderr);
    assert_eq!(said.lines().count(), 10, "{said}");
    for part in ["ringform init --demo", "ringform plan", "ringform --help", "ringform help environment"] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(text(&ringform(&["-V"]).stdout), format!("ringform {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_command_of_another_tool_is_answered_and_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    for (line, ours) in [
        ("sync --yes", "`ringform apply` shows the plan"),
        ("apply --auto-approve", "`ringform apply --yes`"),
        ("plan -out=plan.json", "`ringform plan --out FILE`"),
        ("dump", "`ringform import`"),
        ("new", "`ringform init`"),
        ("help diff", "`ringform plan`"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
        command.args(line.split(' ')).env_clear().stdin(Stdio::null()).current_dir(folder.path());
        let ran = command.output().unwrap();
        assert_eq!((ran.status.code(), ran.stdout.len()), (Some(1), 0), "{line}");
        let said = text(&ran.stderr);
        assert!(said.starts_with("error: `") && said.contains("\n  help: ") && said.contains(ours), "{line}: {said}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    // A misspelt word of ours gets the nearest one.
    assert!(text(&ringform(&["aply"]).stderr).contains("'apply'"));
    assert!(text(&ringform(&["plan", "--shrad", "1/2"]).stderr).contains("'--shard'"));
}

#[test]
fn no_argument_in_an_error_is_obeyed() {
    for argument in [
        "--x\u{1b}[31m",
        "\n::error::injected",
        "::error::injected",
        "--\r\n::set-output name=a::b",
        "--\u{202e}evil",
        "##[error]x",
        "--\u{9b}31m",
    ] {
        for words in [
            &[argument][..],
            &["plan", argument],
            &["plan", &format!("--shard={argument}")],
            &["plan", "--label", argument],
            &["plan", "--client", &format!("[{argument}")],
            &["plan", &format!("--yes={argument}")],
            &["apply", "--canary", argument],
            &["import", argument],
            &["init", "--ci", argument],
            &["schema", argument],
            &["auth", argument],
            &["help", argument],
            &["help", "plan", argument],
            &["explain", argument],
            &["sandbox", "--listen", argument],
            &["show", "--format", argument, "x"],
        ] {
            let ran = ringform(words);
            assert_eq!(ran.status.code(), Some(1), "{words:?}");
            let said = text(&ran.stderr);
            assert!(!said.is_empty() && ran.stdout.is_empty(), "{words:?}");
            for c in ['\u{1b}', '\r', '\u{202e}', '\u{9b}'] {
                assert!(!said.contains(c), "{words:?}: {said:?}");
            }
            let obeyed = said.lines().any(|line| line.trim_start().starts_with("::")) || said.contains("##[");
            assert!(!obeyed, "{words:?}: {said}");
        }
    }
    let ran = ringform(&[std::ffi::OsString::from_vec(b"--\xff\x1b[31m\n::error::x".to_vec())]);
    let said = text(&ran.stderr);
    assert!(ran.status.code() == Some(1) && !said.contains('\u{1b}') && !said.contains("\n::"), "{said:?}");
}

/// The names in `ringform help environment`.
fn listed() -> BTreeSet<String> {
    let topic = text(&ringform(&["help", "environment"]).stdout);
    let rows = topic.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    rows.flat_map(|row| row.trim().split(", ")).map(str::to_owned).collect()
}

/// The texts in the code of a file, without its tests.
fn literals(path: &Path) -> Vec<(String, String)> {
    let source = fs::read_to_string(path).unwrap();
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let parts: Vec<&str> = code.split('"').collect();
    (1..parts.len()).map(|at| (parts[at - 1].to_owned(), parts[at].to_owned())).collect()
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => sources(&path, found),
            false if path.ends_with("manual/environment.rs") || path.ends_with("testing.rs") => {}
            false => found.push(path),
        }
    }
}

#[test]
fn the_topic_environment_lists_every_variable_that_the_code_reads() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let is_name = |text: &str| text.len() > 2 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut read = BTreeSet::new();
    for (before, text) in files.iter().flat_map(|file| literals(file)) {
        let looked_up =
            ["var(", "var_os(", "variables.get(", "variables.text("].iter().any(|end| before.ends_with(end));
        let by_name = text.starts_with("RINGFORM_") || text.to_uppercase().ends_with("_PROXY");
        if is_name(&text) && (looked_up || by_name) {
            read.insert(text);
        }
    }
    for name in ["RINGFORM_ENDPOINT", "RINGFORM_NOTIFY_URL", "GITHUB_STEP_SUMMARY", "COLUMNS", "https_proxy"] {
        assert!(read.contains(name), "the test does not find {name}: {read:?}");
    }
    let listed = listed();
    // `_FILE` is appended to a name, and no literal has it.
    let unlisted: Vec<&String> = read.iter().filter(|name| !listed.contains(*name)).collect();
    assert_eq!(unlisted, Vec::<&String>::new());
    // What libraries and git read.
    let others = ["CLICOLOR", "HOME", "NO_COLOR", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "XDG_CONFIG_HOME"];
    let unread: Vec<&str> = listed
        .iter()
        .map(String::as_str)
        .filter(|name| {
            !read.contains(*name) && !read.contains(name.trim_end_matches("_FILE")) && !others.contains(name)
        })
        .collect();
    assert_eq!(unread, Vec::<&str>::new());
}

#[test]
fn the_manual_page_has_the_variables_and_every_command() {
    let page = text(&ringform(&["man"]).stdout);
    for name in listed() {
        assert!(page.contains(&name), "{name}");
    }
    for command in commands() {
        assert!(page.contains(&format!(".SH \"RINGFORM {}\"", command.join(" ").to_uppercase())), "{command:?}");
    }
    assert!(page.contains("ringform init \\-\\-demo"));
}
