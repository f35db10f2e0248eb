//! Rows to clients: ids, credentials, labels, and each client once.
//!
//! Owns what is wrong with a row. A wrong row is left out and reported; the others count.

use std::path::Path;
use std::sync::Arc;

use crate::config::client_list::labels::{self, TextPool};
use crate::config::client_list::table::{ClientTable, Column, ListRow};
use crate::config::emit::ClientLabels;
use crate::config::find::is_project_file;
use crate::config::sections::Project;
use crate::config::text::read_opened;
use crate::config::yaml::lines::without_mark;
use crate::config::yaml::{Position, Problems};
use crate::files::open_input;
use crate::model::text::quote;
use crate::model::{ClientId, ClientKey, Diagnostic, Place, Untrusted};

/// A client of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedClient {
    /// The client.
    pub client: ClientId,
    /// Its credentials: those of its row, else the default that the caller gave; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// Its labels.
    pub labels: ClientLabels,
    /// The line where its row begins.
    pub line: u32,
}

/// The clients of a list.
#[derive(Debug, Default)]
pub struct ClientList {
    /// The clients of the valid rows, in the order of the file, each once.
    pub clients: Vec<ListedClient>,
    /// How many rows are not valid.
    pub wrong_rows: usize,
    /// What is wrong with them, by line.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a list. `shown` is the path as people wrote it, `default` the credentials of rows that name none.
///
/// # Errors
///
/// The file cannot be read as a list, or no row is left to read.
pub fn load_client_list(
    path: &Path,
    shown: &Untrusted,
    project: &Project,
    default: Option<&Arc<str>>,
) -> Result<ClientList, Vec<Diagnostic>> {
    // Nothing of a project file is ever quoted.
    if is_project_file(path) {
        let summary = shown.map(|name| format!("{name} is a project file and not a list of clients"));
        let error = Diagnostic::error("bad-shape", None, summary);
        return Err(vec![error.help("name a CSV file with the columns id, credentials and labels".to_owned())]);
    }
    let text = match read_opened(open_input(path), shown) {
        Ok(text) => text,
        // It may be any file: nothing of it is quoted before its columns are known.
        Err(error) => return Err(vec![Diagnostic { line: None, ..*error }]),
    };
    read(&text, shown, project, default)
}

/// Reads the text of a list.
pub(super) fn read(
    text: &str,
    name: &Untrusted,
    project: &Project,
    default: Option<&Arc<str>>,
) -> Result<ClientList, Vec<Diagnostic>> {
    let text = without_mark(text);
    let mut silent = Problems::of_project(name.clone(), text);
    let Some(mut table) = ClientTable::open(text, &mut silent) else { return Err(silent.into_list()) };
    let mut rows = ListReader { problems: Problems::of_documents(name.clone(), text), project, default };
    let (mut list, mut row, mut pool) = (ClientList::default(), ListRow::default(), TextPool::default());
    while table.read(&mut row) {
        match rows.client(&table, &row, &mut pool) {
            Some(client) => list.clients.push(client),
            None => list.wrong_rows += 1,
        }
    }
    if list.clients.is_empty() && list.wrong_rows == 0 {
        let at = Position { line: 1, column: 1, width: 1 };
        let help = "write one client in each line below the columns";
        silent.error_help("bad-shape", at, "this list names no client".to_owned(), help);
        return Err(silent.into_list());
    }
    list.wrong_rows += rows.remove_doubled(&mut list.clients, name);
    list.diagnostics = rows.problems.into_list();
    list.diagnostics.sort_by_key(|one| one.range.as_ref().map(|place| place.line));
    Ok(list)
}

/// Reads one row after the other.
struct ListReader<'p> {
    problems: Problems<'p>,
    project: &'p Project,
    default: Option<&'p Arc<str>>,
}

impl ListReader<'_> {
    /// The client of a row, or its problems.
    fn client(&mut self, table: &ClientTable<'_>, row: &ListRow, pool: &mut TextPool) -> Option<ListedClient> {
        let before = self.problems.errors();
        if let Some((message, help)) = wrong_shape(table, row) {
            self.problems.error_help("bad-shape", table.position(row), message, help);
            return None;
        }
        let client = self.id(table, row);
        let credentials = self.credentials(table, row);
        let labels = match labels::read(table.cell(row, Column::Labels), pool) {
            Ok(labels) => labels,
            Err(flaws) => {
                for flaw in flaws {
                    self.problems.flaw("bad-shape", table.position(row), flaw);
                }
                ClientLabels::default()
            }
        };
        if self.problems.errors() > before {
            return None;
        }
        Some(ListedClient { client: client?, credentials, labels, line: row.line })
    }

    fn id(&mut self, table: &ClientTable<'_>, row: &ListRow) -> Option<ClientId> {
        let text = table.cell(row, Column::Id);
        if text.is_empty() {
            let help = "write the id of the client, or @me";
            self.problems.error_help("empty-value", table.position(row), "this row has no id".to_owned(), help);
            return None;
        }
        ClientId::parse(text).map_err(|flaw| self.problems.flaw("bad-client", table.position(row), flaw)).ok()
    }

    fn credentials(&mut self, table: &ClientTable<'_>, row: &ListRow) -> Option<Arc<str>> {
        let name = table.cell(row, Column::Credentials);
        if name.is_empty() {
            return self.default.cloned();
        }
        if let Some((known, _)) = self.project.credentials.get_key_value(name) {
            return Some(known.clone());
        }
        let message = format!("ringform.yaml declares no credentials {}", quote(name));
        let known = self.project.credentials.keys().map(|name| &**name);
        self.problems.unknown_name("unknown-credentials", table.position(row), message, name, known);
        None
    }

    /// Leaves the first row of each client, and reports the others. Returns how many those are.
    fn remove_doubled(&mut self, clients: &mut Vec<ListedClient>, name: &Untrusted) -> usize {
        let key = |one: &ListedClient| ClientKey::new(one.client, one.credentials.as_ref());
        // Indices take a fraction of the memory of keys.
        let mut order: Vec<u32> = (0..clients.len() as u32).collect();
        let of = |index: &u32| &clients[*index as usize];
        order.sort_by_key(|index| key(of(index)));
        let mut doubled: Vec<(u32, u32)> = Vec::new();
        for same in order.chunk_by(|one, other| key(of(one)) == key(of(other))) {
            let later = same.iter().skip(1);
            doubled.extend(later.map(|index| (*index, of(&same[0]).line)));
        }
        drop(order);
        doubled.sort_unstable();
        for (index, first) in &doubled {
            let ListedClient { client, line, .. } = clients[*index as usize];
            let summary = format!("client {client} is in this list twice; first in line {first}");
            let at = self.problems.place(Position { line, column: 1, width: 1 });
            let error = Diagnostic::error("duplicate-client", at, summary);
            let error = error.other(Place::new(name.clone(), *first, 1));
            self.problems.push(error.help("remove one of the two rows".to_owned()));
        }
        let mut index = 0;
        let mut next = doubled.iter().map(|(index, _)| *index).peekable();
        clients.retain(|_| {
            index += 1;
            next.next_if_eq(&(index - 1)).is_none()
        });
        doubled.len()
    }
}

/// What is wrong with the cells of a row before they are read, and the next step.
fn wrong_shape(table: &ClientTable<'_>, row: &ListRow) -> Option<(String, &'static str)> {
    let breaks = row.line_breaks();
    if breaks > 0 {
        let last = row.line + breaks as u32;
        let message = format!("a quote of this row ends in line {last} or never, so all lines up to there are one row");
        return Some((message, "end the quote in its line"));
    }
    let (cells, columns) = (row.width(), table.width());
    let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let message =
        |few: &str| format!("this row has too {few} cells: {} for {}", count(cells, "cell"), count(columns, "column"));
    match cells.cmp(&columns) {
        std::cmp::Ordering::Less => Some((message("few"), "write one cell for each column; it may be empty")),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => {
            Some((message("many"), "put a cell that holds the delimiter between quotes, or remove the surplus"))
        }
    }
}
