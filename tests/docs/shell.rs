//! A shell that runs the commands of one page, one after another, so that `cd` and variables stay.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The line that ends the output of a command.
const END: &str = "-- end of the command";

/// `cargo run -- ARGUMENTS`, as the README has it, without a build.
const PROLOGUE: &str = "cargo() { [ \"$1 $2\" = 'run --' ] || return 127; shift 2; ringform \"$@\"; }\n";

pub struct Shell {
    child: Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
    unread: Vec<u8>,
}

impl Shell {
    pub fn start(folder: &Path, env: &[(String, String)]) -> Shell {
        let mut command = Command::new("sh");
        command.current_dir(folder).env_clear().envs(env.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(PROLOGUE.as_bytes()).unwrap();
        let mut pipe = child.stdout.take().unwrap();
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Shell { child, input, output, unread: Vec::new() }
    }

    /// Runs a command. Gives what it printed on both streams, and its exit status.
    pub fn run(&mut self, command: &str) -> Result<(String, i32), String> {
        let script = format!("{{ {command}\n}} < /dev/null 2>&1\nprintf '\\n{END} %s\\n' $?\n");
        self.input.write_all(script.as_bytes()).map_err(|_| "the shell ended before this command".to_owned())?;
        let mark = format!("\n{END} ");
        loop {
            let text = String::from_utf8_lossy(&self.unread).into_owned();
            if let Some((shown, rest)) = text.split_once(&mark)
                && let Some(status) = rest.strip_suffix('\n')
            {
                self.unread.clear();
                return Ok((shown.to_owned(), status.parse().map_err(|_| format!("status {status:?}"))?));
            }
            let more = self.output.recv_timeout(Duration::from_secs(60));
            self.unread.extend(more.map_err(|_| format!("the command did not end, or is not valid; so far:\n{text}"))?);
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
