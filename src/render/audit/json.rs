//! An audit for programs.
//!
//! Owns the shape: `{"kind": "audit", "clients": […]}`. Later versions only add keys. Everything that depends on the
//! run is under `run`.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::model::countries::Code;
use crate::model::{ClientId, Diagnostic, Failure, Place, Setting, State, Untrusted};
use crate::plan::audit::{AuditReport, AuditSummary, AuditedClient, ClientExposure, Outlier};
use crate::plan::{QuotaUsage, Requests, Shard};
use crate::render::json::document;

/// The version of the document. A minor step only adds.
const FORMAT_VERSION: &str = "1.0";

pub(super) fn json(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    let run = &report.run;
    let run = RunObject {
        id: &run.id,
        started_at: &run.started_at,
        duration_ms: run.duration_ms,
        requests: run.requests,
        quota: &run.quota,
    };
    let whole = AuditObject {
        format_version: FORMAT_VERSION,
        kind: "audit",
        ringform_version: &report.ringform_version,
        endpoint: &report.endpoint,
        project: report.project.as_ref(),
        shard: report.shard,
        run,
        summary: &report.summary,
        clients: &report.clients,
        diagnostics: &report.diagnostics,
    };
    document(&whole, out)
}

#[derive(Serialize)]
struct AuditObject<'r> {
    format_version: &'static str,
    kind: &'static str,
    ringform_version: &'r str,
    endpoint: &'r Untrusted,
    project: Option<&'r Untrusted>,
    shard: Option<Shard>,
    run: RunObject<'r>,
    summary: &'r AuditSummary,
    #[serde(serialize_with = "clients")]
    clients: &'r [AuditedClient],
    diagnostics: &'r [Diagnostic],
}

#[derive(Serialize)]
struct RunObject<'r> {
    id: &'r str,
    started_at: &'r str,
    duration_ms: u64,
    requests: Requests,
    quota: &'r [QuotaUsage],
}

/// One client. Of a client that was not read, everything but its identity and its document is null or empty.
#[derive(Serialize)]
struct AuditedClientObject<'r> {
    client_id: ClientId,
    status: &'static str,
    geo: Option<&'static str>,
    countries: Option<usize>,
    network: Option<&'r State>,
    dial_rule: Option<&'r State>,
    guards: &'r [Untrusted],
    unmanaged: Option<Vec<Setting>>,
    id: Option<u64>,
    name: Option<&'r Untrusted>,
    credentials: Option<&'r str>,
    geo_list: Option<&'r State>,
    outliers: Vec<OutlierObject<'r>>,
    source: Option<&'r Place>,
    error: Option<&'r Failure>,
}

#[derive(Serialize)]
struct OutlierObject<'r> {
    kind: &'static str,
    countries: Vec<&'r str>,
    clients: usize,
    fleet: usize,
}

fn clients<S: Serializer>(clients: &&[AuditedClient], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(clients.iter().map(client))
}

fn client(client: &AuditedClient) -> AuditedClientObject<'_> {
    let exposure = client.exposure.as_ref().ok();
    let geo = exposure.map(ClientExposure::geo);
    AuditedClientObject {
        client_id: client.client_id,
        status: if exposure.is_some() { "read" } else { "failed" },
        geo: geo.map(|geo| geo.word()),
        countries: geo.and_then(|geo| geo.countries()),
        network: exposure.map(|one| &one.network),
        dial_rule: exposure.map(|one| &one.dial_rule),
        guards: exposure.map(|one| one.guards.as_slice()).unwrap_or_default(),
        unmanaged: client.unmanaged.map(|fields| fields.iter().collect()),
        id: client.id,
        name: client.name.as_ref(),
        credentials: client.credentials.as_deref(),
        geo_list: exposure.map(|one| &one.geo_list),
        outliers: exposure.iter().flat_map(|one| &one.outliers).map(outlier).collect(),
        source: client.source.as_ref(),
        error: client.exposure.as_ref().err().map(|failure| &**failure),
    }
}

fn outlier(one: &Outlier) -> OutlierObject<'_> {
    let countries = one.countries.iter().map(Code::as_str).collect();
    OutlierObject { kind: one.kind.word(), countries, clients: one.clients, fleet: one.fleet }
}
