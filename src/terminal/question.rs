//! The questions of apply and adopt, on stderr and stdin.
//!
//! Owns what the question states and what counts as a yes. A signal ends the wait for an answer.

use std::io;

use ringform::model::{Direction, Untrusted};
use ringform::plan::{Change, Plan};
use ringform::render::{self, Format, count, escape};
use ringform::run::{Answer, Shutdown};

use crate::cli::LogArgs;
use crate::terminal::output;
use crate::terminal::prompt::{self, TypedLine};

/// From this many clients on, a yes is their number: `yes` is typed too easily for a fleet.
const FLEET: usize = 50;

/// What a yes would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stakes {
    /// The clients that get a PUT.
    clients: usize,
    /// The settings that the PUTs hold.
    settings: usize,
    /// The clients of which a setting lets more callers in.
    opening: usize,
    /// Whether the run sends only what closes the PBX.
    only_closing: bool,
}

impl Stakes {
    fn of(plan: &Plan) -> Stakes {
        let only_closing = plan.clients.iter().any(|client| client.only_closing);
        let mut stakes = Stakes { clients: 0, settings: 0, opening: 0, only_closing };
        for client in plan.clients.iter().filter(|client| client.is_to_send() && client.blocked.is_empty()) {
            let opens = |change: &Change| change.effect() == Some(Direction::Opens);
            stakes.clients += 1;
            stakes.settings += client.to_send().count();
            stakes.opening += usize::from(client.to_send().any(opens));
        }
        stakes
    }

    /// The question, of three lines.
    fn question(&self, endpoint: &Untrusted) -> String {
        let (clients, settings) = (count(self.clients, "client"), count(self.settings, "setting"));
        let opening = match self.opening {
            0 if self.only_closing => {
                "It only removes countries from geo_list and opens nothing: --only-closing.".to_owned()
            }
            0 => "No client opens the PBX to more callers.".to_owned(),
            1 => "1 client opens the PBX to more callers.".to_owned(),
            many => format!("{many} clients open the PBX to more callers."),
        };
        let answer = how_to_answer("send", self.clients);
        let endpoint = escape::terminal(endpoint);
        format!(
            "apply would send {settings} of {clients} to {endpoint}.\n{opening}\n{answer}; anything else sends nothing."
        )
    }
}

/// The one answer that counts as yes for so many clients.
fn yes(clients: usize) -> String {
    if clients < FLEET { "yes".to_owned() } else { clients.to_string() }
}

fn how_to_answer(to_do: &str, clients: usize) -> String {
    match clients < FLEET {
        true => format!("To {to_do}, type `yes`"),
        false => format!("To {to_do}, type the number of clients, {clients}"),
    }
}

fn answer_of(line: &str, yes: &str) -> Answer {
    if line == yes { Answer::Yes } else { Answer::No }
}

/// Asks whether to write files with values of so many clients. `stakes` is ours or already escaped.
pub(crate) async fn ask_to_write(stakes: &str, clients: usize, shutdown: &Shutdown) -> anyhow::Result<Answer> {
    output::note(&format!("{stakes}\n{}; anything else writes nothing.", how_to_answer("write", clients)));
    answer(&yes(clients), shutdown).await
}

/// Waits for the answer; `yes` is the one that counts as yes.
async fn answer(yes: &str, shutdown: &Shutdown) -> anyhow::Result<Answer> {
    Ok(match prompt::line(shutdown).await? {
        TypedLine::Text(line) => answer_of(&line, yes),
        TypedLine::NotUtf8 | TypedLine::End => Answer::No,
        TypedLine::Interrupted => Answer::Interrupted,
    })
}

/// Shows the plan and asks whether to send it.
pub(crate) async fn ask(plan: &Plan, log: &LogArgs, shutdown: &Shutdown) -> anyhow::Result<Answer> {
    let mut shown = Vec::new();
    render::render(plan, Format::Text, &output::look(log, &io::stderr()), &mut shown)?;
    output::note(&String::from_utf8_lossy(&shown));
    let stakes = Stakes::of(plan);
    output::note(&stakes.question(&plan.endpoint));
    answer(&yes(stakes.clients), shutdown).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stakes(clients: usize, opening: usize) -> Stakes {
        Stakes { clients, settings: clients * 2, opening, only_closing: false }
    }

    #[test]
    fn the_question_states_the_stakes() {
        let table = [
            (stakes(1, 0), "2 settings of 1 client to", "No client opens the PBX to more callers.", "type `yes`;"),
            (stakes(2, 1), "4 settings of 2 clients to", "1 client opens the PBX", "type `yes`;"),
            (stakes(49, 7), "98 settings of 49 clients", "7 clients open the PBX", "type `yes`;"),
            (stakes(50, 7), "100 settings of 50 clients", "7 clients open", "the number of clients, 50;"),
        ];
        for (stakes, what, opening, answer) in table {
            let question = stakes.question(&"https://pbx.example\u{1b}[0m".into());
            for part in [what, opening, answer, "https://pbx.example\\u{1b}[0m"] {
                assert!(question.contains(part), "{question}");
            }
            assert_eq!(question.lines().count(), 3, "{question}");
        }
    }

    #[test]
    fn only_yes_counts_and_for_a_fleet_only_its_number() {
        let table: [(usize, &str, bool); 14] = [
            (49, "yes", true),
            (49, "y", false),
            (49, "Yes", false),
            (49, " yes", false),
            (49, "yes ", false),
            (49, "49", false),
            (49, "", false),
            (50, "50", true),
            (50, "yes", false),
            (50, "050", false),
            (50, "50.", false),
            (50, "49", false),
            (50, "50 ", false),
            (1234, "1234", true),
        ];
        for (clients, line, is_yes) in table {
            assert_eq!(answer_of(line, &yes(clients)) == Answer::Yes, is_yes, "{clients} {line:?}");
        }
    }
}
