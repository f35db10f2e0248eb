//! What a bare `ringform` shows.

/// Ten lines with a way in.
pub(crate) const WELCOME: &str = "\
ringform keeps the settings of cloud-PBX clients as YAML in git: plan, apply, drift.

Try it in an empty folder, without an account:
  ringform init --demo    write a project and a simulator of the API; then `ringform plan`
Use it with an account, in another folder:
  ringform init           start a project for live clients; on a terminal it asks
  ringform import 12 13   write a document for each live client
  ringform plan           show how live clients differ from their documents

`ringform --help` lists all commands, `ringform help environment` all variables.
";

#[cfg(test)]
mod tests {
    use super::WELCOME;

    #[test]
    fn the_first_contact_has_ten_short_lines() {
        assert_eq!(WELCOME.lines().count(), 10);
        assert!(WELCOME.lines().all(|line| line.chars().count() <= 100));
    }
}
