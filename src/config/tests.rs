//! Tests of the room as a whole: texts to declarations, and drafts to texts and back.

use proptest::prelude::*;

use super::batch::DocumentBatch;
use super::sections::inheritance::Inheritance;
use super::*;
use crate::model::{ClientId, Declaration, Diagnostic, FIELDS, FieldKind, Setting, SettingSet, State, value};

fn read(text: &str) -> DocumentBatch {
    let mut batch = DocumentBatch::default();
    batch.text("a.yaml".into(), text, &Inheritance::default());
    batch
}

/// Without an error every document is a declaration, and every problem has a place in the file.
fn ends_in_errors_or_declarations(text: &str) -> Result<(), TestCaseError> {
    let batch = read(text);
    if !batch.diagnostics.iter().any(Diagnostic::is_error) {
        prop_assert_eq!(batch.declarations.len(), batch.documents);
    }
    prop_assert!(batch.declarations.len() <= batch.documents);
    let lines = text.split(['\n', '\r']).count() as u32 + 1;
    for one in &batch.diagnostics {
        let place = one.range.as_ref().unwrap();
        prop_assert!((1..=lines).contains(&place.line) && place.column >= 1, "{:?}", one);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_ends_in_errors_or_one_declaration_a_document(text in "(?s).{0,200}") {
        ends_in_errors_or_declarations(&text)?;
    }

    #[test]
    fn any_text_of_yaml_signs_ends_in_errors_or_one_declaration_a_document(
        text in "(client: 1)?[a-c:&*\\[\\]{},!|>'\"#%@\\-?~ \t\n<]{0,120}",
    ) {
        ends_in_errors_or_declarations(&text)?;
    }

    #[test]
    fn drafts_read_back_as_themselves_by_two_readers(name in "(?s).{0,40}", odd in "(?s).{0,30}", email in any::<bool>()) {
        let expect = FIELDS.iter().find(|row| row.name == "name").unwrap();
        let mut draft = Draft {
            client: ClientId::parse("12").unwrap(),
            labels: [].into(),
            credentials: None,
            expect: Vec::new(),
            settings: vec![(Setting::GeoList, value::live(FieldKind::Countries, &"NO SE".into()))],
            odd: vec![(Setting::Timezone, odd.into())],
            ignore: SettingSet::default(),
        };
        // As `import` does: a name that holds only blanks is odd, and an odd value makes no expectation.
        let live = value::live(FieldKind::Text, &name.as_str().into());
        if matches!(live, State::Is(_)) {
            draft.expect.push((expect, live));
        }
        if email {
            draft.settings.push((Setting::DiskSpaceNotifyEmail, value::live(FieldKind::Email, &"no@example.com".into())));
            draft.settings.push((Setting::DiskSpaceNotifyThreshold, value::live(FieldKind::Percent, &90.into())));
        }
        let text = write_document(&draft);
        let read = read(&text);
        prop_assert_eq!(read.diagnostics.len(), 0, "{}\n{:?}", text, read.diagnostics);
        let declaration = &read.declarations[0];
        prop_assert_eq!(declaration.managed.len(), draft.settings.len());
        for (setting, state) in &draft.settings {
            prop_assert!(declaration.managed.iter().any(|one| one.setting == *setting && one.wanted == *state));
        }
        if let Some((_, state)) = draft.expect.first() {
            prop_assert_eq!(&declaration.expect[0].wanted, state);
        }
        let other: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        prop_assert_eq!(other["settings"]["geo_list"][0].as_str(), Some("NO"));
    }
}

#[test]
fn settings_for_a_diff_are_one_a_line() {
    let states = [
        (Setting::GeoList, value::live(FieldKind::Countries, &"*".into())),
        (Setting::Timezone, value::live(FieldKind::Zone, &"UTC".into())),
        (Setting::HoldMusic, State::NotSet),
        (Setting::DialRuleId, value::live(FieldKind::Id, &19.into())),
    ];
    assert_eq!(write_settings(&states), "geo_list: \"*\"\ntimezone: \"UTC\"\nhold_music: null\ndial_rule_id: 19\n");
}

#[test]
fn a_file_with_an_adopted_value_declares_it() {
    const LAYOUTS: [&str; 11] = [
        "client: 12\nsettings: {geo_list: VALUE, hold_music: 7} # c\n",
        "\u{feff}# я\r\nclient: 12\r\nlabels: {город: \"Омск\"}\r\nsettings:\r\n  geo_list: VALUE # c\r\n# tail",
        "{client: 12, labels: {я: ё}, settings: {geo_list: VALUE}}",
        "client: 13\nsettings: {geo_list: [RU]}\n---\n# none\n---\nclient: 12\nsettings:\n    geo_list: VALUE\n---\n",
        "client: 12\nsettings: {\n  # c\n  geo_list: VALUE,\n}\n",
        "client: 12\nsettings:\n  hold_music: 7 # c\n",
        "client: 12\nsettings: # none\nlabels: {a: b}",
        "client: 12\nsettings: {}\r\n",
        "client: 12\nlabels: {a: b}",
        "client: 12\nsettings:\n  geo_list:\n  - \"RU\" # home\n  - 'BY'\n  hold_music: null\n",
        "client: 12\nsettings:\n  geo_list: >-\n    RU\n    BY\n  hold_music: null\n",
    ];
    const WRITTEN: [&str; 5] = ["[RU, BY]", "[ 'BY','RU' ]", "\"*\"", "RU by", "null"];
    for (layout, written) in LAYOUTS.iter().flat_map(|layout| WRITTEN.map(|written| (layout, written))) {
        for live in ["*", "BY RU", "NO", "KZ NO RU", "BY KZ NO RU SE", ""] {
            let before = layout.replace("VALUE", written);
            let document = before.matches("---").count() / 2;
            let path = ["settings", "geo_list"];
            let live = value::live(FieldKind::Countries, &live.into());
            let value =
                adopted_value(Setting::GeoList, &live, WrittenDocuments::read(&before).value(document, &path).as_ref());
            let wanted = YamlEdit { document, path: path.map(str::to_owned).to_vec(), value };
            let after = match edit(before.as_bytes(), &[wanted]) {
                Ok(after) => String::from_utf8(after).unwrap(),
                Err(why) => {
                    assert_eq!((why.kind, before.contains("# home")), (EditRefusalKind::Comment, true), "{before}");
                    continue;
                }
            };
            let (old, new) = (read(&before), read(&after));
            assert!(!new.diagnostics.iter().any(Diagnostic::is_error), "{after}\n{:?}", new.diagnostics);
            assert_eq!(new.declarations.len(), old.declarations.len().max(document + 1), "{after}");
            let declared = &new.declarations[document];
            let others = |one: &Declaration| {
                let managed = one.managed.iter().filter(|managed| managed.setting != Setting::GeoList);
                managed.map(|managed| (managed.setting, managed.wanted.clone())).collect::<Vec<_>>()
            };
            let of_list = declared.managed.iter().find(|managed| managed.setting == Setting::GeoList);
            assert_eq!(of_list.map(|managed| &managed.wanted), Some(&live), "{before}\n{after}");
            assert_eq!(others(declared), others(&old.declarations[document]), "{after}");
            assert_eq!(declared.labels, old.declarations[document].labels, "{after}");
        }
    }
}
