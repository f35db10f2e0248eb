//! The editor over random files, whole ones and damaged ones.

use proptest::prelude::*;

use crate::config::edit::{YamlEdit, edit};

fn at(document: usize, path: &str, value: &str) -> YamlEdit {
    YamlEdit { document, path: path.split('.').map(str::to_owned).collect(), value: value.to_owned() }
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
