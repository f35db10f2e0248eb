//! A small world for one test: a project in a folder of its own, a simulator on loopback, and the binary between them.
//!
//! Runs clear the environment and fix width and colour; what changes from run to run (ports, times, paths) has stand-ins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use ringform::sandbox::{self, RequestCounts, Seed, Semantics, SimulatorServer};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Puts the scratch folders of this process into memory: the programs of the suite flush thousands of small files, and
/// half of its time was the disk's. Only where memory has room for all of them.
fn scratch_in_memory() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let free = rustix::fs::statvfs(memory).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        let chosen = std::env::var_os("TMPDIR").is_some();
        if !chosen && free > SCRATCH && tempfile::tempdir_in(memory).is_ok() {
            tempfile::env::override_temp_dir(memory).ok();
        }
    });
}

/// More bytes than the scratch folders of all tests hold together.
const SCRATCH: u64 = 2 << 30;

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

/// Checks all rows at a time. It is for tests that wait: their rows wait together.
pub fn each<T: Send>(rows: impl IntoIterator<Item = T>, check: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for row in rows {
            scope.spawn(|| check(row));
        }
    });
}

/// A project, a simulator and an environment.
pub struct World {
    folder: TempDir,
    server: Option<SimulatorServer>,
    clients: Vec<Json>,
    faults: Vec<String>,
    semantics: Semantics,
    extra: String,
    env: Vec<(String, String)>,
    seed: Json,
}

/// What one run of the binary did.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
    before: RequestCounts,
    after: RequestCounts,
}

impl World {
    pub fn new() -> World {
        scratch_in_memory();
        World {
            folder: tempfile::tempdir().unwrap(),
            server: None,
            clients: Vec::new(),
            faults: Vec::new(),
            semantics: Semantics::default(),
            extra: String::new(),
            env: vec![("RINGFORM_APP_ID".into(), "app".into()), ("RINGFORM_APP_SECRET".into(), "s3cr3t-of-app".into())],
            seed: json!({}),
        }
    }

    /// A client of the simulator.
    pub fn live(mut self, id: u64, fields: Json) -> World {
        let mut client = json!({"id": id, "name": format!("client {id}")});
        for (key, value) in fields.as_object().unwrap() {
            client[key] = value.clone();
        }
        self.clients.push(client);
        self
    }

    /// A document for a client, at `clients/ID.yaml`.
    pub fn declared(self, id: u64, settings: &str) -> World {
        self.file(&format!("clients/{id}.yaml"), &format!("client: {id}\nsettings: {settings}\n"))
    }

    pub fn file(self, path: &str, text: &str) -> World {
        self.write(path, text.as_bytes());
        self
    }

    /// More lines for ringform.yaml.
    pub fn project(mut self, lines: &str) -> World {
        self.extra.push_str(lines);
        self.extra.push('\n');
        self
    }

    pub fn fault(mut self, fault: &str) -> World {
        self.faults.push(fault.to_owned());
        self
    }

    pub fn semantics(mut self, semantics: Semantics) -> World {
        self.semantics = semantics;
        self
    }

    /// Applications and other parts of the seed beside its clients.
    pub fn seed(mut self, seed: Json) -> World {
        self.seed = seed;
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> World {
        self.env.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.env.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Starts the simulator and writes ringform.yaml, once.
    pub fn start(&mut self) -> &SimulatorServer {
        if self.server.is_none() {
            let mut seed = self.seed.clone();
            seed["clients"] = Json::Array(self.clients.clone());
            let file = self.folder.path().join(".seed-of-the-test.json");
            fs::write(&file, seed.to_string()).unwrap();
            let options = sandbox::SimulatorOptions {
                seed: Seed::load(&file).unwrap(),
                semantics: self.semantics.clone(),
                faults: self.faults.iter().map(|fault| fault.parse().unwrap()).collect(),
                ..sandbox::SimulatorOptions::default()
            };
            let server = runtime().block_on(sandbox::start(options)).unwrap();
            if !self.path("ringform.yaml").exists() {
                let text = format!("endpoint: {}\n{}", server.endpoint(), self.extra);
                fs::write(self.path("ringform.yaml"), text).unwrap();
            }
            self.server = Some(server);
        }
        self.server.as_ref().unwrap()
    }

    pub fn server(&self) -> &SimulatorServer {
        self.server.as_ref().expect("run something first")
    }

    /// The binary, in the project, with nothing of our environment.
    pub fn command(&mut self, line: &str) -> Command {
        self.start();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
        command.args(line.split(' ').filter(|word| !word.is_empty()));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary with these words.
    pub fn run(&mut self, line: &str) -> Ran {
        let mut command = self.command(line);
        let before = self.server().counts();
        let output = command.output().unwrap();
        assert!(!self.server().panicked());
        let stand_ins = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("output is UTF-8");
            let folder = fs::canonicalize(self.folder.path()).unwrap();
            text.replace(&self.server().endpoint(), "http://SIMULATOR")
                .replace(folder.to_str().unwrap(), "FOLDER")
                .replace(self.folder.path().to_str().unwrap(), "FOLDER")
        };
        Ran {
            stdout: stand_ins(output.stdout),
            stderr: stand_ins(output.stderr),
            status: output.status.code().unwrap_or(-1),
            before,
            after: self.server().counts(),
        }
    }

    /// What the simulator stores for a client.
    pub fn stored(&self, id: u64, field: &str) -> Json {
        self.server().clients()[&id][field].clone()
    }

    /// The bodies of all PUTs that arrived.
    pub fn puts(&self) -> Vec<Json> {
        self.server().puts().into_iter().map(|(_, body)| body).collect()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Ran {
    /// It ended with this status; what it said stands in the failure of the test.
    #[track_caller]
    pub fn status(self, status: i32) -> Ran {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn ok(self) -> Ran {
        self.status(0)
    }

    /// It said all of this on stderr.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Ran {
        for part in parts {
            assert!(self.stderr.contains(part), "stderr lacks {part:?}:\n{}\nstdout:\n{}", self.stderr, self.stdout);
        }
        self
    }

    /// It printed all of this on stdout.
    #[track_caller]
    pub fn prints(self, parts: &[&str]) -> Ran {
        for part in parts {
            assert!(self.stdout.contains(part), "stdout lacks {part:?}:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        }
        self
    }

    /// The requests of this run alone: token, read, write.
    #[track_caller]
    pub fn requests(self, token: u64, read: u64, write: u64) -> Ran {
        let (before, after) = (&self.before, &self.after);
        let made = (after.token - before.token, after.read - before.read, after.write - before.write);
        assert_eq!(
            made,
            (token, read, write),
            "token, read, write\nstdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        assert_eq!(after.other, before.other, "requests to paths that do not exist");
        self
    }

    #[track_caller]
    pub fn sends_nothing(self) -> Ran {
        self.requests(0, 0, 0)
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr))
    }

    /// The client of the JSON document with this id.
    #[track_caller]
    pub fn client(&self, id: &str) -> Json {
        let json = self.json();
        let clients = json["clients"].as_array().unwrap();
        clients.iter().find(|client| client["client_id"] == id).unwrap_or_else(|| panic!("no client {id}")).clone()
    }

    /// The results of the JSON report, in order.
    #[track_caller]
    pub fn results(&self) -> Vec<String> {
        let json = self.json();
        let clients = json["clients"].as_array().unwrap();
        clients.iter().map(|client| client["result"].as_str().unwrap_or("null").to_owned()).collect()
    }
}
