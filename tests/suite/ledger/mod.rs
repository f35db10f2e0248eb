//! Trials of the ledger: real repositories with a bare remote and clones, the simulator, and the binary between them.

mod bad_branch;
mod bad_files;
mod bad_git;
mod bad_remote;
mod collateral;
mod fleet;
mod histories;
mod hostile;
mod kill;
mod projects;
mod race;
mod read_only;
pub mod site;
