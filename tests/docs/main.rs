//! The documentation as tests: each console block runs and shows its real output, each YAML block is valid, each link
//! leads somewhere, and each quoted message exists. `UPDATE=1 cargo test --test docs` writes the output into the pages.

#![allow(
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program of tests has no interface"
)]

mod agents;
mod commands;
mod links;
mod markdown;
mod messages;
mod page;
mod screen;
mod shell;
mod worlds;
mod yaml;

/// One test for each page, so that they run side by side.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        const PAGES: &[&str] = &[$($path),*];
        $(
            #[test]
            fn $name() {
                page::check($path);
            }
        )*
    };
}

pages! {
    agents_md: "AGENTS.md",
    readme: "README.md",
    security: "SECURITY.md",
    index: "docs/README.md",
    adopt: "docs/adopt.md",
    apply: "docs/apply.md",
    architecture: "docs/architecture.md",
    audit: "docs/audit.md",
    ci: "docs/ci.md",
    compatibility: "docs/compatibility.md",
    dated: "docs/dated.md",
    drift: "docs/drift.md",
    explain: "docs/explain.md",
    fields: "docs/fields.md",
    fleet: "docs/fleet.md",
    formats: "docs/formats.md",
    guards: "docs/guards.md",
    guide: "docs/guide.md",
    import: "docs/import.md",
    init: "docs/init.md",
    install: "docs/install.md",
    keys: "docs/keys.md",
    ledger: "docs/ledger.md",
    log: "docs/log.md",
    origins: "docs/origins.md",
    performance: "docs/performance.md",
    rules: "docs/rules.md",
    undo: "docs/undo.md",
    words: "docs/words.md",
}

/// How many blocks may be marked `not-run`. A new one needs a reason that a reviewer accepts, and this number.
const NOT_RUN: usize = 14;

/// A page that is too new for the list is checked here.
#[test]
fn pages_beside_the_list() {
    for path in links::pages() {
        if !PAGES.contains(&path.as_str()) {
            page::check(&path);
        }
    }
}

#[test]
fn few_blocks_do_not_run() {
    let mut marked = Vec::new();
    for path in links::pages() {
        for block in markdown::blocks(&links::text(&path)) {
            if let Some(reason) = block.directive("not-run") {
                marked.push(format!("{path}:{} {reason}", block.line));
            }
        }
    }
    println!("{} blocks do not run:\n{}", marked.len(), marked.join("\n"));
    assert!(marked.len() <= NOT_RUN, "{} of at most {NOT_RUN} blocks do not run:\n{}", marked.len(), marked.join("\n"));
}
