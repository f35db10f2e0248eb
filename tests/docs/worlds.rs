//! The folders in which the blocks of a page run. Each world is a script; one of them has an API beside it.
//!
//! `/srv` on a page is the folder of the test, and the project is `/srv/pbx`. The API of an account is the simulator.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use ringform::sandbox::{self, Seed, Semantics, SimulatorOptions, SimulatorServer};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::shell::Shell;

/// The provider's address, as pages show it.
const PROVIDER: &str = "https://apiproxy.telphin.ru";

const DEMO: &str = "ringform init --demo . > init.log 2>&1 && rm init.log";

const REPOSITORY: &str = "ringform init --demo . > init.log 2>&1 && rm init.log && echo 'ledger: git' >> ringform.yaml
    git init -q --bare ../origin.git && git init -q && git remote add origin /srv/origin.git
    git add -A && git commit -q -m 'The PBX as code' && git push -q -u origin main";

/// N clients under one profile. Live has what git declares.
const FLEET: &str = "mkdir clients && i=0
    { echo '{\"clients\": ['; while [ $i -lt $N ]; do i=$((i + 1)); city=moscow; [ $((i % 4)) -ne 0 ] || city=almaty
    printf '{\"id\": %s, \"name\": \"Office %s\", \"geo_list\": \"RU\", \"dial_rule_id\": 19}' $i $i
    [ $i -eq $N ] || echo ,
    printf 'client: %s\\nlabels: {city: %s}\\n' $i $city > clients/$i.yaml; done; echo ]}; } > seed.json
    cat > ringform.yaml << EOF
endpoint: sandbox:seed.json
ledger: {remote: none}
profiles:
  standard:
    geo_list: [RU]
    dial_rule_id: 19
defaults: {profiles: [standard]}
guards: [open-geo]
EOF
    git init -q && git add -A && git commit -q -m 'The PBX as code' && ringform apply --yes > /dev/null 2>&1";

/// The worlds by name: `<!-- run: project=NAME -->`.
const WORLDS: [(&str, &str); 6] = [
    ("empty", ""),
    ("account", ""),
    ("checkout", "cp -r \"$REPOSITORY_OF_THE_TEST/examples\" ."),
    ("demo", DEMO),
    ("repository", REPOSITORY),
    ("fleet", FLEET),
];

pub struct World {
    folder: TempDir,
    shell: Shell,
    server: Option<SimulatorServer>,
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

/// The clients of the account: those of the demo, or N of a reseller, most of them alike.
fn account(count: Option<u64>) -> Seed {
    let Some(count) = count else {
        return Seed::load(std::path::Path::new("examples/quickstart/seed.json")).unwrap();
    };
    let client = |id: u64| {
        let geo = match id % 100 {
            17 => "*",
            40 => "BY KZ RU",
            _ => "RU",
        };
        let rule = if id % 50 == 9 { Json::Null } else { json!(19) };
        let name = format!("Office {id}");
        json!({"id": id, "name": name, "domain": format!("office{id}.example"), "geo_list": geo, "dial_rule_id": rule,
            "timezone": "Europe/Moscow"})
    };
    Seed::from_clients((1..=count).map(client).collect())
}

impl World {
    /// Makes the world of `project=NAME clients=N replace=yes`.
    pub fn new(words: &str) -> Result<World, String> {
        let option = |name: &str| {
            words.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
        };
        let name = option("project").ok_or("the comment `run` names no project")?;
        let known = || WORLDS.map(|(known, _)| known).join(", ");
        let world =
            WORLDS.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("projects are {}", known()))?;
        let count = option("clients").map(|count| count.parse::<u64>().unwrap());
        let server = (name == "account").then(|| {
            let semantics = Semantics { replace: option("replace").is_some(), ..Semantics::default() };
            let options = SimulatorOptions { seed: account(count), semantics, ..SimulatorOptions::default() };
            runtime().block_on(sandbox::start(options)).unwrap()
        });
        let folder = tempfile::tempdir().unwrap();
        for name in ["pbx", "home"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let shell = Shell::start(&folder.path().join("pbx"), &environment(&folder, server.as_ref(), count));
        let mut world_of_page = World { folder, shell, server };
        if !world.1.is_empty() {
            world_of_page.set_up(world.1)?;
        }
        Ok(world_of_page)
    }

    /// Runs a command that the page does not show.
    pub fn set_up(&mut self, command: &str) -> Result<(), String> {
        match self.run(command)? {
            (_, 0) => Ok(()),
            (output, status) => Err(format!("`{command}` ended with {status}:\n{output}")),
        }
    }

    /// Runs a command of the page. Gives its output, with the places that the page knows, and its exit status.
    pub fn run(&mut self, command: &str) -> Result<(String, i32), String> {
        let root = self.folder.path().to_str().unwrap();
        let (output, status) = self.shell.run(&command.replace("/srv", root))?;
        let output = on_a_terminal(&output);
        let canonical = fs::canonicalize(root).unwrap();
        let mut output = output.replace(canonical.to_str().unwrap(), "/srv").replace(root, "/srv");
        if let Some(server) = &self.server {
            output = output.replace(&server.endpoint(), PROVIDER);
        }
        Ok((without_duration(&output), status))
    }

    /// Writes a file into the project, or beside it as `/srv/NAME`.
    pub fn write(&self, path: &str, text: &str) {
        let path = match path.strip_prefix("/srv/") {
            Some(beside) => self.folder.path().join(beside),
            None => self.folder.path().join("pbx").join(path),
        };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn environment(folder: &TempDir, server: Option<&SimulatorServer>, count: Option<u64>) -> Vec<(String, String)> {
    let home = folder.path().join("home");
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_ringform"));
    let path = std::env::var("PATH").unwrap_or_default();
    fs::write(
        home.join(".gitconfig"),
        "[user]\nname = Anna\nemail = anna@example.com\n[init]\ndefaultBranch = main\n[advice]\ndetachedHead = false\n",
    )
    .unwrap();
    let mut env = vec![
        ("PATH", format!("{}:{path}", binary.parent().unwrap().display())),
        ("HOME", home.display().to_string()),
        ("REPOSITORY_OF_THE_TEST", env!("CARGO_MANIFEST_DIR").to_owned()),
        ("N", count.unwrap_or(200).to_string()),
        ("LC_ALL", "C.UTF-8".to_owned()),
        ("TZ", "UTC".to_owned()),
        ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ("GIT_AUTHOR_DATE", "2026-11-24T09:00:00Z".to_owned()),
        ("GIT_COMMITTER_DATE", "2026-11-24T09:00:00Z".to_owned()),
    ];
    if let Some(server) = server {
        env.push(("RINGFORM_ENDPOINT", server.endpoint()));
        env.push(("RINGFORM_APP_ID", "app-of-anna".to_owned()));
        env.push(("RINGFORM_APP_SECRET", "secret-of-anna".to_owned()));
    }
    env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Both streams as a terminal shows them: warnings that the text repeats are there once. Into a pipe ringform writes
/// them twice, and ends them on stderr with their number.
fn on_a_terminal(output: &str) -> String {
    let is_number = |line: &str| {
        ["warning", "error"].iter().any(|word| line.contains(word)) && line.starts_with(|c: char| c.is_ascii_digit())
    };
    let lines: Vec<&str> = output.split_inclusive('\n').collect();
    let Some(end) = lines.iter().position(|line| is_number(line)) else { return output.to_owned() };
    let (first, rest) = lines.split_at(end + 1);
    let is_layout = |line: &str| line.trim_matches([' ', '|', '\n']).is_empty() || is_number(line);
    let is_repeated = first.iter().all(|line| is_layout(line) || rest.contains(line));
    if is_repeated { rest.concat() } else { output.to_owned() }
}

/// A report names its duration where a run took long, as on a busy machine: `4 requests, 0.3 s.`
fn without_duration(output: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" requests, ") {
        Some((before, duration)) if duration.trim_end().ends_with(" s.") => format!("{before} requests.\n"),
        _ => line.to_owned(),
    };
    output.split_inclusive('\n').map(line).collect()
}
