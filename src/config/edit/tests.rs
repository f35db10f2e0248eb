//! The editor on texts of every style, by tables and over generated files.

use proptest::prelude::*;

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
        ("a:\n- RU\n-  BY # office\n- KZ", "[\"AM\", \"RU\", \"KZ\"]", "a:\n- AM\n- RU\n- KZ"),
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

/// A file with marks around the bytes that an edit may replace.
#[derive(Clone, Debug)]
struct GeneratedFile {
    text: String,
    /// The value's bytes; empty where the edit adds a key.
    value: std::ops::Range<usize>,
    document: usize,
}

const COMMENTS: [&str; 5] = ["", " # note", "  # цвет: [RU]", " # 'x", "\t# {"];
const BREAKS: [&str; 3] = ["\n", "\r\n", "\n"];
const KEYS: [&str; 4] = ["name", "имя", "\"quoted key\"", "'k'"];
const OTHERS: [&str; 9] =
    ["1", "'it''s'", "\"é \\u00e9\"", "[a, {b: c}]", "{x: [1, 2], y: }", "", "日本 語", "|LITERAL", ">-FOLDED"];
const VALUES: [&str; 10] =
    ["RU", "'RU BY'", "\"*\"", "[RU, BY]", "[ \"RU\" ,'BY' ]", "null", "~", "{a: b}", "Europe/Moscow", "19"];
const NEW: [&str; 8] = ["\"*\"", "null", "[\"BY\", \"NO\", \"RU\"]", "20", "Asia/Omsk", "\"a: b # c\"", "'x'", "[]"];

#[derive(Clone, Debug)]
struct FileRecipe {
    mark: bool,
    breaks: Vec<usize>,
    comments: Vec<usize>,
    others: Vec<usize>,
    step: usize,
    style: usize,
    value: usize,
    adds: bool,
    documents: (usize, usize),
    ends: bool,
}

fn recipe() -> impl Strategy<Value = FileRecipe> {
    let lists = (
        prop::collection::vec(0..BREAKS.len(), 40),
        prop::collection::vec(0..COMMENTS.len(), 40),
        prop::collection::vec(0..OTHERS.len(), 6),
    );
    let choices = (any::<bool>(), 1..5_usize, 0..5_usize, 0..VALUES.len(), any::<bool>(), (0..3_usize, 0..3_usize));
    (lists, choices, any::<bool>()).prop_map(|((breaks, comments, others), choices, ends)| {
        let (mark, step, style, value, adds, documents) = choices;
        FileRecipe { mark, breaks, comments, others, step, style, value, adds, documents, ends }
    })
}

/// Writes lines with the recipe's comments and line ends.
struct RecipeWriter<'r> {
    recipe: &'r FileRecipe,
    out: String,
    line: usize,
}

impl RecipeWriter<'_> {
    fn comment(&mut self) -> &'static str {
        COMMENTS[self.recipe.comments[self.line % self.recipe.comments.len()]]
    }

    fn end(&mut self) {
        self.out.push_str(BREAKS[self.recipe.breaks[self.line % self.recipe.breaks.len()]]);
        self.line += 1;
    }

    /// A line, and perhaps a comment line above it.
    fn line(&mut self, indent: usize, text: &str) {
        let above = self.comment();
        if self.line.is_multiple_of(3) && !above.is_empty() {
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(above.trim_start());
            self.end();
        }
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(text);
        let behind = self.comment();
        self.out.push_str(behind);
        self.end();
    }

    /// A key with one of the other values.
    fn other(&mut self, indent: usize, key: &str, other: usize) {
        match OTHERS[other] {
            block if block.starts_with(['|', '>']) => {
                let (header, _) = block.split_at(if block.starts_with('|') { 1 } else { 2 });
                self.line(indent, &format!("{key}: {header}"));
                self.out.push_str(&format!("{}# no comment", " ".repeat(indent + self.recipe.step)));
                self.end();
            }
            plain => self.line(indent, format!("{key}: {plain}").trim_end()),
        }
    }
}

/// The file of a recipe. The edit is at `s.v`.
fn generated(recipe: &FileRecipe) -> GeneratedFile {
    let mut writer = RecipeWriter { recipe, out: String::new(), line: 0 };
    if recipe.mark {
        writer.out.push('\u{feff}');
    }
    let mut value = 0..0;
    let (before, behind) = recipe.documents;
    for document in 0..=before + behind {
        if document > 0 || recipe.style == 0 {
            writer.line(0, "---");
        }
        let is_it = document == before;
        writer.other(0, KEYS[document % KEYS.len()], recipe.others[0]);
        let written = VALUES[recipe.value];
        let mut found = |writer: &mut RecipeWriter<'_>, prefix: &str, suffix: &str, indent: usize| {
            let text = match (is_it, recipe.adds) {
                (true, true) => format!("{prefix}w: 0{suffix}"),
                (_, _) => format!("{prefix}v: {written}{suffix}"),
            };
            writer.line(indent, &text);
            if is_it && !recipe.adds {
                let line = writer.out.rfind(&text).unwrap();
                let start = line + prefix.len() + "v: ".len();
                value = start..start + written.len();
            }
        };
        match recipe.style {
            0 => found(&mut writer, "s: {é: [1], ", ", z: 2}", 0),
            1 => {
                writer.line(0, "s: {");
                found(&mut writer, "", "", recipe.step);
                writer.line(0, " }");
            }
            _ => {
                writer.line(0, "s:");
                writer.other(recipe.step, "б", recipe.others[1]);
                found(&mut writer, "", "", recipe.step);
                if recipe.style > 2 {
                    writer.other(recipe.step, "y", recipe.others[2]);
                }
            }
        }
        if recipe.style != 3 {
            writer.other(0, "last", recipe.others[3]);
        }
    }
    let mut text = writer.out;
    if !recipe.ends {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    GeneratedFile { text, value, document: before }
}

/// How many cases: fewer in the suite than proptest's usual number, and as many as its variable names.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let cases = if usual.cases == 256 { 64 } else { usual.cases };
    ProptestConfig { cases, ..usual }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn only_the_bytes_of_the_value_change(recipe in recipe(), new in 0..NEW.len()) {
        let file = generated(&recipe);
        let out = edit(file.text.as_bytes(), &[at(file.document, "s.v", NEW[new])]);
        let out = String::from_utf8(out.map_err(|why| TestCaseError::fail(format!("{why:?}\n{}", file.text)))?).unwrap();
        let same = |one: &[u8], other: &[u8]| one.iter().zip(other).take_while(|(one, other)| one == other).count();
        let start = same(file.text.as_bytes(), out.as_bytes());
        let reversed = |text: &str| -> Vec<u8> { text.bytes().rev().collect() };
        let end = same(&reversed(&file.text), &reversed(&out));
        if recipe.adds {
            prop_assert!(start + end >= file.text.len(), "not only added:\n{}\n{}", file.text, out);
        } else {
            let is_inside = start >= file.value.start.min(file.text.len()) && file.text.len() - end <= file.value.end;
            prop_assert!(is_inside || out == file.text, "{:?}:\n{}\n{}", file.value, file.text, out);
        }
        // Another reader sees the new value.
        let wanted: serde_yaml::Value = serde_yaml::from_str(NEW[new]).unwrap();
        let scalars = |value: &serde_yaml::Value| match value {
            serde_yaml::Value::Number(number) => serde_yaml::Value::String(number.to_string()),
            other => other.clone(),
        };
        let text = out.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let documents: Vec<serde_yaml::Value> = serde_yaml::Deserializer::from_str(&text)
            .map(|one| serde::Deserialize::deserialize(one).unwrap())
            .filter(|one: &serde_yaml::Value| !one.is_null())
            .collect();
        prop_assert_eq!(scalars(&documents[file.document]["s"]["v"]), scalars(&wanted), "{}", out);
    }

    #[test]
    fn a_damaged_file_is_edited_right_or_refused(
        recipe in recipe(), new in 0..NEW.len(), hits in prop::collection::vec((any::<u16>(), 0..18_usize), 1..4),
    ) {
        const MARKS: [&str; 18] =
            ["", "\n", "\r", " ", "\t", "#", "&x ", "*x", "<<: ", "- ", "? ", ":", "{", "]", "'", "|", "\n---\n", "\u{2028}я"];
        let mut file = generated(&recipe);
        for (place, mark) in hits {
            let mut at = usize::from(place) % (file.text.len() + 1);
            while !file.text.is_char_boundary(at) {
                at -= 1;
            }
            let end = if mark % 2 == 0 { file.text[at..].chars().next().map_or(at, |c| at + c.len_utf8()) } else { at };
            file.text.replace_range(at..end, MARKS[mark]);
        }
        let wanted = at(file.document, "s.v", NEW[new]);
        if let Ok(out) = edit(file.text.as_bytes(), std::slice::from_ref(&wanted)) {
            // What was written is read again, and a second edit changes nothing.
            let again = edit(&out, &[wanted]);
            prop_assert_eq!(again.as_deref(), Ok(out.as_slice()), "{}", file.text);
        }
    }
}
