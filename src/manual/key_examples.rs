//! One example for each section of the files, with all of its keys. Tests give each to the reader of its file.

/// Which file an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFile {
    /// A client document.
    Document,
    /// ringform.yaml.
    Project,
    /// A file of guard tests.
    GuardTest,
    /// A floor.
    Floor,
}

/// The example of a section.
#[derive(Debug)]
pub struct KeyExample {
    /// The heading of the section in the tables of keys.
    pub heading: &'static str,
    /// What its keys are called by.
    pub prefix: &'static str,
    /// The file that the example is.
    pub file: KeyFile,
    /// Whether its keys are those at the top of the file.
    pub is_top: bool,
    /// The file.
    pub text: &'static str,
}

impl KeyExample {
    /// The part that shows one key: its own lines at the top of a file, else the whole example.
    pub fn of_key(&self, key: &str) -> String {
        if !self.is_top {
            return self.text.to_owned();
        }
        let is_start = |line: &&str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
        let mut lines = self.text.lines().skip_while(|line| !is_start(line));
        let first = lines.next().unwrap_or_default();
        let below = lines.take_while(|line| line.starts_with(' '));
        std::iter::once(first).chain(below).map(|line| format!("{line}\n")).collect()
    }
}

const fn example(heading: &'static str, prefix: &'static str, file: KeyFile, text: &'static str) -> KeyExample {
    KeyExample { heading, prefix, file, is_top: false, text }
}

const fn top(heading: &'static str, prefix: &'static str, file: KeyFile, text: &'static str) -> KeyExample {
    KeyExample { is_top: true, ..example(heading, prefix, file, text) }
}

/// The examples, in the order of the tables.
pub const KEY_EXAMPLES: [KeyExample; 14] = [
    top("Client document", "document", KeyFile::Document, DOCUMENT),
    example("An entry of `temporary`", "temporary", KeyFile::Document, TEMPORARY),
    example("`geo_list` of an entry of `temporary`", "temporary.geo_list", KeyFile::Document, TEMPORARY),
    top("ringform.yaml", "project", KeyFile::Project, PROJECT),
    example("An entry of `credentials`", "credentials", KeyFile::Project, CREDENTIALS),
    example("`defaults`", "defaults", KeyFile::Project, DEFAULTS),
    example("`limits`", "limits", KeyFile::Project, LIMITS),
    example("`ledger`", "ledger", KeyFile::Project, LEDGER),
    example("An entry of `guards`", "guards", KeyFile::Project, GUARDS),
    example("`deny` and `warn` of a guard", "guards.deny", KeyFile::Project, CONDITIONS),
    example("An entry of `waivers`", "waivers", KeyFile::Project, WAIVERS),
    example("A case of a guard test file", "guard-test", KeyFile::GuardTest, GUARD_TEST),
    top("A floor file", "floor", KeyFile::Floor, FLOOR),
    example("`limits` of a floor file", "floor.limits", KeyFile::Floor, FLOOR_LIMITS),
];

const DOCUMENT: &str = "client: 12
labels: {city: moscow}
credentials: acme
profiles: [standard]
expect: {domain: sip.acme.example}
settings: {dial_rule_id: 19, hold_music: null}
temporary:
  - settings: {geo_list: {add: [TR]}}
    from: 2026-12-01
    until: 2026-12-14
    owner: anna
    reason: trade fair, ticket 4711
ignore: [timezone]
";

const TEMPORARY: &str = "client: 12
settings: {geo_list: [RU]}
temporary:
  - settings: {geo_list: {add: [TR]}}
    from: 2026-12-01
    until: 2026-12-14
    owner: anna
    reason: trade fair, ticket 4711
";

const PROJECT: &str = "endpoint: https://pbx.example
route: client
documents: [\"clients/**\"]
credentials:
  acme: {token: \"${ACME_TOKEN}\"}
defaults: {credentials: acme}
profiles:
  standard: {geo_list: [RU]}
limits: {max_changed_clients: 10%}
guards: [open-geo]
zone: Europe/Moscow
ledger: git
waivers:
  - {client: 12, field: geo_list, owner: noc, reason: moves to Almaty, until: 2026-12-31}
";

const CREDENTIALS: &str = "endpoint: https://pbx.example
credentials:
  default: {app_id: \"${APP_ID}\", app_secret: \"${APP_SECRET}\"}
  acme: {token: \"${ACME_TOKEN}\"}
  globex: {command: [pass-helper, globex]}
";

const DEFAULTS: &str = "endpoint: https://pbx.example
credentials:
  acme: {token: \"${ACME_TOKEN}\"}
profiles:
  standard: {geo_list: [RU]}
defaults: {credentials: acme, profiles: [standard]}
";

const LIMITS: &str = "endpoint: https://pbx.example
limits:
  concurrency: 32
  requests_per_second: 20
  timeout: 30s
  max_read_age: 60s
  max_changes: 50
  max_changed_clients: 10%
  max_opening: 1
  max_failures: 20
  canary: 3
  journal_runs: 200
  journal_age: 400d
";

const LEDGER: &str = "endpoint: https://pbx.example
ledger: {branch: ringform-ledger, remote: origin, lease: 15m}
";

const GUARDS: &str = "endpoint: https://pbx.example
guards:
  - open-geo
  - name: almaty-countries
    field: geo_list
    labels: {city: almaty}
    deny: {allow: [KZ, RU]}
    message: clients in Almaty call only from Kazakhstan and Russia
  - {name: rule-changed, field: dial_rule_id, warn: {}}
";

const CONDITIONS: &str = "endpoint: https://pbx.example
guards:
  - {name: opened-to-all, field: geo_list, deny: {from: RU, to: \"*\"}}
  - {name: known-rules, field: dial_rule_id, deny: {allow: [19, 20]}}
  - {name: five-at-most, field: geo_list, deny: {max_countries: 5}}
  - {name: short-openings, field: geo_list, deny: {max_days: 14}}
  - {name: managed, field: geo_list, warn: {unmanaged: true}}
";

const WAIVERS: &str = "endpoint: https://pbx.example
credentials:
  acme: {token: \"${ACME_TOKEN}\"}
waivers:
  - client: \"@me\"
    credentials: acme
    field: geo_list
    owner: noc
    reason: moves to Almaty
    until: 2026-12-31
";

const GUARD_TEST: &str = "- name: a trip passes
  guard: opening-needs-end
  labels: {city: moscow}
  live: {geo_list: [RU]}
  declared: {geo_list: [RU]}
  temporary:
    - {settings: {geo_list: {add: [TR]}}, from: 2026-12-01, until: 2026-12-14, owner: anna, reason: trade fair}
  at: 2026-12-02
  expect: pass
";

const FLOOR: &str = "guards: [open-geo]
limits: {max_opening: 1}
max_waiver: 30d
never_waived: [geo_list]
ledger: git
";

const FLOOR_LIMITS: &str = "limits:
  max_read_age: 60s
  max_changes: 50
  max_changed_clients: 10%
  max_opening: 1
  max_failures: 20
  canary: 3
";
