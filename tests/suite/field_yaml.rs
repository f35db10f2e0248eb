//! YAML from the field: mistakes that people and their tools make, each with the words that lead to the cause.

use crate::files::{settings, wrong};

#[test]
fn a_tag_is_named_at_its_own_place() {
    settings("  timezone: !env TZ\n", &["3:13 tag"], &["`!env` is a YAML tag", "remove the tag"]);
    settings("  timezone: !!str UTC\n", &["3:13 tag"], &["`!!str`"]);
    settings("  timezone: ! UTC\n", &["3:13 tag"], &["`!`"]);
    settings("  timezone: !<tag:x,1:y> UTC\n", &["3:13 tag"], &["`!<tag:x,1:y>`"]);
    settings("  timezone: !vault |\n    $ANSIBLE_VAULT;1.1\n    6162\n", &["3:13 tag"], &["`!vault`"]);
    settings("  geo_list: !set\n  - RU\n", &["3:13 tag"], &["`!set`"]);
    settings("  geo_list: [!c RU]\n", &["3:14 tag"], &["`!c`"]);
    settings("  !key timezone: UTC\n", &["3:3 tag"], &["`!key`"]);
    settings("  timezone: &tz !env TZ\n", &["3:17 tag"], &["`!env`"]);
    wrong("client: 12\nsettings: !vault\n\n  timezone: UTC\n", &["2:11 tag"], &["`!vault`"]);
    wrong("client: 12\nsettings: !include common.yaml\n", &["2:11 tag"], &["`!include`"]);
    wrong("--- !vault\nclient: 12\nsettings: {timezone: UTC}\n", &["1:5 tag"], &["`!vault`"]);
    wrong("!doc\nclient: 12\nsettings: {timezone: UTC}\n", &["1:1 tag"], &["`!doc`"]);
}
