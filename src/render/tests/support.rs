//! Renders a plan to text, and compares it with a snapshot.

use crate::plan::Plan;
use crate::render::options::TextOptions;
use crate::render::{Format, render};

pub(super) fn rendered(plan: &Plan, format: Format, options: &TextOptions) -> String {
    let mut out = Vec::new();
    render(plan, format, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn snapshot(name: impl Into<String>, text: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.into(), text));
}
