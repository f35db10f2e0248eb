//! The parts of a Markdown page that the tests read: fenced blocks with the hidden comments above them, headings, links.

/// A fenced block.
pub struct Block {
    /// The line of its opening fence, from 1.
    pub line: usize,
    pub language: String,
    pub lines: Vec<String>,
    /// The hidden comments directly above it: name and text of `<!-- NAME: TEXT -->`.
    directives: Vec<(String, String)>,
}

impl Block {
    /// The text of the comment with this name.
    pub fn directive(&self, name: &str) -> Option<&str> {
        self.directives(name).next()
    }

    pub fn directives(&self, name: &str) -> impl Iterator<Item = &str> {
        self.directives.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// The comments whose names the tests do not know.
    pub fn unknown_directives(&self) -> Vec<&str> {
        const KNOWN: [&str; 4] = ["run", "setup", "write", "not-run"];
        self.directives.iter().map(|(name, _)| name.as_str()).filter(|name| !KNOWN.contains(name)).collect()
    }
}

fn directive(line: &str) -> Option<(String, String)> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (name, text) = inner.split_once(':').unwrap_or((inner, ""));
    Some((name.trim().to_owned(), text.trim().to_owned()))
}

/// The fenced blocks of a page, in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let (mut found, mut directives) = (Vec::new(), Vec::new());
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(one) = directive(line) {
            directives.push(one);
        } else if let Some(language) = line.trim_start().strip_prefix("```") {
            let inner = lines.by_ref().map(|(_, line)| line.to_owned());
            let lines = inner.take_while(|line| !line.trim_start().starts_with("```")).collect();
            let (line, language) = (at + 1, language.trim().to_owned());
            found.push(Block { line, language, lines, directives: std::mem::take(&mut directives) });
        } else if !line.trim().is_empty() {
            directives.clear();
        }
    }
    found
}

/// The lines of a page outside of its fenced blocks, each with its number from 1.
pub fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let is_fence = line.trim_start().starts_with("```");
        if !is_fence && !fenced {
            found.push((at + 1, line));
        }
        fenced ^= is_fence;
    }
    found
}

/// The lines that Markdown shows as code without a fence of backticks: four blanks or a tab begin them, `~~~` or HTML.
pub fn other_code(text: &str) -> Vec<usize> {
    let mut after_blank = true;
    let mut found = Vec::new();
    for (at, line) in prose(text) {
        let is_indented = after_blank && (line.starts_with("    ") || line.starts_with('\t'));
        if is_indented || line.trim_start().starts_with("~~~") || line.contains("<pre") {
            found.push(at);
        }
        after_blank = line.trim().is_empty();
    }
    found
}

/// The anchors of a page, as GitHub makes them of its headings.
pub fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, line) in prose(text) {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let is_kept = |c: &char| c.is_alphanumeric() || "-_ ".contains(*c);
        let slug: String = heading.trim().to_lowercase().chars().filter(is_kept).collect();
        let slug = slug.replace(' ', "-");
        let earlier = found.iter().filter(|known| **known == slug).count();
        found.push(if earlier == 0 { slug } else { format!("{slug}-{earlier}") });
    }
    found
}

/// The targets of the links of a page, each with its line.
pub fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in prose(text) {
        let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for part in outside.split("](").skip(1) {
            found.push((at, part.split(')').next().unwrap().to_owned()));
        }
    }
    found
}

#[test]
fn a_page_is_read_as_github_shows_it() {
    let page = "# A `b`: c, d\n\n<!-- setup: x -->\n<!-- run: project=demo -->\n\n```console\n$ a\n    b\n```\n\ntext\n\n    code\n\n## A b c d\n[x](y.md#z) `[n](o)`\n<!-- write -->\ntext\n```yaml\n```\n";
    let blocks = blocks(page);
    assert_eq!((blocks[0].line, blocks[0].language.as_str(), blocks[0].lines.len()), (6, "console", 2));
    assert_eq!((blocks[0].directive("run"), blocks[0].directive("setup")), (Some("project=demo"), Some("x")));
    assert_eq!((blocks[1].directive("write"), blocks[1].lines.len()), (None, 0));
    assert_eq!(other_code(page), [13]);
    assert_eq!(other_code("a\n\n\tcode\n~~~console\n$ a\n~~~\n<pre>a</pre>\n"), [3, 4, 6, 7]);
    assert_eq!(anchors(page), ["a-b-c-d", "a-b-c-d-1"]);
    assert_eq!(links(page), [(16, "y.md#z".to_owned())]);
}
