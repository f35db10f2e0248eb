//! Lists as people and spreadsheets write them: what counts, and what is wrong in which line.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::config::client_list::rows::{ClientList, read};
use crate::config::emit::{Draft, write_document};
use crate::config::sections::Project;
use crate::config::{ProjectRequest, load, load_project};
use crate::model::{Diagnostic, SettingSet};

fn project() -> Project {
    let folder = tempfile::tempdir().unwrap();
    let text = "endpoint: https://pbx.example\ncredentials:\n  acme: {token: '${A}'}\n  globex: {token: '${B}'}\n";
    std::fs::write(folder.path().join("ringform.yaml"), text).unwrap();
    let request = ProjectRequest { cwd: folder.path().to_owned(), ..ProjectRequest::default() };
    load_project(&request).project.unwrap()
}

fn list(text: &str) -> Result<ClientList, Vec<Diagnostic>> {
    read(text, &"clients.csv".into(), &project(), None)
}

/// The clients of a list, each as `LINE ID CREDENTIALS LABELS`.
fn clients(list: &ClientList) -> Vec<String> {
    let line = |one: &crate::config::ListedClient| {
        let labels: Vec<String> = one.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let credentials = one.credentials.as_deref().unwrap_or("-");
        format!("{} {} {credentials} {}", one.line, one.client, labels.join(" ")).trim_end().to_owned()
    };
    list.clients.iter().map(line).collect()
}

/// Diagnostics as `LINE RULE SUMMARY`.
fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |one: &Diagnostic| {
        let line = one.range.as_ref().map_or(0, |place| place.line);
        assert!(one.help.is_some(), "no next step: {one:?}");
        format!("{line} {} {}", one.rule, one.summary.raw())
    };
    diagnostics.iter().map(line).collect()
}

#[test]
fn spreadsheets_write_lists_in_many_ways() {
    let expected = ["2 12 acme city=moscow tier=gold", "3 13 - ", "4 @me globex "].map(str::trim_end);
    let plain = "id,credentials,labels\n12,acme,city=moscow tier=gold\n13,,\n@me,globex,\n";
    for text in [
        plain.to_owned(),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        format!("\u{feff}{}", plain.replace(',', ";").replace('\n', "\r\n")),
        plain.trim_end().to_owned(),
        format!("{plain}\n\n,,\n ,  ,\n"),
        plain.replace("12,acme,city=moscow tier=gold", "\" 12\",\"acme\",\"city=moscow  tier=gold \""),
        plain.replace("id,credentials,labels", " ID ,\"Credentials\",LABELS"),
    ] {
        let list = list(&text).unwrap();
        assert_eq!(lines(&list.diagnostics), Vec::<String>::new(), "{text:?}");
        assert_eq!(clients(&list), expected, "{text:?}");
    }
    // Any order of the columns, and a list of ids only.
    let turned = list("labels,id\ncity=moscow,12\n").unwrap();
    assert_eq!(clients(&turned), ["2 12 - city=moscow"]);
    assert_eq!(clients(&list("id\n12\n13\n").unwrap()), ["2 12 -", "3 13 -"]);
    // A delimiter between quotes does not decide, and empty lines count as lines of the file.
    let quoted = list("\n\nid;\"labels\"\n\n12;a=b,c,d\n\n\n13;\n").unwrap();
    assert_eq!(clients(&quoted), ["5 12 - a=b,c,d", "8 13 -"]);
}

#[test]
fn wrong_columns_are_one_error_that_names_the_right_ones() {
    const NONE: &str = "the first line does not name the columns of a list of clients";
    for (text, expected) in [
        ("", "this list has no rows"),
        ("\n \n", "this list has no rows"),
        ("12,acme\n13,acme\n", NONE),
        ("app_secret: hunter2\n", NONE),
        ("id,name\n12,x\n", "`name` is not a column of a list of clients"),
        ("id,id,x,y\n12,12,,\n", "`x`, `y` are not columns of a list of clients; the column `id` is there 2 times"),
        ("credentials\nacme\n", "the column `id` is missing"),
        ("id,credentials\n", "this list names no client"),
        ("id,a,b,c,d,e,f,g\n1\n", "`a`, `b`, `c`, `d`, `e`, 2 more are not columns of a list of clients"),
        ("id,\n12,\n", "`` is not a column of a list of clients"),
    ] {
        let errors = list(text).unwrap_err();
        assert_eq!(errors.len(), 1, "{text:?}");
        assert_eq!(errors[0].summary.raw(), expected, "{text:?}");
        assert_eq!(errors[0].line, None, "{text:?}");
        let help = errors[0].help.as_ref().unwrap().raw();
        assert!(help.contains("columns"), "{help}");
    }
}

#[test]
fn each_wrong_row_is_reported_with_its_line_and_the_others_count() {
    let text = "id,credentials,labels\n\
        012,,\n1e3,,\n0123456789abcdef0123456789abcdef,,\n,acme,\n\
        20,acmee,\n\
        21,,moscow\n22,,=x\n23,,city=\n24,,city=a city=b\n25,,<<=x\n\
        26\n27,,,\n\
        28,,\n28,acme,\n@me,acme,\n@me,globex,\n@me,acme,\n\
        29,acme,a=b=c\n";
    let list = list(text).unwrap();
    assert_eq!(clients(&list), ["14 28 -", "16 @me acme", "17 @me globex", "19 29 acme a=b=c"]);
    assert_eq!(
        lines(&list.diagnostics),
        [
            "2 bad-client `012` is not a client id",
            "3 bad-client `1e3` is not a client id",
            "4 bad-client `0123456789abcdef0123456789abcdef` is not a client id",
            "5 empty-value this row has no id",
            "6 unknown-credentials ringform.yaml declares no credentials `acmee`",
            "7 bad-shape `moscow` is not a label: it has no `=`",
            "8 bad-shape `=x` is not a label: it has no key",
            "9 bad-shape `city=` is not a label: it has no value",
            "10 bad-shape the label `city` is there twice",
            "11 bad-shape `<<=x` is not a label: `<<` merges mappings in YAML",
            "12 bad-shape this row has too few cells: 1 cell for 3 columns",
            "13 bad-shape this row has too many cells: 4 cells for 3 columns",
            "15 duplicate-client client 28 is in this list twice; first in line 14",
            "18 duplicate-client client @me is in this list twice; first in line 16",
        ]
    );
    assert_eq!(list.wrong_rows, 14);
    let help = |line: usize| list.diagnostics[line].help.as_ref().unwrap().raw().to_owned();
    assert!(help(2).contains("App ID"), "{}", help(2));
    assert!(help(4).contains("did you mean `acme`?"), "{}", help(4));
    // Several problems of one row are one wrong row.
    let both = read("id,labels\n012,x\n7,\n", &"l".into(), &project(), None).unwrap();
    assert_eq!((both.wrong_rows, both.diagnostics.len(), both.clients.len()), (1, 2, 1));
}

#[test]
fn a_quote_without_its_end_does_not_swallow_rows_in_silence() {
    let list = list("id,labels\n12,a=b\n13,\"c=d\n14,e=f\n15,g=h\n").unwrap();
    assert_eq!(clients(&list), ["2 12 - a=b"]);
    let last = "a quote of this row ends in line 6 or never, so all lines up to there are one row";
    assert_eq!(lines(&list.diagnostics), [format!("3 bad-shape {last}")]);
}

#[test]
fn a_row_without_credentials_has_those_of_the_caller() {
    let default = std::sync::Arc::from("globex");
    let list = read("id,credentials\n12,\n13,acme\n", &"l".into(), &project(), Some(&default)).unwrap();
    assert_eq!(clients(&list), ["2 12 globex", "3 13 acme"]);
}

#[test]
fn a_million_rows_take_little_time_and_their_problems_are_bounded() {
    let begun = Instant::now();
    let mut text = String::from("id,labels\n");
    (1..=500_000).for_each(|id| text.push_str(&format!("{id},a=b\n")));
    (1..=500_000).for_each(|id| text.push_str(&format!("{id},\n")));
    let list = list(&text).unwrap();
    assert_eq!((list.clients.len(), list.wrong_rows), (500_000, 500_000));
    let [first, last] = [&list.clients[0].labels[0], &list.clients[499_999].labels[0]];
    assert!(std::sync::Arc::ptr_eq(&first.0, &last.0) && std::sync::Arc::ptr_eq(&first.1, &last.1));
    assert_eq!(list.diagnostics.len(), 10_001);
    let more = &list.diagnostics[10_000];
    assert_eq!((&*more.rule, more.summary.raw()), ("too-many", "490000 more problems of this file are not shown"));
    // A slow machine needs some seconds; a quadratic step would need hours.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

/// The labels that a document of this list's first row holds, read again by two readers.
fn read_again(list: &ClientList) -> Vec<(String, String)> {
    let one = &list.clients[0];
    let draft = Draft {
        client: one.client,
        labels: one.labels.clone(),
        credentials: None,
        expect: Vec::new(),
        settings: Vec::new(),
        odd: Vec::new(),
        ignore: SettingSet::default(),
    };
    let text = write_document(&draft);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ringform.yaml"), "endpoint: https://pbx.example\n").unwrap();
    std::fs::write(folder.path().join("one.yaml"), &text).unwrap();
    let loaded = load(&ProjectRequest { cwd: folder.path().to_owned(), ..ProjectRequest::default() });
    assert!(!loaded.has_errors(), "{text}\n{:?}", loaded.diagnostics);
    let labels = &loaded.declarations[0].labels;
    let other: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    for (key, value) in labels {
        assert_eq!(other["labels"][&**key].as_str(), Some(&**value), "{text}");
    }
    labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

#[test]
fn hostile_labels_are_texts_in_a_document() {
    for (label, key, value) in [
        ("no=yes", "no", "yes"),
        ("null=~", "null", "~"),
        ("on=012", "on", "012"),
        ("12=1e3", "12", "1e3"),
        ("a=b: c", "a", "b:"),
        ("&a=*b", "&a", "*b"),
        ("!tag=%x", "!tag", "%x"),
        ("{a=[b]}", "{a", "[b]}"),
        ("#x=#y", "#x", "#y"),
        ("-=---", "-", "---"),
        ("a=b=c", "a", "b=c"),
        ("'=''", "'", "''"),
        ("ключ=Москва", "ключ", "Москва"),
        ("x=\u{feff}\u{2028}\u{85}\u{1b}[31m", "x", "\u{feff}\u{2028}\u{85}\u{1b}[31m"),
        ("=x=y", "", ""),
        ("y=2026-01-01", "y", "2026-01-01"),
        (".inf=.nan", ".inf", ".nan"),
    ] {
        // The cell of `a=b: c` ends its label at the blank.
        let cell = label.split(' ').next().unwrap().replace('"', "\"\"");
        let list = list(&format!("id,labels\n12,\"{cell}\"\n")).unwrap();
        match key {
            "" => assert_eq!(list.wrong_rows, 1, "{label}"),
            _ => assert_eq!(read_again(&list), [(key.to_owned(), value.to_owned())], "{label}"),
        }
    }
    let long = "\u{1f4de}".repeat(100);
    let list = list(&format!("id,labels\n12,{long}=x\n13,{long}x=x\n")).unwrap();
    assert_eq!(read_again(&list), [(long, "x".to_owned())]);
    assert_eq!(lines(&list.diagnostics).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_row_is_a_client_or_an_error_and_its_labels_are_read_again(cell in "(?s)[a-c=\"' ,;:<>#&*\\PC]{0,24}|.{0,16}") {
        let quoted = cell.replace('"', "\"\"");
        let list = list(&format!("id,labels\n12,\"{quoted}\"\n")).unwrap();
        prop_assert_eq!(list.clients.len() + list.wrong_rows, 1);
        if list.wrong_rows == 0 {
            let mut given: Vec<(String, String)> =
                list.clients[0].labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
            given.sort();
            prop_assert_eq!(read_again(&list), given);
        }
    }

    #[test]
    fn any_text_ends_in_clients_or_errors(text in "(?s)(id|id,labels|ID;x)?[0-9,;\"\r\n\t a-c=]{0,60}|.{0,60}") {
        match list(&text) {
            Ok(list) => prop_assert!(list.clients.len() + list.wrong_rows > 0),
            Err(errors) => prop_assert_eq!(errors.len(), 1),
        }
    }
}
