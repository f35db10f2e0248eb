//! Notes of the rules to which a file alone leads. `ringform validate` reports each of them.

use crate::manual::rule_notes::note::{RuleNote, document, project, unprintable};

pub(super) const NOTES: &[RuleNote] = &[
    document(
        "alias-bomb",
        "client: 12
settings:
  a: &a [x, x, x, x, x, x, x, x, x, x]
  b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
  c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
  d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
",
        "Write the values out, or use profiles of ringform.yaml in place of aliases.",
    ),
    document(
        "bad-alias",
        "client: 12\nsettings:\n  timezone: *zone\n",
        "Set the anchor (`&zone`) before the alias, or quote a text that begins with `*`.",
    ),
    document(
        "bad-client",
        "client: 012\nsettings: {timezone: UTC}\n",
        "Write the client id in plain decimal digits, or \"@me\" in quotes.",
    ),
    document(
        "bad-merge",
        "client: 12\nsettings:\n  <<: text\n  timezone: UTC\n",
        "Let `<<` refer to a mapping, or to a list of mappings.",
    ),
    document(
        "bad-setting",
        "client: 12\nsettings:\n  timezone: MSK\n",
        "Write a value that the field accepts; `ringform explain FIELD` lists them.",
    ),
    document(
        "bad-shape",
        "client: 12\nlabels: text\nsettings: {timezone: UTC}\n",
        "Write the form that the key holds; `ringform explain KEY` shows it.",
    ),
    document(
        "bad-temporary",
        "client: 12
settings: {geo_list: [RU]}
temporary:
  - {settings: {geo_list: {add: [\"*\"]}}, from: 2999-12-01, until: 2999-12-31, owner: o, reason: r}
",
        "Add countries by their codes, give other fields a value, and let `from` come before `until`.",
    ),
    unprintable("bad-text", "Save the file as UTF-8, without control characters."),
    document(
        "duplicate-client",
        "client: 12\nsettings: {timezone: UTC}\n---\nclient: \"12\"\nsettings: {hold_music: 5}\n",
        "Join the two documents, or correct one of the ids.",
    ),
    document("duplicate-item", "client: 12\nprofiles: [house, house]\n", "Remove the second one."),
    document(
        "duplicate-key",
        "client: 12\nsettings:\n  timezone: UTC\n  timezone: UTC\n",
        "Remove one of the two keys.",
    ),
    document(
        "empty-value",
        "client: 12\nsettings:\n  hold_music:\n",
        "Write `null` to clear a field, or remove the key.",
    ),
    document(
        "half-warning",
        "client: 12\nsettings:\n  disk_space_notify_threshold: 90\n",
        "Declare address and threshold together; without one of them no warning is mailed.",
    )
    .warns(),
    document(
        "idle-addition",
        "client: 12
settings: {geo_list: [RU]}
temporary:
  - {settings: {geo_list: {add: [RU]}}, from: 2999-12-01, until: 2999-12-31, owner: o, reason: r}
",
        "Remove the country from the entry, or from the declared list.",
    )
    .warns(),
    document(
        "long-temporary",
        "client: 12
settings: {hold_music: 5}
temporary:
  - {settings: {hold_music: 6}, from: 2999-12-01, until: 3001-12-01, owner: o, reason: r}
",
        "Check the year of `until`, or declare the value under `settings`.",
    )
    .warns(),
    document(
        "manages-nothing",
        "client: 12\nsettings: {}\n",
        "Declare a setting or a profile, or remove the document.",
    )
    .warns(),
    document("missing-key", "settings: {timezone: UTC}\n", "Add the key; docs/keys.md lists the required ones."),
    document(
        "old-temporary",
        "client: 12
settings: {hold_music: 5}
temporary:
  - {settings: {hold_music: 6}, until: 2020-12-01, owner: o, reason: r}
",
        "Remove the entry; its setting no longer holds.",
    )
    .warns(),
    document(
        "read-only-field",
        "client: 12\nsettings:\n  domain: sip.acme.example\n",
        "Move the field to `expect`, where it must match before ringform sends anything.",
    ),
    document(
        "set-and-ignored",
        "client: 12\nsettings: {timezone: UTC}\nignore: [timezone]\n",
        "Remove the field from `settings` or from `ignore`.",
    ),
    document(
        "tag",
        "client: 12\nsettings:\n  timezone: !!str UTC\n",
        "Remove the tag; the field decides the type of its value.",
    ),
    document(
        "temporary-collision",
        "client: 12
settings: {hold_music: 5}
temporary:
  - {settings: {hold_music: 6}, from: 2999-12-01, until: 2999-12-31, owner: o, reason: r}
  - {settings: {hold_music: 7}, from: 2999-12-01, until: 2999-12-31, owner: o, reason: r}
",
        "Let one entry end before the other begins.",
    ),
    document(
        "temporary-unmanaged",
        "client: 12
settings: {hold_music: 5}
temporary:
  - {settings: {timezone: UTC}, from: 2999-12-01, until: 2999-12-31, owner: o, reason: r}
",
        "Declare under `settings` what holds before and after the entry.",
    ),
    document(
        "too-deep",
        "client: 12\nlabels:\n  a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
        "Remove levels; a file has at most 32.",
    ),
    unprintable("too-large", "Split the file; one document a file reads well."),
    unprintable("too-many", "Correct the first problems of the file and run again."),
    document(
        "unknown-credentials",
        "client: 12\ncredentials: acne\nsettings: {timezone: UTC}\n",
        "Correct the name, or add it under `credentials` of ringform.yaml.",
    ),
    document(
        "unknown-key",
        "client: 12\nsettings:\n  time_zone: UTC\n",
        "Correct the name; `ringform explain` lists all keys and fields.",
    ),
    document(
        "unknown-profile",
        "client: 12\nprofiles: [hose]\n",
        "Correct the name, or add it under `profiles` of ringform.yaml.",
    ),
    document(
        "yaml-syntax",
        "client: 12\nsettings:\n  geo_list: *\n",
        "Correct the YAML; a text that begins with a special character such as `*` or `@` needs quotes.",
    ),
    project(
        "bad-credentials",
        "endpoint: https://pbx.example\ncredentials:\n  acme: {app_id: \"${ID}\"}\n",
        "Give a credential `app_id` and `app_secret`, or `token`, or `command`.",
    ),
    project(
        "bad-guard",
        "endpoint: https://pbx.example\nguards:\n- open-go\n",
        "Name a built-in guard, or write one with `name`, `field` and either `deny` or `warn`.",
    ),
    project(
        "bad-limit",
        "endpoint: https://pbx.example\nlimits: {timeout: 30}\n",
        "Write a value that the limit accepts; `ringform explain KEY` shows it.",
    ),
    project(
        "bad-waiver",
        "endpoint: https://pbx.example\nwaivers:\n- {client: 12, owner: ops, reason: agreed, until: tomorrow}\n",
        "Name a setting, an owner, a reason, and a day or an instant that exists.",
    ),
    project(
        "bad-zone",
        "endpoint: https://pbx.example\nzone: MSK\n",
        "Write an IANA time zone such as Europe/Moscow, or UTC.",
    ),
    project(
        "endpoint",
        "endpoint: http://pbx.example\n",
        "Write an https address without user, query and fragment, or `sandbox:FILE`.",
    ),
    project(
        "idle-waiver",
        "endpoint: https://pbx.example\nwaivers:\n- {client: 13, owner: ops, reason: agreed, until: 2999-12-31}\n",
        "Correct the client or the field, or remove the waiver.",
    )
    .warns(),
    project(
        "literal-secret",
        "endpoint: https://pbx.example\ncredentials:\n  acme: {token: hunter2}\n",
        "Name a variable, such as \"${ACME_TOKEN}\", and revoke a secret that is in the history of git.",
    ),
    project(
        "short-lease",
        "endpoint: https://pbx.example\nledger: {lease: 59s}\n",
        "Give the lease a minute or more; the default is 15m.",
    )
    .warns(),
    project(
        "unmatched-glob",
        "endpoint: https://pbx.example\ndocuments: [\"**\", \"extr/**\"]\n",
        "Correct the pattern, or remove it.",
    )
    .warns(),
];
