//! Checks one page: runs its console blocks in order, and loads its YAML and JSON blocks.
//!
//! Hidden comments above a block: `run: project=NAME` begins a new world, `setup: COMMAND` runs something unshown,
//! `write: PATH` puts a block into the world, `not-run: REASON` leaves the block out. `docs/README.md` explains them.

use std::fmt::Write as _;

use crate::links;
use crate::markdown::{self, Block};
use crate::screen::{self, Names};
use crate::worlds::World;
use crate::yaml::Documents;

/// Pages that tests/suite/generated.rs writes. tests/suite/rule_ids runs their examples.
const GENERATED: [&str; 4] = ["docs/fields.md", "docs/keys.md", "docs/rules.md", "docs/words.md"];

/// What a page has come to.
struct Reading<'a> {
    path: &'a str,
    world: Option<World>,
    names: Names,
    documents: Documents,
    failures: Vec<String>,
    /// Blocks whose output is not the shown one: where their lines begin, how many there are, and the real lines.
    changed: Vec<(usize, usize, Vec<String>)>,
}

/// Checks a page. With `UPDATE` in the environment its output becomes the real one.
pub fn check(path: &str) {
    let text = links::text(path);
    let mut reading = read(path, &text);
    if !reading.changed.is_empty() && std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, updated(&text, &reading.changed)).unwrap();
        reading.failures.retain(|failure| !failure.contains("UPDATE=1"));
    }
    assert!(reading.failures.is_empty(), "\n{}", reading.failures.join("\n"));
}

fn read<'a>(path: &'a str, text: &str) -> Reading<'a> {
    let mut reading = Reading {
        path,
        world: None,
        names: Names::default(),
        documents: Documents::default(),
        failures: Vec::new(),
        changed: Vec::new(),
    };
    if GENERATED.contains(&path) {
        return reading;
    }
    for block in markdown::blocks(text) {
        if let Err(problem) = reading.block(&block) {
            reading.fail(block.line, &problem);
        }
    }
    for line in markdown::other_code(text) {
        reading.fail(line, "code without a fence does not run: write ```console with `$ ` before the command");
    }
    for (line, text) in markdown::prose(text) {
        if text.chars().count() > 120 && !text.starts_with(['|', '<']) {
            reading.fail(line, "the line is longer than 120 columns");
        }
    }
    reading
}

/// The page with the real output.
fn updated(text: &str, changed: &[(usize, usize, Vec<String>)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (start, count, real) in changed.iter().rev() {
        lines.splice(start - 1..start - 1 + count, real.iter().cloned());
    }
    lines.join("\n") + "\n"
}

impl Reading<'_> {
    fn fail(&mut self, line: usize, problem: &str) {
        self.failures.push(format!("{}:{line}: {problem}", self.path));
    }

    fn block(&mut self, block: &Block) -> Result<(), String> {
        let unknown = block.unknown_directives();
        if !unknown.is_empty() {
            return Err(format!("the tests do not know these comments: {unknown:?}"));
        }
        if let Some(reason) = block.directive("not-run") {
            return if reason.is_empty() { Err("`not-run` needs a reason".to_owned()) } else { Ok(()) };
        }
        if let Some(words) = block.directive("run") {
            self.world = Some(World::new(words)?);
        }
        for command in block.directives("setup") {
            self.world()?.set_up(command)?;
        }
        if let Some(path) = block.directive("write") {
            // A YAML file names itself in its first line; another file cannot.
            let named = block.lines.first().and_then(|line| line.strip_prefix("# ")).filter(|_| path.is_empty());
            let path = named.unwrap_or(path);
            if path.is_empty() {
                return Err("`write` needs a file: `<!-- write: PATH -->`, or `# PATH` as the first line".to_owned());
            }
            self.world()?.write(path, &(block.lines.join("\n") + "\n"));
            return Ok(());
        }
        match block.language.as_str() {
            "console" => self.console(block),
            "yaml" => self.documents.check(&block.lines.join("\n")),
            "json" => {
                serde_json::from_str::<serde_json::Value>(&block.lines.join("\n")).map(drop).map_err(|e| e.to_string())
            }
            other => {
                Err(format!("a block `{other}` does not run: use console, yaml or json, or `<!-- not-run: REASON -->`"))
            }
        }
    }

    fn world(&mut self) -> Result<&mut World, String> {
        self.world.as_mut().ok_or_else(|| "write `<!-- run: project=NAME -->` above the first block".to_owned())
    }

    /// Runs the commands of a block, and compares what each of them printed.
    fn console(&mut self, block: &Block) -> Result<(), String> {
        let mut at = 0;
        if !block.lines.first().is_some_and(|line| line.starts_with("$ ")) {
            return Err("a console block begins with `$ ` and a command".to_owned());
        }
        while at < block.lines.len() {
            let mut command = self.names.real(&block.lines[at][2..]);
            let shown_command = at;
            at += 1;
            while let Some(more) =
                block.lines.get(at).and_then(|line| line.strip_prefix("> ").or((line == ">").then_some("")))
            {
                write!(command, "\n{}", self.names.real(more)).unwrap();
                at += 1;
            }
            let length = block.lines[at..].iter().take_while(|line| !line.starts_with("$ ")).count();
            let mut shown: Vec<String> = block.lines[at..at + length].to_vec();
            // A blank line before the next command is layout.
            let blank = shown.pop_if(|line| line.is_empty() && at + length < block.lines.len()).is_some();
            let (mut real, status) = self.world()?.run(&command)?;
            if !real.is_empty() && !real.ends_with('\n') {
                real.push('\n');
            }
            if status != 0 {
                writeln!(real, "[exit status {status}]").unwrap();
            }
            if let Err(mut lines) = screen::compare(&shown, real.trim_end_matches('\n'), &mut self.names) {
                let line = block.line + 1 + shown_command;
                let difference = difference(&shown.join("\n"), &lines.join("\n"));
                self.fail(line, &format!("`{command}` prints something else (UPDATE=1 writes it):\n{difference}"));
                if blank {
                    lines.push(String::new());
                }
                self.changed.push((block.line + 1 + at, length, lines));
            }
            at += length;
        }
        Ok(())
    }
}

fn difference(shown: &str, real: &str) -> String {
    let (shown, real) = (format!("{shown}\n"), format!("{real}\n"));
    similar::TextDiff::from_lines(&shown, &real).unified_diff().context_radius(1).header("page", "real").to_string()
}

#[test]
fn a_page_with_a_fault_does_not_pass() {
    let table = [
        ("```console\n$ echo a\n```\n", "t:1: write `<!-- run:"),
        ("<!-- run: project=nowhere -->\n```console\n$ echo a\na\n```\n", "t:2: projects are"),
        ("<!-- run: project=empty -->\n```console\n$ echo a\nb\n```\n", "t:3: `echo a` prints something else"),
        ("<!-- run: project=empty -->\n```console\n$ false\n```\n", "[exit status 1]"),
        ("<!-- run: project=empty -->\n<!-- setup: false -->\n```console\n$ echo\n```\n", "`false` ended with 1"),
        ("<!-- run: project=empty -->\n```console\n$ (\n```\n", "is not valid"),
        ("<!-- run: project=empty -->\n```console\na\n```\n", "begins with `$ `"),
        ("<!-- not-run -->\n```console\n$ echo a\n```\n", "needs a reason"),
        ("<!-- nut-run: why -->\n```console\n$ echo a\n```\n", "do not know these comments"),
        ("<!-- run: project=empty -->\n<!-- write -->\n```csv\nid\n```\n", "needs a file"),
        ("```sh\necho a\n```\n", "a block `sh` does not run"),
        ("```yaml\nguards: [open_geo]\n```\n", "did you mean `open-geo`?"),
        ("```yaml\nclient: 12\nsettings: {geo_list: [UK]}\n```\n", "did you mean `GB`?"),
        ("```json\n{a: 1}\n```\n", "t:1:"),
        ("text\n\n    ringform plan\n", "t:3: code without a fence"),
    ];
    let long = format!("{}\n", "long ".repeat(25));
    for (page, problem) in table.into_iter().chain([(long.as_str(), "t:1: the line is longer")]) {
        let failures = read("t", page).failures;
        assert!(failures.len() == 1 && failures[0].contains(problem), "{page}\n{failures:?}");
    }
    let page = "<!-- run: project=empty -->\n```console\n$ echo a\nb\nc\n\n$ cd /srv\n$ pwd\n```\n";
    let mended = updated(page, &read("t", page).changed);
    assert_eq!(mended, "<!-- run: project=empty -->\n```console\n$ echo a\na\n\n$ cd /srv\n$ pwd\n/srv\n```\n");
    assert!(read("t", &mended).failures.is_empty());
}
