//! The seven writable fields, and sets of them.
//!
//! Owns their order. Their names and types are in the table (`model::field`).

use serde::{Deserialize, Serialize};

/// A writable field. Code that holds a `Setting` cannot hold a read-only one. Ordered as in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the field of the same name; the table says what it means")]
pub enum Setting {
    GeoList,
    Timezone,
    DialRuleId,
    HoldMusic,
    SipNetworkPermissionId,
    DiskSpaceNotifyThreshold,
    DiskSpaceNotifyEmail,
}

impl Setting {
    /// The seven, in the order in which they are shown everywhere.
    pub const ALL: [Setting; 7] = [
        Setting::GeoList,
        Setting::Timezone,
        Setting::DialRuleId,
        Setting::HoldMusic,
        Setting::SipNetworkPermissionId,
        Setting::DiskSpaceNotifyThreshold,
        Setting::DiskSpaceNotifyEmail,
    ];

    /// Its position in [`Setting::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A set of settings. Iterates in the order of [`Setting::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettingSet(u8);

impl SettingSet {
    /// Adds one; `false` if it was there.
    pub fn insert(&mut self, setting: Setting) -> bool {
        let before = self.0;
        self.0 |= 1 << setting.index();
        self.0 != before
    }

    /// Takes one out.
    pub fn remove(&mut self, setting: Setting) {
        self.0 &= !(1 << setting.index());
    }

    /// Whether it holds this one.
    pub fn contains(self, setting: Setting) -> bool {
        self.0 & (1 << setting.index()) != 0
    }

    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The settings that both hold.
    pub fn common(self, other: SettingSet) -> SettingSet {
        SettingSet(self.0 & other.0)
    }

    /// How many it holds.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Its settings, in order.
    pub fn iter(self) -> impl Iterator<Item = Setting> {
        Setting::ALL.into_iter().filter(move |setting| self.contains(*setting))
    }
}

impl FromIterator<Setting> for SettingSet {
    fn from_iter<I: IntoIterator<Item = Setting>>(settings: I) -> Self {
        let mut set = SettingSet::default();
        for setting in settings {
            set.insert(setting);
        }
        set
    }
}

impl Serialize for SettingSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for SettingSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Setting>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_keep_the_order_of_the_table() {
        let set: SettingSet = [Setting::DiskSpaceNotifyEmail, Setting::GeoList].into_iter().collect();
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["geo_list","disk_space_notify_email"]"#);
        assert_eq!(set.len(), 2);
    }
}
