//! The program: parse, run one command, exit status.

fn main() {}
