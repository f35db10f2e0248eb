//! YAML text to located trees.
//!
//! Owns the reading of events: the place of each node, the expansion of aliases, and the budgets that refuse a
//! hostile file within milliseconds. It types nothing: a scalar is text, only a plain `null` or `~` is null. It
//! must not know any key.

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

use crate::config::yaml::conflict;
use crate::config::yaml::lines::without_mark;
use crate::config::yaml::node::{DEEPEST, Position, YamlContent, YamlDocument, YamlNode};
use crate::config::yaml::problems::Problems;
use crate::config::yaml::syntax;

/// The most nodes that the aliases of a document may stand for. What is written out has its limit in the file's size.
const MOST_ALIASED: u32 = 10_000;

/// Reads all documents of a text. Empty ones are skipped. One that is not YAML is an error, and reading goes on at
/// the next `---`.
pub(crate) fn read(text: &str, problems: &mut Problems<'_>) -> Vec<YamlDocument> {
    let text = without_mark(text);
    // Both versions are in the file, so every other problem of it would be a consequence.
    if let Some(at) = conflict::first_marker(text) {
        let message = "a git conflict is not settled in this file".to_owned();
        let help = "settle the conflict and remove the lines of `<<<<<<<`, `=======` and `>>>>>>>`";
        problems.error_help("yaml-syntax", at, message, help);
        return Vec::new();
    }
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: 2 * DEEPEST,
        block_nesting_limit: 2 * DEEPEST,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut documents = Vec::new();
    let before = problems.errors();
    let mut builder =
        TreeBuilder { problems, anchors: BTreeMap::new(), open: Vec::new(), root: None, aliased: 0, before };
    loop {
        match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => {
                if builder.take(event, &span) {
                    documents.extend(builder.finish());
                }
            }
            Some(Err(error)) => {
                builder.finish();
                syntax::complain(&error, builder.problems);
                builder.before = builder.problems.errors();
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    documents
}

/// A collection that is not closed yet.
struct OpenCollection {
    at: Position,
    anchor: usize,
    map: bool,
    items: Vec<YamlNode>,
    /// Deeper than allowed: its nodes are dropped.
    dropped: bool,
}

struct TreeBuilder<'p, 't> {
    problems: &'p mut Problems<'t>,
    anchors: BTreeMap<usize, YamlNode>,
    open: Vec<OpenCollection>,
    root: Option<YamlNode>,
    /// How many nodes the aliases of this document stand for so far.
    aliased: u32,
    /// How many errors there were when this document began.
    before: usize,
}

impl TreeBuilder<'_, '_> {
    /// Takes one event; `true` when a document is complete.
    fn take(&mut self, event: Event<'_>, span: &Span) -> bool {
        let at = Position::of(span);
        match event {
            Event::DocumentEnd => return true,
            Event::Scalar(text, style, anchor, tag) => {
                let is_key = self.open.last().is_some_and(|open| open.map && open.items.len() % 2 == 0);
                let plain = style == ScalarStyle::Plain;
                let is_empty = matches!(&*text, "" | "~") && plain && at.width == 0;
                let content = match tag.as_deref() {
                    // The tag has its error. Without its program the text has no meaning, so it gets no second one.
                    Some(tag) if is_empty || (tag.is_custom() && !is_key) => YamlContent::Broken,
                    _ if is_empty => YamlContent::Empty,
                    _ => match &*text {
                        "" if plain => YamlContent::Empty,
                        "~" | "null" if plain => YamlContent::Null,
                        text => YamlContent::Text(text.into()),
                    },
                };
                self.tag(tag.as_deref(), span);
                self.add(YamlNode { content, at: at.visible(), weight: 1 }, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span);
                self.begin(at, anchor, false);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span);
                self.begin(at, anchor, true);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(id) => {
                let node = match self.anchors.get(&id) {
                    Some(target) => YamlNode { at: at.visible(), ..target.clone() },
                    None => {
                        self.problems.error("bad-alias", at, "this alias is inside of its own anchor".to_owned());
                        broken(at)
                    }
                };
                let node = self.alias_within_budget(node);
                self.add(node, 0);
            }
            Event::UnresolvedAlias(name) => {
                let alias = self.problems.word(&format!("*{name}"), "this");
                let message = format!("{alias} names no anchor before it");
                let help = "in YAML `*` begins an alias; quote it to mean a text, as in \"*\"";
                self.problems.error_help("bad-alias", at, message, help);
                self.add(broken(at), 0);
            }
            _ => {}
        }
        false
    }

    /// Reports a tag at its own place: what it belongs to may start lines below.
    fn tag(&mut self, tag: Option<&Tag>, span: &Span) {
        let Some(tag) = tag else { return };
        let at = match (span.tag_span(), span.tag_start()) {
            (Some(tag_span), _) => Position::of(&tag_span),
            (None, Some(start)) => Position::of(&Span::empty(start)).visible(),
            (None, None) => Position::of(span),
        };
        let word = self.problems.word(&tag.original(), "this");
        let message = format!("{word} is a YAML tag, which ringform does not accept");
        let help = match tag.original().starts_with("!!") {
            true => "remove the tag: the field decides the type",
            false => "remove the tag: the field decides the type. If it is a text that begins with `!`, quote it",
        };
        self.problems.error_help("tag", at, message, help);
    }

    fn begin(&mut self, at: Position, anchor: usize, map: bool) {
        let parent_dropped = self.open.last().is_some_and(|open| open.dropped);
        let dropped = self.open.len() >= DEEPEST;
        if dropped && !parent_dropped {
            self.problems.error("too-deep", at, format!("this is nested deeper than {DEEPEST} levels"));
        }
        self.open.push(OpenCollection { at, anchor, map, items: Vec::new(), dropped });
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let weight = open.items.iter().fold(1, |sum: u32, node| sum.saturating_add(node.weight));
        let content = if open.dropped {
            YamlContent::Broken
        } else if open.map {
            let mut pairs = Vec::with_capacity(open.items.len() / 2);
            let mut items = open.items.into_iter();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                pairs.push((key, value));
            }
            YamlContent::Map(Rc::new(pairs))
        } else {
            YamlContent::List(Rc::new(open.items))
        };
        self.add(YamlNode { content, at: open.at.visible(), weight }, open.anchor);
    }

    /// Counts what an alias stands for. Behind the first one that is too many, all of this document are broken.
    fn alias_within_budget(&mut self, node: YamlNode) -> YamlNode {
        let had_room = self.aliased <= MOST_ALIASED;
        self.aliased = self.aliased.saturating_add(node.weight);
        if self.aliased <= MOST_ALIASED {
            return node;
        }
        if had_room {
            let message = format!("the aliases of this document stand for more than {MOST_ALIASED} nodes");
            let help = "write some of them out, or split the file by `---`; do not nest aliases";
            self.problems.error_help("alias-bomb", node.at, message, help);
        }
        broken(node.at)
    }

    fn add(&mut self, node: YamlNode, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) if open.dropped => {}
            Some(open) => open.items.push(node),
            None => self.root = Some(node),
        }
    }

    /// A complete document; `None` when it is empty.
    fn finish(&mut self) -> Option<YamlDocument> {
        self.anchors.clear();
        self.open.clear();
        self.aliased = 0;
        let whole = self.problems.errors() == std::mem::replace(&mut self.before, self.problems.errors());
        let root = self.root.take().filter(|root| !matches!(root.content, YamlContent::Empty | YamlContent::Null))?;
        Some(YamlDocument { root, whole })
    }
}

fn broken(at: Position) -> YamlNode {
    YamlNode { content: YamlContent::Broken, at: at.visible(), weight: 1 }
}
