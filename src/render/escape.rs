//! Escapes for untrusted text, one function for each place it goes to.
//!
//! Owns the set of characters that terminals, CI logs and Markdown obey, and nothing else. Every format takes its
//! escapes from here. An escape shows what it replaced and drops nothing, so two names never look the same.
//!
//! Every escape takes [`Untrusted`], and its result is ready for the format. A text of our own needs no escape, so it
//! does not fit:
//!
//! ```compile_fail
//! ringform::render::escape::terminal("a text of our own");
//! ```
//!
//! The result of one escape does not fit into another:
//!
//! ```compile_fail
//! use ringform::{model::Untrusted, render::escape};
//! escape::terminal(&escape::terminal(&Untrusted::from("a name")).to_string());
//! ```
//!
//! A text without an escape cannot be printed:
//!
//! ```compile_fail
//! println!("{}", ringform::model::Untrusted::from("a name"));
//! ```
//!
//! The three examples fail for their type only; this compiles:
//!
//! ```
//! use ringform::{model::Untrusted, render::escape};
//! println!("{}", escape::terminal(&Untrusted::from("a name")));
//! ```

use std::fmt::{self, Display, Write};

use crate::model::Untrusted;

/// Whether a terminal or an editor obeys the character instead of showing it: controls (C0, DEL, C1), line and
/// paragraph separators, bidirectional marks and overrides, zero-width and other invisible characters, and language
/// tags.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a text behind a `#` makes a command for the log of a CI job: `#[`, `#vso[`.
pub(crate) fn is_log_command(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|rest| rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('['))
}

/// For a terminal and for the log of a CI job: one line, no character that is obeyed, no command of the log.
///
/// GitHub reads `::command::` at the start of a line, after blanks, and `##[command]` anywhere in it; Azure and
/// TeamCity read `##vso[` and `##teamcity[`. So a leading `::` and the second `#` of such a command are escaped as
/// well.
pub fn terminal(text: &Untrusted) -> Terminal<'_> {
    Terminal(text.raw())
}

/// A text as [`terminal`] shows it.
#[derive(Clone, Copy, Debug)]
pub struct Terminal<'a>(&'a str);

impl Display for Terminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.trim_start_matches(|c: char| c.is_whitespace() || is_unsafe(c));
        let command = start.starts_with("::").then(|| self.0.len() - start.len());
        let mut before = ' ';
        for (at, c) in self.0.char_indices() {
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '#' if before == '#' && is_log_command(&self.0[at..]) => f.write_str("\\u{23}")?,
                ':' if command == Some(at) => f.write_str("\\u{3a}")?,
                c if is_unsafe(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
            before = c;
        }
        Ok(())
    }
}

/// For a label of a metric: as [`terminal`] shows it, with a backslash before each backslash and quote.
pub(crate) fn metric_label(text: &Untrusted) -> String {
    terminal(text).to_string().replace('\\', "\\\\").replace('"', "\\\"")
}

/// For the text behind `::` of a workflow command: as on a terminal, and nothing in it that the runner would decode.
pub(crate) fn command_message(text: &Untrusted) -> String {
    terminal(text).to_string().replace('%', "%25")
}

/// For a property of a workflow command, such as its file: there `:` and `,` separate, and blanks at the ends are
/// dropped.
pub(crate) fn command_property(text: &Untrusted) -> String {
    command_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// For XML 1.0, in attributes and text: as on a terminal, without the two other characters that XML forbids. The XML
/// writer escapes markup.
pub(crate) fn xml(text: &Untrusted) -> String {
    terminal(text).to_string().replace('\u{FFFE}', "\\u{fffe}").replace('\u{FFFF}', "\\u{ffff}")
}

/// For a text of a calendar, RFC 5545: as on a terminal, with a backslash before each backslash, semicolon and comma.
pub(crate) fn ics(text: &Untrusted) -> String {
    let mut out = String::new();
    for c in terminal(text).to_string().chars() {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For a message of SARIF: as on a terminal, and no link, which is `[text](address)` there.
pub(crate) fn sarif(text: &Untrusted) -> String {
    terminal(text).to_string().replace("](", "]\\u{28}")
}

/// For a path that is a URI reference: every byte but the unreserved ones and `/` is written as `%XX`.
pub(crate) fn uri(path: &Untrusted) -> String {
    let mut out = String::new();
    for byte in path.raw().bytes() {
        let written = match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.write_char(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.write_char(char::from(byte)),
            byte => write!(out, "%{byte:02X}"),
        };
        // Writing to a `String` cannot fail.
        debug_assert!(written.is_ok());
    }
    out
}

/// For text and quoted attributes of HTML: as [`terminal`] shows it, with the five characters of markup as entities.
pub(crate) fn html(text: &Untrusted) -> String {
    let plain = terminal(text).to_string();
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// For running text in Markdown: no markup, no HTML, no link, no mention of people, issues or labels; always one line.
///
/// Every character that could be syntax at its place becomes an entity, which Markdown never takes for syntax. GitHub
/// finds mentions in the rendered text, so a zero-width space follows the sign.
pub(crate) fn markdown(text: &Untrusted) -> String {
    let mut out = String::new();
    entities(text.raw(), true, &mut out);
    out
}

/// For a name or a value in Markdown: `<code>` with everything inside as [`markdown`] has it. Unlike backticks this
/// works in table cells and lists with any text inside. Code mentions no user.
pub(crate) fn markdown_code(text: &Untrusted) -> String {
    let mut out = "<code>".to_owned();
    entities(text.raw(), false, &mut out);
    out.push_str("</code>");
    out
}

/// Appends text with entities. `mentions`: whether GitHub would find mentions in this text.
fn entities(text: &str, mentions: bool, out: &mut String) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let written = match c {
            '\n' => write!(out, "&#92;n"),
            '\r' => write!(out, "&#92;r"),
            '\t' => write!(out, "&#92;t"),
            // `www.` starts a link; any other dot does not.
            '.' if ends_with_www(out) => write!(out, "&#46;"),
            // `https://` is a link, `12: x` is not; two colons are a command of the log.
            ':' if next.is_none_or(|next| next == ' ' || next.is_ascii_digit()) && !out.ends_with(':') => {
                write!(out, ":")
            }
            // Some of these start lists or underline headings at the start of a line. No escaped text is there.
            ' ' | '/' | '.' | ',' | ';' | '-' | '(' | ')' | '"' | '\'' | '=' | '?' => write!(out, "{c}"),
            c if c.is_ascii_alphanumeric() => write!(out, "{c}"),
            c if is_unsafe(c) => write!(out, "&#92;u&#123;{:x}&#125;", u32::from(c)),
            c if c.is_ascii() => write!(out, "&#{};", u32::from(c)),
            c => write!(out, "{c}"),
        };
        // Writing to a `String` cannot fail.
        debug_assert!(written.is_ok());
        let sign = matches!(c, '@' | '#' | '!' | '$' | '~' | '%' | '&' | '^');
        if mentions && sign && next.is_some_and(|next| !next.is_whitespace()) {
            out.push_str("&#8203;");
        }
    }
}

fn ends_with_www(text: &str) -> bool {
    text.len() >= 3 && text.as_bytes()[text.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// For a name or a value in a chat: code, in which Slack finds neither markup nor mentions. The three characters that
/// Slack reads everywhere become entities. A backtick, which would end the code, becomes a look-alike.
pub(crate) fn slack_code(text: &Untrusted) -> String {
    let mut out = "`".to_owned();
    for c in text.raw().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' => out.push('\u{2cb}'),
            c if is_unsafe(c) => out.push_str(&c.escape_unicode().to_string()),
            c => out.push(c),
        }
    }
    // Two backticks do not make code.
    if out.len() == 1 {
        out.push(' ');
    }
    out.push('`');
    out
}

/// The first characters of a text, with `…` where something was left out; `most` counts characters.
pub(crate) fn cut(text: &Untrusted, most: usize) -> Untrusted {
    match text.raw().char_indices().nth(most) {
        Some(_) => shorten(text.raw(), most).into(),
        None => text.clone(),
    }
}

/// The same for a text that is escaped already.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untrusted(text: &str) -> Untrusted {
        Untrusted::from(text)
    }

    #[test]
    fn terminals_and_logs_find_no_command() {
        let table = [
            ("plain, Привет, 北京", "plain, Привет, 北京"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m \u{7} \0 \u{7f}", "\\u{9b}31m \\u{7} \\u{0} \\u{7f}"),
            ("a\r\n\tb", "a\\r\\n\\tb"),
            ("\u{202e}abc\u{2066}\u{200b}", "\\u{202e}abc\\u{2066}\\u{200b}"),
            ("::warning::y", "\\u{3a}:warning::y"),
            ("  ::warning::y", "  \\u{3a}:warning::y"),
            ("::::", "\\u{3a}:::"),
            ("a::b", "a::b"),
            ("##[error] ## head ##vso[x]", "#\\u{23}[error] ## head #\\u{23}vso[x]"),
        ];
        for (text, escaped) in table {
            assert_eq!(terminal(&untrusted(text)).to_string(), escaped, "{text:?}");
        }
    }

    #[test]
    fn labels_of_metrics_are_one_line() {
        let table = [
            ("/srv/pbx/ringform.yaml", "/srv/pbx/ringform.yaml"),
            ("a\"b\\c", "a\\\"b\\\\c"),
            ("l1\nl2\u{1b}", "l1\\\\nl2\\\\u{1b}"),
        ];
        for (text, escaped) in table {
            assert_eq!(metric_label(&untrusted(text)), escaped, "{text:?}");
        }
    }

    #[test]
    fn html_is_only_text() {
        let table = [
            ("plain, Привет", "plain, Привет"),
            ("<b title='x'>\"&amp;", "&lt;b title=&#39;x&#39;&gt;&quot;&amp;amp;"),
            ("a\n\u{202e}b", "a\\n\\u{202e}b"),
        ];
        for (text, escaped) in table {
            assert_eq!(html(&untrusted(text)), escaped, "{text:?}");
        }
    }

    #[test]
    fn markdown_is_only_text() {
        let table = [
            ("client 12: a, b (c) \"d\"", "client 12: a, b (c) \"d\""),
            ("clients/c1.yaml:2", "clients/c1.yaml:2"),
            ("https://x.example", "https&#58;//x.example"),
            ("WWW.x.example", "WWW&#46;x.example"),
            ("@user #1 # 1", "&#64;&#8203;user &#35;&#8203;1 &#35; 1"),
            ("a|`b`<i>", "a&#124;&#96;b&#96;&#60;i&#62;"),
            ("x::y", "x&#58;&#58;y"),
            ("l1\nl2\u{1b}", "l1&#92;nl2&#92;u&#123;1b&#125;"),
        ];
        for (text, escaped) in table {
            assert_eq!(markdown(&untrusted(text)), escaped, "{text:?}");
            assert_eq!(
                markdown_code(&untrusted(text)),
                format!("<code>{}</code>", escaped.replace("&#8203;", "")),
                "{text:?}"
            );
        }
    }

    #[test]
    fn chats_get_code_only() {
        let table = [
            ("ringme", "`ringme`"),
            ("<!channel> & <@U1> `x`", "`&lt;!channel&gt; &amp; &lt;@U1&gt; \u{2cb}x\u{2cb}`"),
            ("a\n*b*\u{202e}", "`a\\u{a}*b*\\u{202e}`"),
            ("", "` `"),
        ];
        for (text, escaped) in table {
            assert_eq!(slack_code(&untrusted(text)), escaped, "{text:?}");
        }
    }

    #[test]
    fn text_cannot_end_a_workflow_command() {
        assert_eq!(command_message(&untrusted("100%\n::error::%0A, a:b")), "100%25\\n::error::%250A, a:b");
        assert_eq!(command_message(&untrusted("::error::y")), "\\u{3a}:error::y");
        assert_eq!(command_property(&untrusted("a:b,c::d%3A")), "a%3Ab%2Cc%3A%3Ad%253A");
    }

    #[test]
    fn reports_contain_no_character_that_their_readers_refuse() {
        assert_eq!(
            xml(&untrusted("A\u{1b}[31m\0]]>&#27;<\u{fffe}\u{ffff}")),
            "A\\u{1b}[31m\\u{0}]]>&#27;<\\u{fffe}\\u{ffff}"
        );
        assert_eq!(sarif(&untrusted("[x](https://evil.example) [a] (b)")), "[x]\\u{28}https://evil.example) [a] (b)");
        assert_eq!(uri(&untrusted("infra/my pbx/ä%#?:.yaml")), "infra/my%20pbx/%C3%A4%25%23%3F%3A.yaml");
    }

    #[test]
    fn a_cut_text_ends_with_an_ellipsis() {
        assert_eq!(cut(&untrusted("abc"), 3), untrusted("abc"));
        assert_eq!(cut(&untrusted("äöüß"), 3), untrusted("äö…"));
        assert_eq!(shorten("äöüß", 3), "äö…");
    }
}
