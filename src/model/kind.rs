//! The types that a field may have.
//!
//! Owns their names for sentences. How a value of each is read is `model::value`'s.

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text, only of read-only fields.
    Text,
    /// `true` or `false`, only of read-only fields.
    Boolean,
    /// A set of countries.
    Countries,
    /// An IANA time zone.
    Zone,
    /// The id of another object, from 1.
    Id,
    /// A whole number from 1 to 100.
    Percent,
    /// One e-mail address.
    Email,
}

impl FieldKind {
    /// What a value of this kind is, for sentences: "expected …", "`x` is not …".
    pub fn wants(self) -> &'static str {
        match self {
            FieldKind::Text => "text",
            FieldKind::Boolean => "true or false",
            FieldKind::Countries => "a list of countries",
            FieldKind::Zone => "an IANA time zone",
            FieldKind::Id => "a whole number from 1",
            FieldKind::Percent => "a whole number from 1 to 100",
            FieldKind::Email => "an e-mail address",
        }
    }
}
