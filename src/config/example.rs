//! The example document that `init` writes.
//!
//! Owns how it is recognised while it is unchanged: it is no declaration of the user, so nothing warns of it and
//! `import` takes its place.

const EXAMPLE: &str = include_str!("../../examples/starter/clients/me.yaml");

/// Whether a file is the untouched example.
pub fn is_untouched_example(text: &str) -> bool {
    // A checkout may have other line ends.
    text == EXAMPLE || (text.len() > EXAMPLE.len() && text.replace("\r\n", "\n") == EXAMPLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_text_of_init_is_the_example() {
        assert!(is_untouched_example(EXAMPLE));
        assert!(is_untouched_example(&EXAMPLE.replace('\n', "\r\n")));
        assert!(!is_untouched_example("client: \"@me\"\n"));
        assert!(!is_untouched_example(&EXAMPLE.replace("# settings:", "settings: {}")));
    }
}
