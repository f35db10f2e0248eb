//! The table of the 28 fields of a client, seven of them writable.
//!
//! Owns every fact about a field: its name, type, meaning, whether PUT accepts it and how a change of it is judged.
//! Validation, the diff, the whitelist, the schemas and the docs read it here; no other code names a field.
//! A new writable field is one row and one [`Setting`] (and, if its type is new, one kind).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::kind::FieldKind;
use crate::model::risk::{self, Judgement};
use crate::model::setting::Setting;
use crate::model::{Severity, State, suggest};

impl Setting {
    /// Its row in the table.
    pub fn row(self) -> &'static FieldRow {
        &FIELDS[ROWS[self.index()]]
    }

    /// Its name in the API and in YAML.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether it decides who can place calls, so that a change of it can be grave.
    pub fn is_security(self) -> bool {
        let odd = State::Odd(serde_json::Value::Bool(true));
        (self.row().judge)(&odd, &State::NotSet).severity == Severity::Security
    }

    /// What it may hold.
    pub fn kind(self) -> FieldKind {
        self.row().kind
    }

    /// The setting with this exact name.
    pub fn find(name: &str) -> Option<Setting> {
        Setting::ALL.into_iter().find(|setting| setting.name() == name)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Setting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Setting::find(&name).ok_or_else(|| serde::de::Error::custom("not a writable field"))
    }
}

/// One field of a client.
#[derive(Debug)]
pub struct FieldRow {
    /// The name in the API's JSON and in YAML.
    pub name: &'static str,
    /// The API's own type: `string`, `long` or `boolean`. Answers keep to it loosely.
    pub api_type: &'static str,
    /// What it may hold.
    pub kind: FieldKind,
    /// The setting, where PUT accepts the field.
    pub write: Option<Setting>,
    /// The setting that this one needs, and what does not happen without it.
    pub partner: Option<(Setting, &'static str)>,
    /// How grave a change from one state to a later one is.
    pub judge: fn(&State, &State) -> Judgement,
    /// What the field means, in a few words.
    pub about: &'static str,
}

impl PartialEq for FieldRow {
    fn eq(&self, other: &FieldRow) -> bool {
        self.name == other.name
    }
}

impl FieldRow {
    /// The row with this exact name.
    pub fn find(name: &str) -> Option<&'static FieldRow> {
        FieldRow::position(name).map(|at| &FIELDS[at])
    }

    /// The position of the row with this exact name. Every key of every answer passes here.
    pub fn position(name: &str) -> Option<usize> {
        let mut left = *OF_LENGTH.get(name.len())?;
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            if FIELDS[at].name == name {
                return Some(at);
            }
            left &= left - 1;
        }
        None
    }

    /// Its position in the table.
    pub fn index(&self) -> usize {
        FieldRow::position(self.name).unwrap_or(0)
    }

    /// The writable name nearest to a misspelt one, if any is near.
    pub fn nearest_setting(word: &str) -> Option<&'static str> {
        suggest::nearest(word, Setting::ALL.iter().map(|setting| setting.name()))
    }
}

const fn read(name: &'static str, api_type: &'static str, kind: FieldKind, about: &'static str) -> FieldRow {
    FieldRow { name, api_type, kind, write: None, partner: None, judge: risk::plain, about }
}

const fn write(
    setting: Setting,
    name: &'static str,
    api_type: &'static str,
    kind: FieldKind,
    judge: fn(&State, &State) -> Judgement,
    about: &'static str,
) -> FieldRow {
    FieldRow { name, api_type, kind, write: Some(setting), partner: None, judge, about }
}

/// The 28 fields of an answer (API: the wiki's table), in byte order of their names.
pub static FIELDS: [FieldRow; 28] = [
    read("ambassadors", "string", FieldKind::Text, "contact persons"),
    read("contact_phones", "string", FieldKind::Text, "contact phone numbers"),
    read("create_date", "string", FieldKind::Text, "when the client was created"),
    write(
        Setting::DialRuleId,
        "dial_rule_id",
        "long",
        FieldKind::Id,
        risk::access,
        "id of the outgoing-call rule, a list of patterns that bans or rewrites destinations",
    ),
    read(
        "did_as_transfer_caller_id",
        "string",
        FieldKind::Text,
        "mode that decides which number a forwarded call shows",
    ),
    FieldRow {
        partner: Some((Setting::DiskSpaceNotifyThreshold, "no warning is mailed")),
        ..write(
            Setting::DiskSpaceNotifyEmail,
            "disk_space_notify_email",
            "string",
            FieldKind::Email,
            risk::plain,
            "where the disk-space warning is mailed",
        )
    },
    FieldRow {
        partner: Some((Setting::DiskSpaceNotifyEmail, "no warning is mailed")),
        ..write(
            Setting::DiskSpaceNotifyThreshold,
            "disk_space_notify_threshold",
            "long",
            FieldKind::Percent,
            risk::plain,
            "percentage of disk space at which the warning is mailed",
        )
    },
    read("domain", "string", FieldKind::Text, "SIP domain"),
    read("domain_prefix", "string", FieldKind::Text, "prefix for full internal dialling"),
    read("email", "string", FieldKind::Text, "e-mail address"),
    read("extension_len", "string", FieldKind::Text, "length of internal numbers"),
    read("extra_params", "string", FieldKind::Text, "additional parameters"),
    read("fact_address", "string", FieldKind::Text, "actual address"),
    write(
        Setting::GeoList,
        "geo_list",
        "string",
        FieldKind::Countries,
        risk::countries,
        "countries from whose addresses the SIP account may be used",
    ),
    write(Setting::HoldMusic, "hold_music", "long", FieldKind::Id, risk::plain, "id of the sound file played on hold"),
    read("id", "long", FieldKind::Id, "client id"),
    read("jur_address", "string", FieldKind::Text, "legal address"),
    read("language", "string", FieldKind::Text, "language"),
    read("name", "string", FieldKind::Text, "client name"),
    read("prefix", "string", FieldKind::Text, "client prefix"),
    read("presence", "string", FieldKind::Text, "yes or no; the provider documents no more about it"),
    read("record_format", "string", FieldKind::Text, "call-recording format"),
    read("record_stereo", "boolean", FieldKind::Boolean, "whether calls are recorded in stereo"),
    read(
        "reg_status_log",
        "boolean",
        FieldKind::Boolean,
        "a flag that the provider sets; it documents no more about it",
    ),
    read("short_local_caller_id", "string", FieldKind::Text, "whether internal calls show the short number: yes or no"),
    write(
        Setting::SipNetworkPermissionId,
        "sip_network_permission_id",
        "long",
        FieldKind::Id,
        risk::access,
        "id of the trusted SIP network: the addresses from which calls can be made",
    ),
    write(Setting::Timezone, "timezone", "string", FieldKind::Zone, risk::plain, "time zone of the client"),
    read("type", "string", FieldKind::Text, "kind of client: J is a legal entity, F an individual"),
];

/// For each length, the rows whose names have it, as bits: most lengths have one or two.
static OF_LENGTH: [u32; 28] = {
    let mut rows = [0; 28];
    let mut at = 0;
    while at < FIELDS.len() {
        rows[FIELDS[at].name.len()] |= 1 << at;
        at += 1;
    }
    rows
};

/// The position of the field of this name in [`FIELDS`], while compiling. A name that is not a field does not compile.
pub(crate) const fn position_of(name: &str) -> usize {
    let mut at = 0;
    loop {
        let (one, other) = (FIELDS[at].name.as_bytes(), name.as_bytes());
        let mut same = one.len() == other.len();
        let mut byte = 0;
        while same && byte < one.len() {
            same = one[byte] == other[byte];
            byte += 1;
        }
        if same {
            return at;
        }
        at += 1;
    }
}

/// The position of each setting in [`FIELDS`], read from the table, so the two cannot disagree.
static ROWS: [usize; 7] = {
    let mut rows = [0; 7];
    let mut row = 0;
    while row < FIELDS.len() {
        if let Some(setting) = FIELDS[row].write {
            rows[setting.index()] = row;
        }
        row += 1;
    }
    rows
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_exactly_seven_writable_fields() {
        assert!(FIELDS.windows(2).all(|pair| pair[0].name < pair[1].name));
        let writable: Vec<&str> = FIELDS.iter().filter(|row| row.write.is_some()).map(|row| row.name).collect();
        assert_eq!(
            writable,
            [
                "dial_rule_id",
                "disk_space_notify_email",
                "disk_space_notify_threshold",
                "geo_list",
                "hold_music",
                "sip_network_permission_id",
                "timezone"
            ]
        );
    }

    #[test]
    fn each_setting_is_its_own_row() {
        for setting in Setting::ALL {
            assert_eq!(setting.row().write, Some(setting));
            assert_eq!(Setting::find(setting.name()), Some(setting));
            assert_eq!(Setting::ALL[setting.index()], setting);
            assert_eq!(FIELDS[setting.row().index()].name, setting.name());
        }
    }
}
