//! Words that several formats of `audit` share.
//!
//! Owns these words. They are our own, or not escaped yet.

use std::collections::BTreeMap;

use crate::model::countries::Code;
use crate::model::{ClientKey, Setting, SettingSet, State, Untrusted};
use crate::plan::audit::{AuditReport, AuditSummary, AuditedClient, ClientExposure, GeoExposure, Outlier, OutlierKind};
use crate::render::wording::change::state;
use crate::render::wording::numbers::{are, count, number};

/// A list of so many countries is named in full.
const NAMED_COUNTRIES: usize = 5;

/// The columns of a table of clients.
pub(in crate::render) const COLUMNS: [&str; 6] = ["Client", "Countries", "Network", "Dial rule", "Guards", "Name"];

/// The column of what few clients of the fleet have.
pub(in crate::render) const DIFFERS: &str = "Differs by";

/// The column of the fields that a project does not manage.
pub(in crate::render) const UNMANAGED: &str = "Not managed";

/// A client as people name it: `12`, or `@me of acme`.
pub(in crate::render) fn client(client: &AuditedClient) -> Untrusted {
    ClientKey::new(client.client_id, client.credentials.as_ref()).to_string().into()
}

/// From which countries devices may use the account.
pub(in crate::render) fn countries(client: &ClientExposure) -> Untrusted {
    match client.geo() {
        GeoExposure::All => "every country".into(),
        GeoExposure::ProviderDefault => "provider's default".into(),
        GeoExposure::List(n) if n > NAMED_COUNTRIES => format!("{n} countries").into(),
        GeoExposure::List(_) => state(&client.geo_list),
        GeoExposure::Odd => odd(&client.geo_list),
    }
}

/// The id of a network or of a dial rule.
pub(in crate::render) fn id(value: &State) -> Untrusted {
    match value {
        State::NotSet => "none".into(),
        State::Is(_) => state(value),
        State::Odd(_) => odd(value),
    }
}

fn odd(value: &State) -> Untrusted {
    format!("{} (not understood)", value.to_json()).into()
}

/// The guards that a client is against, as one text.
pub(in crate::render) fn guards(client: &ClientExposure) -> Untrusted {
    Untrusted::join(&client.guards, ", ")
}

/// The name of a field as the columns have it.
fn column(setting: Setting) -> &'static str {
    match setting {
        Setting::GeoList => "countries",
        Setting::SipNetworkPermissionId => "network",
        Setting::DialRuleId => "dial rule",
        other => other.name(),
    }
}

/// The fields that a document does not manage.
pub(in crate::render) fn unmanaged(fields: SettingSet) -> String {
    let names: Vec<&str> = fields.iter().map(column).collect();
    names.join(", ")
}

/// In what a client differs from its fleet; empty where it does not.
pub(in crate::render) fn outliers(client: &ClientExposure) -> String {
    let all: Vec<String> = client.outliers.iter().map(outlier).collect();
    all.join(", ")
}

fn outlier(one: &Outlier) -> String {
    match one.kind {
        OutlierKind::Country => {
            let codes: Vec<&str> = one.countries.iter().take(NAMED_COUNTRIES).map(Code::as_str).collect();
            let more = match one.countries.len().saturating_sub(NAMED_COUNTRIES) {
                0 => String::new(),
                left => format!(" and {left} more"),
            };
            format!("only {}{more}", codes.join(" "))
        }
        kind => kind_of_outlier(kind).to_owned(),
    }
}

fn kind_of_outlier(kind: OutlierKind) -> &'static str {
    match kind {
        OutlierKind::Open => "every country",
        OutlierKind::Country => "a country of its own",
        OutlierKind::DialRule => "no dial rule",
        OutlierKind::Network => "network",
    }
}

/// `2 clients differ from the fleet: every country 1 of 20, no dial rule 1 of 20.`
fn fleet(report: &AuditReport) -> String {
    let exposures = report.clients.iter().filter_map(|client| client.exposure.as_ref().ok());
    let kinds: BTreeMap<OutlierKind, &Outlier> =
        exposures.flat_map(|one| &one.outliers).map(|outlier| (outlier.kind, outlier)).collect();
    let share = |one: &Outlier| format!("{} of {}", number(one.clients as u64), number(one.fleet as u64));
    let kinds: Vec<String> =
        kinds.into_iter().map(|(kind, one)| format!("{} {}", kind_of_outlier(kind), share(one))).collect();
    let clients = report.summary.outliers;
    let differ = if clients == 1 { "differs" } else { "differ" };
    format!("{} {differ} from the fleet: {}.", count(clients, "client"), kinds.join(", "))
}

/// The heading of a report. It never sounds safe while a client was not read.
pub(in crate::render) fn verdict(report: &AuditReport) -> String {
    let AuditSummary { clients, failed, open, .. } = report.summary;
    let not_read = match failed {
        0 => String::new(),
        n => format!(", {} not read", number(n as u64)),
    };
    match (clients, open) {
        (0, _) => "No client was read".to_owned(),
        (_, 0) if failed == clients => format!("{} not read", count(clients, "client")),
        (_, 0) => format!("No client that was read is open to every country{not_read}"),
        (_, n) => format!("{} {} open to every country{not_read}", count(n, "client"), are(n)),
    }
}

/// The numbers of a report, one sentence a line.
pub(in crate::render) fn summary(report: &AuditReport) -> Vec<Untrusted> {
    let all = &report.summary;
    let mut lines = Vec::new();
    let n = |n: usize| number(n as u64);
    if all.read > 0 {
        let kinds = [
            (all.open, "open to every country"),
            (all.odd, "with countries that are not understood"),
            (all.default, "with the provider's default"),
            (all.list, "with a list of countries"),
        ];
        let kinds = kinds.into_iter().filter(|(count, word)| *count > 0 || word.starts_with("open"));
        let kinds: Vec<String> = kinds.map(|(count, word)| format!("{} {word}", n(count))).collect();
        lines.push(format!("{} read: {}.", count(all.read, "client"), kinds.join(", ")).into());
        let (network, rule) = (all.network, all.no_dial_rule);
        lines.push(format!("{} with a trusted network, {} without a dial rule.", n(network), n(rule)).into());
    }
    if all.guarded > 0 {
        let guards: Vec<String> = all.guards.iter().map(|(guard, of)| format!("{} {}", guard.raw(), n(*of))).collect();
        lines.push(format!("{} against a guard: {}.", n(all.guarded), guards.join(", ")).into());
    }
    if all.outliers > 0 {
        lines.push(fleet(report).into());
    }
    let unmanaged = |setting: Setting| all.unmanaged.as_ref()?.get(setting.name()).filter(|clients| **clients > 0);
    let unmanaged: Vec<String> = Setting::ALL
        .into_iter()
        .filter_map(|setting| Some(format!("{} of {}", column(setting), n(*unmanaged(setting)?))))
        .collect();
    if !unmanaged.is_empty() {
        lines.push(format!("Not managed by the project: {}.", unmanaged.join(", ")).into());
    }
    if all.failed > 0 {
        let were = if all.failed == 1 { "was" } else { "were" };
        lines.push(format!("{} {were} not read and may be open.", count(all.failed, "client")).into());
    }
    lines
}
