//! The editor on texts of every style, by tables.

use crate::config::edit::{EditRefusalKind, WrittenDocuments, WrittenValue, YamlEdit, edit, edit_all};

fn at(document: usize, path: &str, value: &str) -> YamlEdit {
    YamlEdit { document, path: path.split('.').map(str::to_owned).collect(), value: value.to_owned() }
}

fn edited(text: &str, path: &str, value: &str) -> Result<String, EditRefusalKind> {
    let out = edit(text.as_bytes(), &[at(0, path, value)]).map_err(|refusal| refusal.kind)?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn values_change_in_the_style_of_the_file() {
    let rows = [
        // Text, path, value, result.
        ("s:\n  a: 1 # x\n  b: 2\n", "s.a", "9", "s:\n  a: 9 # x\n  b: 2\n"),
        ("s: {a: 1, b: 'x'} # y", "s.b", "\"it's\"", "s: {a: 1, b: 'it''s'} # y"),
        ("a: 'x'\n", "a", "null", "a: null\n"),
        ("a: \"1\"\n", "a", "2", "a: \"2\"\n"),
        ("a: Asia/Omsk\n", "a", "\"UTC\"", "a: UTC\n"),
        ("a: x\n", "a", "\"NO\"", "a: \"NO\"\n"),
        ("a: x\n", "a", "\"*\"", "a: \"*\"\n"),
        ("a:   null   # c\r\nb: 1\r\n", "a", "[\"RU\"]", "a:   [\"RU\"]   # c\r\nb: 1\r\n"),
        ("a:\t~\n", "a", "5", "a:\t5\n"),
        ("a: p q\n  r s # c\nb: 1\n", "a", "x", "a: x # c\nb: 1\n"),
        ("a: |  # c\n  p\n  q\n\nb: 1\n", "a", "x", "a: x  # c\n\nb: 1\n"),
        ("a: >-\n  p\n\n  q", "a", "x", "a: x"),
        ("\u{feff}я: {é: 1}\n", "я.é", "2", "\u{feff}я: {é: 2}\n"),
        ("? a\n: b\n", "a", "c", "? a\n: c\n"),
        ("\"a\" : b\n", "a", "c", "\"a\" : c\n"),
        ("a:  # c\nb: 1\n", "a", "x", "a: x  # c\nb: 1\n"),
        ("{a: , b}", "b", "x", "{a: , b: x}"),
        ("{a: x, b: y}", "a", "p,q", "{a: \"p,q\", b: y}"),
    ];
    for (text, path, value, expected) in rows {
        assert_eq!(edited(text, path, value).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn lists_keep_the_bytes_and_comments_of_items_that_stay() {
    let rows = [
        ("a: [ RU,BY ]  # c\n", "[\"BY\", \"KZ\", \"RU\"]", "a: [ BY, KZ, RU ]  # c\n"),
        ("a: [ RU,BY ]\n", "[\"RU\", \"BY\", \"NO\"]", "a: [ RU,BY, \"NO\" ]\n"),
        ("a: ['RU', 'BY']\n", "[\"BY\", \"NO\"]", "a: ['BY', 'NO']\n"),
        ("a: [RU, BY,]\n", "[\"RU\"]", "a: [RU,]\n"),
        ("a: [\n  RU, # home\n  BY,\n]\n", "[\"RU\", \"BY\", \"KZ\"]", "a: [\n  RU, # home\n  BY, KZ,\n]\n"),
        ("a: []\n", "[\"RU\"]", "a: [\"RU\"]\n"),
        ("a: [RU]\n", "\"*\"", "a: \"*\"\n"),
        (
            "a:\n  - RU # home\n  # near\n  - BY\nb: 1\n",
            "[\"RU\", \"BY\", \"KZ\"]",
            "a:\n  - RU # home\n  # near\n  - BY\n  - KZ\nb: 1\n",
        ),
        ("a:\n- RU # home\n-  BY\n- KZ", "[\"AM\", \"RU\", \"KZ\"]", "a:\n- AM\n- RU # home\n- KZ"),
        ("a:\r\n  - 'RU'\r\n  - 'BY'", "[\"RU\", \"BY\", \"NO\"]", "a:\r\n  - 'RU'\r\n  - 'BY'\r\n  - 'NO'"),
        ("a:\n  - RU\n  - BY\nb: 1\n", "null", "a: null\nb: 1\n"),
        ("a: # c\n  - RU\n", "[\"RU\", \"BY\"]", "a: # c\n  - RU\n  - BY\n"),
        ("a:\n  - RU\n  - BY\n", "[\"BY\"]", "a:\n  - BY\n"),
        ("a:\n  - RU\n", "[\"BY\"]", "a:\n  - BY\n"),
    ];
    for (text, value, expected) in rows {
        assert_eq!(edited(text, "a", value).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn keys_are_added_behind_the_last_one_of_their_mapping() {
    let rows = [
        ("s:\n    a: 1 # x\n    # tail\nb: 2\n", "s.c", "3", "s:\n    a: 1 # x\n    c: 3\n    # tail\nb: 2\n"),
        ("s:\n  a: [1,\n    2]\nb: 2", "s.c", "3", "s:\n  a: [1,\n    2]\n  c: 3\nb: 2"),
        ("s:\r\n  a: 1\r\nb: 2\n", "s.c", "3", "s:\r\n  a: 1\r\n  c: 3\r\nb: 2\n"),
        ("b: 1", "s.c", "3", "b: 1\ns:\n  c: 3"),
        ("b: 1\r\nd: 2", "s.c", "3", "b: 1\r\nd: 2\r\ns:\r\n  c: 3"),
        ("b:\n    x: 1\n# end\n---\nz: 1\n", "s.c", "3", "b:\n    x: 1\ns:\n    c: 3\n# end\n---\nz: 1\n"),
        ("s: # none\n# x\nb: 1\n", "s.c", "3", "s: # none\n  c: 3\n# x\nb: 1\n"),
        ("s:", "s.c", "3", "s:\n  c: 3"),
        ("s: {}\n", "s.c", "[\"RU\"]", "s: {c: [\"RU\"]}\n"),
        ("s: { }\n", "s.c", "3", "s: {c: 3}\n"),
        ("s: ~ # x\n", "s.c", "3", "s: {c: 3} # x\n"),
        ("{b: 1, t: [2]}\n", "s.c", "3", "{b: 1, t: [2], s: {c: 3}}\n"),
        ("{b: 1, s: }\n", "s.c", "3", "{b: 1, s: {c: 3} }\n"),
        ("{b: 1, s}\n", "s.c", "3", "{b: 1, s: {c: 3}}\n"),
        ("s: {\n  a: 1,\n  b: 2\n}\n", "s.c", "3", "s: {\n  a: 1,\n  b: 2,\n  c: 3\n}\n"),
        ("s: {\n  a: 1,\n}\n", "s.c", "3", "s: {\n  a: 1,\n  c: 3,\n}\n"),
        ("a: |\n  x\n\n\nb: 1\n", "c", "3", "a: |\n  x\n\n\nb: 1\nc: 3\n"),
        ("b: 1\na: |\n  x\n\n\n", "c", "3", "b: 1\na: |\n  x\nc: 3\n\n\n"),
        ("b: 1\na: |+\n  x\n\n\n", "c", "3", "b: 1\na: |+\n  x\n\n\nc: 3\n"),
        ("b: 1\na: >+ # c\r\n  x\r\n\r\n", "c", "3", "b: 1\na: >+ # c\r\n  x\r\n\r\nc: 3\r\n"),
        ("b: 1\na:\n- x\n-\n  - y # z\n", "c", "3", "b: 1\na:\n- x\n-\n  - y # z\nc: 3\n"),
        ("b: 1\n", "true.x y", "3", "b: 1\n\"true\":\n  x y: 3\n"),
    ];
    for (text, path, value, expected) in rows {
        assert_eq!(edited(text, path, value).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn documents_are_counted_without_the_empty_ones_and_edited_together() {
    let text = "# head\n---\n# nothing\n---\ns: {a: 1}\n...\n---\nnull\n---\ns:\n  a: 1\n";
    let edits = [at(1, "s.b", "2"), at(0, "s.a", "9"), at(1, "s.c", "3"), at(1, "t.u", "4"), at(1, "t.v", "5")];
    let out = edit(text.as_bytes(), &edits).unwrap();
    let expected = "# head\n---\n# nothing\n---\ns: {a: 9}\n...\n---\nnull\n---\n\
                    s:\n  a: 1\n  b: 2\n  c: 3\nt:\n  u: 4\n  v: 5\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    assert_eq!(edit(text.as_bytes(), &[]).unwrap(), text.as_bytes());
}

#[test]
fn new_keys_of_one_mapping_come_in_one_pass() {
    // A pass for each of them would take minutes.
    let keys: Vec<YamlEdit> = (0..4000).map(|n| at(0, &format!("p.x{}.{}", n % 2000, n / 2000), "1")).collect();
    let began = std::time::Instant::now();
    let out = String::from_utf8(edit(b"a: 1\r\np: # here\r\nb: 2\r\n", &keys).unwrap()).unwrap();
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    let one = |n: usize| format!("  x{n}:\r\n    \"0\": 1\r\n    \"1\": 1\r\n");
    let new: String = (0..2000).map(one).collect();
    assert_eq!(out, format!("a: 1\r\np: # here\r\n{new}b: 2\r\n"));
    let keys = [at(0, "p.x.u", "1"), at(0, "a", "9"), at(0, "q.z", "2"), at(0, "p.w", "3"), at(0, "p.x.v", "4")];
    for (text, expected) in [
        ("a: 1\n", "a: 9\np:\n  x:\n    u: 1\n    v: 4\n  w: 3\nq:\n  z: 2\n"),
        ("{a: 1, p: {o: 1}}", "{a: 9, p: {o: 1, x: {u: 1, v: 4}, w: 3}, q: {z: 2}}"),
        ("{a: 1,\n p: {\n  o: 1\n }\n}\n", "{a: 9,\n p: {\n  o: 1,\n  x: {u: 1, v: 4},\n  w: 3\n },\n q: {z: 2}\n}\n"),
        ("{a: 1,\n p: {\n  o: 1 # o\n }}\n", "{a: 9,\n p: {\n  o: 1, x: {u: 1, v: 4}, w: 3 # o\n }, q: {z: 2}}\n"),
    ] {
        assert_eq!(String::from_utf8(edit(text.as_bytes(), &keys).unwrap()).unwrap(), expected);
    }
}

#[test]
fn what_is_not_safe_is_refused_with_its_place() {
    use EditRefusalKind::*;
    let rows = [
        ("d: &x {a: 1}\ns: *x\n", "s.a", "2", Alias, 2, 4),
        ("s:\n  a: &x 1\n", "s.a", "2", Anchor, 2, 9),
        ("s: &x\n  a: 1\n", "s.a", "2", Anchor, 2, 3),
        ("s: &x\n  a: 1\n", "s.b", "2", Anchor, 2, 3),
        ("d: &x {a: 1}\ns:\n  <<: *x\n  b: 1\n", "s.b", "2", Merge, 3, 3),
        ("d: &x {a: 1}\ns:\n  <<: *x\n", "s.a", "2", Merge, 3, 3),
        ("a: !t 1\n", "a", "2", Tag, 1, 7),
        ("a: [&x RU]\n", "a", "[RU]", Anchor, 1, 8),
        ("a: *none\n", "a", "2", Alias, 1, 4),
        ("a: [\n", "a", "2", Syntax, 1, 4),
        ("a: 1\nb: 2\nb: 3\n", "a", "2", DuplicateKey, 3, 1),
        ("s: x\n", "s.a", "2", NotMapping, 1, 4),
        ("- a\n", "a", "2", NotMapping, 1, 3),
        ("\n", "a", "2", NoDocument, 2, 1),
        ("a: 1\n", "a", "x\ny", BadValue, 1, 1),
        ("a: 1\n", "a", "x # c", BadValue, 1, 1),
        ("a: 1\n", "a", "&x 1", BadValue, 1, 1),
        ("a: 1\n", "a", "", BadValue, 1, 1),
        ("a:\n  - RU\n  # office\n  - BY\n", "a", "[RU]", Comment, 4, 5),
        ("a:\n  # home\n  - RU\n", "a", "[BY]", Comment, 3, 5),
        ("a:\n  - RU # home\n", "a", "null", Comment, 2, 8),
        ("a:\n- RU\n-  BY # office\n- KZ", "a", "[RU, KZ]", Comment, 3, 4),
        ("a: [RU, # home\n  BY]\n", "a", "[BY]", Comment, 1, 5),
        ("a: [RU, # home\n  BY]\n", "a", "null", Comment, 1, 9),
        ("s: { # c\n}\n", "s.a", "1", Comment, 1, 4),
        ("я: &x 1\n", "я", "2", Anchor, 1, 7),
    ];
    for (text, path, value, kind, line, column) in rows {
        let refusal = edit(text.as_bytes(), &[at(0, path, value)]).unwrap_err();
        assert_eq!((refusal.kind, refusal.line, refusal.column), (kind, line, column), "{text:?}");
    }
    let refusal = edit(b"a: 1\nb: \xff", &[at(0, "a", "2")]).unwrap_err();
    assert_eq!((refusal.kind, refusal.line), (NotText, 2));
    for (one, other) in [("s", "s.a"), ("s.a", "s.a")] {
        let refusal = edit(b"s: {a: 1}", &[at(0, one, "{a: 2}"), at(0, other, "3")]).unwrap_err();
        assert_eq!(refusal.kind, Overlap);
    }
}

#[test]
fn a_written_value_is_read_by_its_path() {
    let text = "\u{feff}---\ns: {a: [RU, 'BY'], b: \"RU BY\", c: {}, d: }\n";
    let list = WrittenValue::List(vec!["RU".to_owned(), "BY".to_owned()]);
    let written = WrittenDocuments::read(text);
    assert_eq!(written.value(0, &["s", "a"]), Some(list));
    assert_eq!(written.value(0, &["s", "b"]), Some(WrittenValue::Scalar("RU BY".to_owned())));
    for path in [["s", "c"], ["s", "d"], ["s", "e"], ["x", "a"]] {
        assert_eq!(written.value(0, &path), None);
    }
}

#[test]
fn an_edit_that_is_refused_stops_no_other() {
    let text = "a: &x 1\nb: 1\n---\nc: 1\nc: 2\n---\nd: 1\n";
    let edits = [at(0, "a", "2"), at(2, "d", "3"), at(1, "e", "2"), at(0, "b", "3"), at(9, "a", "2"), at(2, "f", "4")];
    let (edited, refused) = edit_all(text.as_bytes(), &edits);
    let expected = "a: &x 1\nb: 3\n---\nc: 1\nc: 2\n---\nd: 3\nf: 4\n";
    assert_eq!(String::from_utf8(edited).unwrap(), expected);
    let kinds: Vec<(usize, EditRefusalKind)> = refused.iter().map(|(index, why)| (*index, why.kind)).collect();
    use EditRefusalKind::{Anchor, DuplicateKey, NoDocument, Syntax};
    assert_eq!(kinds, [(0, Anchor), (2, DuplicateKey), (4, NoDocument)]);
    let (edited, refused) = edit_all(b"a: [", &edits[..2]);
    assert_eq!((edited.as_slice(), refused.len(), refused[0].1.kind), (b"a: [".as_slice(), 2, Syntax));
}
