//! Writes a plan in the format that the user chose.
//!
//! Owns the step from the name of a format to its function, and nothing of any format.

use std::io::{self, Write};

use crate::plan::Plan;
use crate::render::annotations::{github, junit, sarif};
use crate::render::format::Format;
use crate::render::markdown::comment::markdown;
use crate::render::markdown::section::SizeLimit;
use crate::render::options::TextOptions;
use crate::render::{gitlab, html, json, prometheus, terraform, text};

/// Writes a plan or a report.
pub fn render(plan: &Plan, format: Format, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::plan::text(plan, options, out),
        Format::Json => json::json(plan, out),
        Format::Markdown => markdown(plan, SizeLimit::COMMENT, out),
        Format::Github => github::github(plan, out),
        Format::Gitlab => gitlab::gitlab(plan, out),
        Format::Junit => junit::junit(plan, out),
        Format::Sarif => sarif::log::sarif(plan, out),
        Format::Html => html::page::html(plan, out),
        Format::Terraform => terraform::terraform(plan, out),
        Format::Prometheus => prometheus::prometheus(plan, None, out),
    }
}
