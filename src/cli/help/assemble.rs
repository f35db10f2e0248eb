//! The command line with its help: the commands of `root` and, behind the flags of each, examples and exit statuses.

use clap::CommandFactory;
use clap::builder::Styles;

use crate::cli::help::pages::{HelpPage, PAGES};
use crate::cli::root::Cli;

/// The command line, complete with its help.
pub(crate) fn command() -> clap::Command {
    PAGES.iter().fold(Cli::command(), |root, page| with_page(root, page.path, page))
}

fn with_page(command: clap::Command, path: &'static [&'static str], page: &HelpPage) -> clap::Command {
    match path.split_first() {
        None => {
            let header = *Styles::styled().get_header();
            command.after_help(text(page, &format!("{header}"), &format!("{header:#}")))
        }
        Some((name, rest)) => command.mut_subcommand(name, |below| with_page(below, rest, page)),
    }
}

/// What stands behind the flags of a command, without colours.
pub(crate) fn extra(path: &[&str]) -> Option<String> {
    PAGES.iter().find(|page| page.path == path).map(|page| text(page, "", ""))
}

fn text(page: &HelpPage, header: &str, reset: &str) -> String {
    let mut out = format!("{header}Examples:{reset}\n");
    for (line, about) in page.examples {
        out.push_str(&format!("  {line}\n      {about}\n"));
    }
    out.push_str(&format!("\n{header}Exit status:{reset}"));
    for (status, meaning) in page.statuses {
        out.push_str(&format!("\n  {status:<3}  {meaning}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::parse;

    const HEADINGS: [&str; 9] =
        ["Selection", "Connection", "Git", "Safety", "Saved plan", "Report", "Notify", "Simulator", "Output"];

    fn paths() -> Vec<Vec<String>> {
        fn below(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
            found.push(path.to_vec());
            for one in command.get_subcommands() {
                let path: Vec<String> = path.iter().cloned().chain([one.get_name().to_owned()]).collect();
                below(one, &path, found);
            }
        }
        let mut found = Vec::new();
        below(&command(), &[], &mut found);
        found
    }

    /// The words that a shell would hand to ringform.
    fn words(line: &str) -> Vec<OsString> {
        let line = line.split(" > ").next().and_then(|line| line.split(" | ").next()).unwrap();
        line.split(' ').map(|word| word.trim_matches('\'').into()).collect()
    }

    #[test]
    fn every_command_has_examples_that_parse_and_its_exit_statuses() {
        let mut with_page: Vec<Vec<String>> =
            PAGES.iter().map(|page| page.path.iter().map(|word| (*word).to_owned()).collect()).collect();
        let mut all = paths();
        with_page.sort();
        all.sort();
        assert_eq!(with_page, all);
        for page in &PAGES {
            assert!((2..=3).contains(&page.examples.len()), "{:?}", page.path);
            for (line, about) in page.examples {
                let words = words(line);
                let parsed = parse(&words);
                assert!(parsed.is_ok_and(|cli| cli.command.is_some()), "{line}");
                assert!(line.len() <= 78 && about.len() <= 74 && !about.ends_with('.'), "{line}: {about}");
            }
            let statuses: Vec<u8> = page.statuses.iter().map(|(status, _)| *status).collect();
            assert!(statuses.is_sorted() && statuses.starts_with(&[0, 1]), "{:?}", page.path);
        }
    }

    #[test]
    fn every_option_is_under_a_heading_by_purpose() {
        fn check(command: &clap::Command) {
            for arg in command.get_arguments().filter(|arg| !arg.is_positional()) {
                let heading = arg.get_help_heading().unwrap_or("none");
                assert!(HEADINGS.contains(&heading), "{}: --{:?}: {heading}", command.get_name(), arg.get_long());
                assert!(heading != "Simulator" || command.get_name() == "sandbox");
            }
            for arg in command.get_arguments().filter(|arg| arg.is_positional()) {
                assert_eq!(arg.get_help_heading(), None, "{}", command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        let mut root = command();
        root.build();
        check(&root);
    }

    #[test]
    fn no_line_of_a_help_is_wider_than_100_columns() {
        fn check(command: &mut clap::Command) {
            for text in [command.render_long_help(), command.render_help()] {
                let text = text.to_string();
                let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 100).collect();
                assert_eq!(long, Vec::<&str>::new(), "{}", command.get_name());
            }
            command.get_subcommands_mut().for_each(check);
        }
        let mut root = command();
        root.build();
        check(&mut root);
    }
}
