//! A plan or a report as one page, for a ticket or as an artifact of a pipeline.
//!
//! Owns the order and the size of the page, and its Content-Security-Policy. The page is one file without scripts and
//! requests. The policy allows only the style sheet, by its hash. Filters are radio buttons that the style sheet reads.
//! A list that leaves items out counts them, so that the page of a fleet still opens.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::model::Level;
use crate::plan::Plan;
use crate::render::grouping::clients::ClientGroups;
use crate::render::html::{
    client, failure, findings, footer, header, problems, scheduled, security, unchanged, unconfirmed,
};

const STYLE: &str = include_str!("page.css");

/// Writes the page.
pub(in crate::render) fn html(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let groups = ClientGroups::of(plan);
    let view = header::PageHeader::of(plan, &groups);
    begin(&view.verdict, out)?;
    header::head(plan, &view, out)?;
    header::filters(&view, out)?;
    writeln!(out, "<main id=\"main\"><div class=\"wrap\">")?;
    problems::problems(&plan.diagnostics, Level::Error, out)?;
    security::security(plan, &groups, out)?;
    findings::findings(plan, out)?;
    unconfirmed::differences(plan, out)?;
    client::changes(plan, &groups, out)?;
    scheduled::scheduled_settings(plan, out)?;
    failure::failures(&groups, out)?;
    problems::problems(&plan.diagnostics, Level::Warning, out)?;
    scheduled::validity(plan, out)?;
    unchanged::released(plan, out)?;
    unchanged::in_sync(&groups, out)?;
    writeln!(out, "</div></main>")?;
    footer::foot(&plan.run, &plan.ringform_version, out)?;
    writeln!(out, "</body>\n</html>")
}

/// The page up to its header. The title is a text of our own.
pub(super) fn begin(title: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", policy())?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(
        out,
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">"
    )?;
    writeln!(out, "<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"data:,\">")?;
    writeln!(out, "<title>{title} – ringform</title>\n<style>{STYLE}</style>\n</head>")?;
    writeln!(out, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the clients</a>")
}

/// The policy: no requests and no scripts; one style sheet, by its hash.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'")
}
