//! Micro-benchmarks of the pure parts: reading YAML, reading an answer, comparing, rendering.
//!
//! `cargo bench --bench micro` prints the median time of each. Compare two versions on one quiet machine, in turn.

use std::hint::black_box;
use std::time::Instant;

use ringform::config;
use ringform::model::{Declaration, FieldMask, Live};
use ringform::plan::{ClientPlan, Origin, Plan};
use ringform::render::{Format, Look, render};

const CLIENTS: u64 = 1000;

fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("ringform.yaml"), "endpoint: https://pbx.example\n")?;
    for id in 1..=CLIENTS {
        let text =
            format!("client: {id}\nsettings:\n  geo_list: [RU, BY]\n  timezone: Europe/Moscow\n  dial_rule_id: 19\n");
        std::fs::write(folder.path().join(format!("{id}.yaml")), text)?;
    }
    let request = config::ProjectRequest { cwd: folder.path().to_owned(), ..config::ProjectRequest::default() };
    measure("load a document", || config::load(black_box(&request)).declarations.len());
    let declarations = config::load(&request).declarations;
    let body = |id: u64, geo: &str| {
        format!(
            r#"{{"id":{id},"domain":"sip.example.com","create_date":"2020-03-16 09:29:57","hold_music":null,"presence":"no","sip_network_permission_id":null,"record_stereo":false,"ambassadors":null,"name":"client {id}","timezone":"Europe/Moscow","dial_rule_id":19,"type":"J","email":"admin@example.com","fact_address":null,"extension_len":3,"geo_list":"{geo}","language":null,"record_format":"mp3","disk_space_notify_email":null,"disk_space_notify_threshold":null}}"#
        )
    };
    let bodies = |geo: &str| (1..=CLIENTS).map(|id| body(id, geo)).collect::<Vec<_>>();
    let same = bodies("BY RU");
    measure("read an answer", || {
        same.iter().filter(|body| Live::parse(black_box(body.as_bytes()), FieldMask::default()).is_ok()).count()
    });
    let plan = |bodies: &[String]| -> Vec<ClientPlan> {
        let of = |declaration: &Declaration| {
            let id = declaration.client.number().unwrap_or(1) as usize;
            let live = Live::parse(bodies[id - 1].as_bytes(), FieldMask::default()).unwrap_or_default();
            ClientPlan::read(declaration, live, Origin::Unknown)
        };
        declarations.iter().map(of).collect()
    };
    measure("read and compare, in sync", || plan(black_box(&same)).len());
    let changed: Vec<String> = (1..=CLIENTS).map(|id| body(id, if id % 2 == 0 { "RU" } else { "*" })).collect();
    measure("read and compare, different", || plan(black_box(&changed)).len());
    for (name, bodies) in [("in sync", &same), ("different", &changed)] {
        let plan = Plan { clients: plan(bodies), ..Plan::default() };
        for format in Format::ALL {
            measure(&format!("render {format}, {name}"), || {
                let mut out = Vec::new();
                drop(render(black_box(&plan), format, &Look::PIPE, &mut out));
                out.len()
            });
        }
    }
    Ok(())
}

/// Prints the median of 21 runs, divided by the number of clients.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn measure<R>(name: &str, mut work: impl FnMut() -> R) {
    let mut times: Vec<f64> = (0..21)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<32} {:8.2} µs a client", times[10] * 1e6 / CLIENTS as f64);
}
