//! Words that several formats of `audit` share.
//!
//! Owns these words. They are our own, or not escaped yet.

use crate::model::countries::Code;
use crate::model::{ClientKey, Setting, SettingSet, State, Untrusted};
use crate::plan::audit::{AuditReport, AuditSummary, AuditedClient, ClientExposure, GeoExposure, Outlier, OutlierKind};
use crate::render::wording::change::state;
use crate::render::wording::numbers::{are, count, number};

/// A list of so many countries is named in full.
const NAMED_COUNTRIES: usize = 5;

/// The columns of a table of clients.
pub(in crate::render) const COLUMNS: [&str; 6] = ["Client", "Countries", "Network", "Dial rule", "Guards", "Name"];

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

/// In what a client differs from its fleet, in one sentence; `None` where it does not.
pub(in crate::render) fn outliers(client: &ClientExposure) -> Option<String> {
    let all: Vec<String> = client.outliers.iter().map(outlier).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn outlier(one: &Outlier) -> String {
    let share = format!("{} of {} clients", number(one.clients as u64), number(one.fleet as u64));
    match one.kind {
        OutlierKind::Open => format!("open to every country, as {share}"),
        OutlierKind::Country => {
            let codes: Vec<&str> = one.countries.iter().map(Code::as_str).collect();
            format!("the only list with {}", codes.join(" "))
        }
        OutlierKind::DialRule => format!("without a dial rule, as {share}"),
        OutlierKind::Network => format!("with a trusted network, as {share}"),
    }
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
        let differ = if all.outliers == 1 { "differs" } else { "differ" };
        lines.push(format!("{} {differ} from the fleet.", count(all.outliers, "client")).into());
    }
    let unmanaged = all.unmanaged.iter().flatten().filter(|(_, clients)| **clients > 0);
    let unmanaged: Vec<String> = unmanaged
        .filter_map(|(name, clients)| Some(format!("{} of {}", column(Setting::find(name)?), n(*clients))))
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
