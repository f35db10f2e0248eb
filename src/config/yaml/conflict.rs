//! The markers that git leaves in a file with a conflict.
//!
//! Owns what counts as a marker and the place of the first one. It must not know YAML: such a file holds two versions.

use crate::config::yaml::node::Position;

/// The markers, the one of the common ancestor (`diff3`) included. git writes each at the start of a line.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The place of the first marker of a conflict.
pub(super) fn first_marker(text: &str) -> Option<Position> {
    let first = MARKERS.iter().filter_map(|marker| {
        let is_line = |at: usize| text[..at].is_empty() || text[..at].ends_with(['\n', '\r']);
        let is_whole =
            |at: usize| matches!(text[at + marker.len()..].bytes().next(), None | Some(b' ' | b'\n' | b'\r'));
        text.match_indices(marker).map(|(at, _)| at).find(|at| is_line(*at) && is_whole(*at))
    });
    let before = &text.as_bytes()[..first.min()?];
    let breaks = before.iter().enumerate();
    let ends = breaks.filter(|(at, byte)| **byte == b'\n' || (**byte == b'\r' && before.get(at + 1) != Some(&b'\n')));
    Some(Position { line: ends.count() as u32 + 1, column: 1, width: MARKERS[0].len() as u32 })
}

#[cfg(test)]
mod tests {
    use super::first_marker;

    #[test]
    fn markers_are_whole_words_at_the_start_of_a_line() {
        for (text, line) in [
            ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> topic\n", Some(1)),
            ("a: 1\r\n\r\n<<<<<<< HEAD\r\n", Some(3)),
            ("a: 1\r=======\rb", Some(2)),
            ("a: 1\n=======", Some(2)),
            ("a: 1\n||||||| 0c7\n=======\n", Some(2)),
            ("a: 1\n>>>>>>> topic\n", Some(2)),
            ("# =======\n  =======\n========\n<<<<<<<HEAD\n<<: *a\n--- <<<<<<<\n", None),
            ("", None),
        ] {
            assert_eq!(first_marker(text).map(|at| at.line), line, "{text}");
        }
    }
}
