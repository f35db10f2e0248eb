//! YAML text to a tree whose nodes know their bytes.
//!
//! Owns the corrections of the parser's spans: block collections end with their last child, and an empty value is
//! behind its colon. Aliases are not expanded.

use granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::config::edit::refusal::{EditRefusalKind, RefusalAt};
use crate::config::yaml::lines::without_mark;
use crate::config::yaml::node::DEEPEST;

/// One node and where it is written: without anchor, tag, and the header of a block scalar.
#[derive(Clone, Debug)]
pub(super) struct SourceNode {
    pub(super) content: SourceContent,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The number of its anchor in the text; 0 for none.
    pub(super) anchor: usize,
    pub(super) has_tag: bool,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(super) enum SourceContent {
    /// Nothing, not even `null`.
    Empty,
    Scalar {
        text: Box<str>,
        style: ScalarStyle,
    },
    List {
        is_flow: bool,
        items: Vec<SourceNode>,
    },
    Map {
        is_flow: bool,
        pairs: Vec<(SourceNode, SourceNode)>,
    },
    /// By the number of its anchor.
    Alias(usize),
}

impl SourceNode {
    /// The text of a scalar, whatever its style.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            SourceContent::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The style of a scalar.
    pub(super) fn style(&self) -> Option<ScalarStyle> {
        match &self.content {
            SourceContent::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// Whether it is a plain `null` or `~`.
    pub(super) fn is_null(&self) -> bool {
        self.style() == Some(ScalarStyle::Plain) && matches!(self.text(), Some("null" | "~"))
    }

    /// Whether it is a literal or a folded scalar.
    pub(super) fn is_block_scalar(&self) -> bool {
        matches!(self.style(), Some(ScalarStyle::Literal | ScalarStyle::Folded))
    }

    /// The nodes directly below.
    pub(super) fn children(&self) -> Box<dyn Iterator<Item = &SourceNode> + '_> {
        match &self.content {
            SourceContent::List { items, .. } => Box::new(items.iter()),
            SourceContent::Map { pairs, .. } => Box::new(pairs.iter().flat_map(|(key, value)| [key, value])),
            SourceContent::Empty | SourceContent::Scalar { .. } | SourceContent::Alias(_) => {
                Box::new(std::iter::empty())
            }
        }
    }
}

/// A value as a file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenValue {
    /// A scalar in any style, `null` included.
    Scalar(String),
    /// The scalars of a list.
    List(Vec<String>),
}

/// The documents of a text, for the look at what they write.
#[derive(Debug, Default)]
pub struct WrittenDocuments(Vec<SourceNode>);

impl WrittenDocuments {
    /// Reads a text. One that is not YAML has no documents.
    pub fn read(text: &str) -> WrittenDocuments {
        WrittenDocuments(parse(without_mark(text)).unwrap_or_default())
    }

    /// The value that a document writes at a path; `None` where it writes none, or something else than a scalar or a
    /// list of scalars.
    pub fn value(&self, document: usize, path: &[&str]) -> Option<WrittenValue> {
        let mut node = self.0.get(document)?;
        for key in path {
            let SourceContent::Map { pairs, .. } = &node.content else { return None };
            node = pairs.iter().find(|(own, _)| own.text() == Some(key)).map(|(_, value)| value)?;
        }
        match &node.content {
            SourceContent::Scalar { text, .. } => Some(WrittenValue::Scalar(text.to_string())),
            SourceContent::List { items, .. } => {
                items.iter().map(|item| item.text().map(str::to_owned)).collect::<Option<_>>().map(WrittenValue::List)
            }
            SourceContent::Empty | SourceContent::Map { .. } | SourceContent::Alias(_) => None,
        }
    }
}

/// The roots of all documents, without the empty ones, as `config` counts them.
pub(super) fn parse(text: &str) -> Result<Vec<SourceNode>, RefusalAt> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: 2 * DEEPEST,
        block_nesting_limit: 2 * DEEPEST,
    };
    let mut builder = SourceBuilder { text, open: Vec::new(), root: None };
    let mut documents = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or_default();
            EditRefusalKind::Syntax.at(at)
        })?;
        if matches!(event, Event::DocumentEnd) {
            let root = builder.root.take();
            documents.extend(root.filter(|root| !matches!(root.content, SourceContent::Empty) && !root.is_null()));
        } else {
            builder.take(event, &span)?;
        }
    }
    Ok(documents)
}

struct SourceBuilder<'t> {
    text: &'t str,
    open: Vec<OpenSource>,
    root: Option<SourceNode>,
}

/// A collection that is not closed yet.
struct OpenSource {
    start: usize,
    anchor: usize,
    has_tag: bool,
    is_map: bool,
    is_flow: bool,
    nodes: Vec<SourceNode>,
}

impl SourceBuilder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), RefusalAt> {
        let (Some(start), Some(end)) = (span.start.byte_offset(), span.end.byte_offset()) else {
            return Err(EditRefusalKind::Layout.at(0));
        };
        let is_flow = |style| style == granit_parser::StructureStyle::Flow;
        let open = |style, anchor, has_tag, is_map| OpenSource {
            start,
            anchor,
            has_tag,
            is_map,
            is_flow: is_flow(style),
            nodes: Vec::new(),
        };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_empty = style == ScalarStyle::Plain && start == end && matches!(&*text, "" | "~");
                let content = match is_empty {
                    true => SourceContent::Empty,
                    false => SourceContent::Scalar { text: text.into_owned().into_boxed_str(), style },
                };
                self.add(SourceNode { content, start, end, anchor, has_tag: tag.is_some() });
            }
            Event::SequenceStart(style, anchor, tag) => self.open.push(open(style, anchor, tag.is_some(), false)),
            Event::MappingStart(style, anchor, tag) => self.open.push(open(style, anchor, tag.is_some(), true)),
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Alias(anchor) => {
                self.add(SourceNode { content: SourceContent::Alias(anchor), start, end, anchor: 0, has_tag: false });
            }
            Event::UnresolvedAlias(_) => return Err(EditRefusalKind::Alias.at(start)),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let OpenSource { start, anchor, has_tag, is_map, is_flow, nodes } = open;
        let end = if is_flow { end } else { nodes.last().map_or(start, |last| last.end) };
        let start = if is_flow { start } else { nodes.first().map_or(start, |first| first.start) };
        let content = match is_map {
            false => SourceContent::List { is_flow, items: nodes },
            true => {
                let mut pairs = Vec::with_capacity(nodes.len() / 2);
                let mut nodes = nodes.into_iter();
                while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
                    pairs.push((key, value));
                }
                SourceContent::Map { is_flow, pairs }
            }
        };
        self.add(SourceNode { content, start, end, anchor, has_tag });
    }

    fn add(&mut self, mut node: SourceNode) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        // An empty value is behind the colon of its key, and not where the next token begins.
        let key = open.nodes.last().filter(|_| open.is_map && open.nodes.len() % 2 == 1);
        if let (SourceContent::Empty, Some(key)) = (&node.content, key) {
            let behind = behind_colon(self.text, key.end).unwrap_or(key.end);
            (node.start, node.end) = (behind, behind);
        }
        open.nodes.push(node);
    }
}

/// The byte behind the colon that follows a key on its line.
pub(super) fn behind_colon(text: &str, key_end: usize) -> Option<usize> {
    let rest = text.get(key_end..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[blanks..].starts_with(':').then_some(key_end + blanks + 1)
}
