//! Trials of the ledger: real repositories with a bare remote and clones, the simulator, and the binary between them.

mod fleet;
mod kill;
mod race;
mod site;
