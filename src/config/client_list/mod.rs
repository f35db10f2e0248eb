//! The list of `import --from`: a CSV file with a client in each row.
//!
//! Owns everything between the bytes of that file and its clients. It must not know what a run does with them. Cells
//! are text of strangers: messages quote them only as far as the other messages of this room quote a document.

mod labels;
mod rows;
mod table;
#[cfg(test)]
mod tests;

pub use rows::{ClientList, ListedClient, load_client_list};
