//! The labels of one cell: `KEY=VALUE`, separated by blanks.
//!
//! Owns their rules, which are those of `labels` in a document: what a list gives, a document can hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::emit::ClientLabels;
use crate::model::Flaw;
use crate::model::text::quote;

/// YAML takes no key of more than 1024 characters in one line, and an escape has up to ten.
const LONGEST_KEY: usize = 100;

/// Texts that many rows have in common, each kept once.
#[derive(Default)]
pub(super) struct TextPool(BTreeSet<Arc<str>>);

impl TextPool {
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.0.insert(new.clone());
        new
    }
}

/// Reads the labels of a cell, in the order they are written. The flaws are of all of them.
pub(super) fn read(cell: &str, pool: &mut TextPool) -> Result<ClientLabels, Vec<Flaw>> {
    let (mut labels, mut flaws, mut keys) = (Vec::new(), Vec::new(), BTreeSet::new());
    for label in cell.split([' ', '\t']).filter(|label| !label.is_empty()) {
        match pair(label, &mut keys) {
            Ok((key, value)) => labels.push((pool.shared(key), pool.shared(value))),
            Err(flaw) => flaws.push(flaw),
        }
    }
    if flaws.is_empty() { Ok(labels.into()) } else { Err(flaws) }
}

fn pair<'c>(label: &'c str, keys: &mut BTreeSet<&'c str>) -> Result<(&'c str, &'c str), Flaw> {
    const FORM: &str = "write KEY=VALUE, such as city=moscow, with blanks between two labels";
    let flaw = |why: &str| Flaw::new(format!("{} is not a label: {why}", quote(label))).help(FORM);
    let (key, value) = label.split_once('=').ok_or_else(|| flaw("it has no `=`"))?;
    match (key, value) {
        ("", _) => Err(flaw("it has no key")),
        (_, "") => Err(flaw("it has no value")),
        ("<<", _) => Err(flaw("`<<` merges mappings in YAML")),
        (key, _) if key.chars().count() > LONGEST_KEY => {
            Err(flaw(&format!("its key is longer than {LONGEST_KEY} characters")))
        }
        (key, _) if !keys.insert(key) => {
            let message = format!("the label {} is there twice", quote(key));
            Err(Flaw::new(message).help("remove one of the two"))
        }
        pair => Ok(pair),
    }
}
