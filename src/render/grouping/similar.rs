//! Things with the same key, and messages that differ only in numbers.
//!
//! Owns the mask over numbers, and from how many on a group is shown as one.

use std::collections::BTreeMap;

use crate::model::{Diagnostic, Untrusted};

/// More clients than this with an identical set of changes are shown once.
pub(crate) const MANY: usize = 3;

/// Items by key, in the order in which each key first occurs.
pub(super) struct KeyedLists<K, T> {
    index: BTreeMap<K, usize>,
    pub(super) lists: Vec<Vec<T>>,
}

impl<K, T> Default for KeyedLists<K, T> {
    fn default() -> Self {
        KeyedLists { index: BTreeMap::new(), lists: Vec::new() }
    }
}

impl<K: Ord, T> KeyedLists<K, T> {
    /// Adds an item, and returns the number of its list.
    pub(super) fn add(&mut self, key: K, item: T) -> usize {
        let at = *self.index.entry(key).or_insert(self.lists.len());
        match self.lists.get_mut(at) {
            Some(list) => list.push(item),
            None => self.lists.push(vec![item]),
        }
        at
    }
}

/// Diagnostics of one rule whose texts differ in numbers only, in the order of the first of each group.
pub(crate) fn alike(list: &[Diagnostic]) -> Vec<Vec<&Diagnostic>> {
    let mut buckets = KeyedLists::default();
    for one in list {
        let help = one.help.as_ref().map(Untrusted::raw);
        let key = format!("{:?}\0{}\0{}\0{help:?}", one.severity, one.rule, masked(&one.summary).raw());
        buckets.add(key, one);
    }
    buckets.lists
}

/// A sentence with `…` for its numbers and long hexadecimal ids: the common part of the failures of many clients.
pub(crate) fn masked(text: &Untrusted) -> Untrusted {
    let text = text.raw();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (word, is_word) = match length {
            0 => (&rest[..first.len_utf8()], false),
            length => (&rest[..length], true),
        };
        let hex = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let has_digit = word.bytes().any(|b| b.is_ascii_digit());
        if is_word && has_digit && (hex || word.bytes().all(|b| b.is_ascii_digit())) {
            out.push('…');
        } else {
            out.push_str(word);
        }
        rest = &rest[word.len()..];
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_numbers(text: &str) -> String {
        masked(&text.into()).raw().to_owned()
    }

    #[test]
    fn sentences_lose_their_numbers_only() {
        assert_eq!(without_numbers("client 12 is blocked"), "client … is blocked");
        assert_eq!(without_numbers("request 550e8400aa, HTTP/1.1, sip2"), "request …, HTTP/….…, sip2");
        assert_eq!(without_numbers("нет 7 é"), "нет … é");
    }
}
