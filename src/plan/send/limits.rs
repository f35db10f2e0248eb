//! Limits on the size of a plan: an apply that would change more than expected does not start.
//!
//! Owns the two bounds and their arithmetic. It names every bound that the plan exceeds; the run then sends nothing.

use crate::plan::client::Status;
use crate::plan::document::plan::Plan;

/// How many clients a plan may change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// This many.
    Clients(u64),
    /// This many of a hundred that were read.
    Percent(f64),
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        let wrong = || format!("`{text}` is neither a number of clients nor a percentage such as 10%");
        match text.strip_suffix('%') {
            Some(percent) => match percent.parse::<f64>() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Share::Percent(percent)),
                Ok(_) | Err(_) => Err(wrong()),
            },
            None => text.parse().map(Share::Clients).map_err(|_| wrong()),
        }
    }
}

/// The bounds of a run of apply.
#[derive(Clone, Copy, Debug, Default)]
pub struct SizeLimits {
    /// The most changed fields.
    pub changes: Option<u64>,
    /// The most changed clients.
    pub clients: Option<Share>,
}

/// How many clients have something to send, blocked or not.
fn to_send(plan: &Plan) -> usize {
    plan.clients.iter().filter(|client| client.is_to_send()).count()
}

/// The bounds that a plan exceeds, each as a sentence; empty when it is small enough.
pub fn exceeded(limits: SizeLimits, plan: &Plan) -> Vec<String> {
    let (changes, clients) = (plan.clients.iter().map(|one| one.to_send().count()).sum::<usize>(), to_send(plan));
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let mut found = Vec::new();
    if let Some(most) = limits.changes
        && changes as u64 > most
    {
        found.push(format!("{} would change, --max-changes allows {most}", count(changes, "setting")));
    }
    let read = plan.clients.iter().filter(|client| client.status() != Status::Failed).count();
    match limits.clients {
        Some(Share::Clients(most)) if clients as u64 > most => {
            found.push(format!("{} would change, --max-changed-clients allows {most}", count(clients, "client")));
        }
        Some(Share::Percent(most)) if clients as f64 * 100.0 > most * read as f64 => {
            found.push(format!("{clients} of {read} clients would change, --max-changed-clients allows {most}%"));
        }
        Some(_) | None => {}
    }
    found
}
