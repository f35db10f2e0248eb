//! `ringform validate`: checks the files offline, without secrets and without a network.

use ringform::config;
use ringform::model::DeclaredClient;
use ringform::plan::DocumentKind;
use ringform::plan::drift::unused_waivers;
use ringform::render::Format;

use crate::cli::{Talk, Validate};
use crate::commands::clock::Clock;
use crate::commands::{Exit, output, prepare, setup};

/// Runs the command.
pub(crate) fn run(args: &Validate, talk: &Talk) -> anyhow::Result<Exit> {
    let formats = &args.write.formats;
    let printed = output::check(formats, &[])?;
    let clock = Clock::start();
    let request = setup::request(&args.files)?;
    let mut loaded = config::load(&request);
    loaded.diagnostics.extend(loaded.project.as_ref().and_then(setup::wrong_endpoint));
    let failed = loaded.has_errors();
    let mut report = prepare::empty(DocumentKind::Validation, loaded.project.as_ref());
    report.run = clock.run(Default::default(), Vec::new());
    report.diagnostics = loaded.diagnostics;
    if output::needs_revision(formats) {
        report.revision = loaded.repository.and_then(|repository| repository.revision());
    }
    if failed {
        return output::refuse(&report, formats, talk);
    }
    if let Some(project) = loaded.project.as_ref().filter(|project| setup::is_whole(&request, project)) {
        let declared: Vec<DeclaredClient> = loaded.declarations.iter().map(DeclaredClient::from).collect();
        report.diagnostics.extend(unused_waivers(&project.waivers, &declared));
    }
    output::diagnose(&report.diagnostics, talk);
    if printed == Some(Format::Text) {
        let s = |n: usize| if n == 1 { "" } else { "s" };
        let (documents, files) = (loaded.documents, loaded.files);
        output::write_files(&report, formats, talk)?;
        output::print(&format!("{documents} document{} in {files} file{}: valid.\n", s(documents), s(files)))?;
    } else {
        output::write(&report, formats, talk)?;
    }
    Ok(Exit::Done)
}
