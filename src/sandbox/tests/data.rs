//! Seeds and saved state.

use super::raw_client::*;
use crate::sandbox::{DataFile, reset};
use std::fs;
use std::path::Path;

/// A file writer for tests: not atomic, but enough for one simulator.
fn persist(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap())?;
    fs::write(path, bytes)
}

fn data_file(path: &Path) -> Option<DataFile> {
    Some(DataFile { path: path.to_owned(), persist })
}

fn saved(path: &Path, clients: &[Value]) -> SimulatorOptions {
    SimulatorOptions { data: data_file(path), ..options(clients) }
}

#[tokio::test(flavor = "multi_thread")]
async fn answered_changes_survive_the_end_and_reset_removes_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".ringform/sandbox/state.json");
    assert!(!reset(&path).unwrap());
    let server = serve(saved(&path, &[example()])).await;
    assert_eq!(get(&server, "12").code, 200);
    server.stop().await.unwrap();
    assert!(!folder.path().join(".ringform").exists(), "a read writes nothing");

    let server = serve(saved(&path, &[example()])).await;
    assert_eq!(put(&server, "12", &json!({"hold_music": 7})).code, 200);
    server.stop().await.unwrap();

    let server = serve(saved(&path, &[example(), json!({"id": 13})])).await;
    assert_eq!(get(&server, "12").json()["hold_music"], 7);
    assert_eq!(get(&server, "13").code, 404, "the saved clients replace the seed's");
    // A drop saves answered changes too.
    assert_eq!(put(&server, "12", &json!({"hold_music": 8})).code, 200);
    drop(server);
    assert_eq!(Seed::load(&path).unwrap().clients[0]["hold_music"], 8, "the file is a seed");

    assert!(reset(&path).unwrap());
    let server = serve(saved(&path, &[example()])).await;
    assert_eq!(get(&server, "12").json()["hold_music"], Value::Null);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_written_soon_and_many_share_a_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let seed = Seed::generate(2000, 7);
    let server = serve(SimulatorOptions { seed, data: data_file(&path), ..SimulatorOptions::default() }).await;
    let mut caller = RawClient::to(&server);
    let start = Instant::now();
    for id in 1..=1000 {
        let url = format!("/api/ver1.0/client/{id}/client/");
        let answer = caller.send("PUT", &url, &[TOKEN, JSON], br#"{"hold_music": 77777}"#).unwrap();
        assert_eq!(answer.code, 200);
    }
    let elapsed = start.elapsed();
    // A write takes tens of milliseconds here; a thousand of them would take minutes.
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    until(|| path.exists()).await;
    server.stop().await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap().matches("77777").count(), 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_data_file_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    for text in ["", "[]", "{}", r#"{"clients": [{"name": "x"}]}"#] {
        fs::write(&path, text).unwrap();
        let error = format!("{:#}", start(saved(&path, &[example()])).await.unwrap_err());
        assert!(error.contains("state.json") && error.contains("remove it"), "{error}");
    }
    let blocked = folder.path().join("a/state.json");
    let server = serve(saved(&blocked, &[example()])).await;
    fs::write(folder.path().join("a"), "a file where the folder should be").unwrap();
    assert_eq!(put(&server, "12", &json!({"hold_music": 7})).code, 200);
    let error = server.stop().await.unwrap_err();
    assert!(format!("{error:#}").contains("cannot save the simulator's data"), "{error:#}");
}

#[test]
fn seeds_are_json_or_yaml_and_complete() {
    let yaml =
        "token_rate: 5\nclients:\n  - id: 12\n    name: Север\n    geo_list: \"NO\"\n    extra: [1]\n  - {id: 13}\n";
    let seed = seed_file("s.yaml", yaml).unwrap();
    let clients = seed.index().unwrap();
    assert_eq!((clients.len(), clients[&13].len(), clients[&12].len()), (2, 28, 29));
    assert_eq!((clients[&12]["name"].as_str(), clients[&12]["geo_list"].as_str()), (Some("Север"), Some("NO")));
    let seed = seed_file("s.json", "\u{feff}{\"clients\": [{\"id\": 1, \"hold_music\": \"odd\"}]}").unwrap();
    assert_eq!(seed.index().unwrap()[&1]["hold_music"], "odd");
}

#[test]
fn a_wrong_seed_names_the_place() {
    let wrong = [
        ("{\n \"clients\": [}", "line 2"),
        (r#"{"client": []}"#, "client"),
        (r#"{"clients": [{"id": 1}, {"name": "x"}]}"#, "clients[1] has no id"),
        (r#"{"clients": [{"id": 0}]}"#, "clients[0]: id must be"),
        (r#"{"clients": [{"id": "12"}]}"#, "clients[0]: id must be"),
        (r#"{"clients": [{"id": 1}, {"id": 1}]}"#, "clients[1]: the id 1 occurs twice"),
        (r#"{"clients": [7]}"#, "clients[0] is not an object"),
        (r#"{"clients": [{"id": 1, "geo_list": false}]}"#, "clients[0].geo_list is a boolean"),
        (r#"{"apps": [{}]}"#, "apps[0] needs"),
        (r#"{"apps": [{"app_id": "a", "token": "t"}]}"#, "apps[0] needs"),
        (r#"{"apps": [{"token": "t", "me": 5}]}"#, "the client 5"),
        (r#"{"apps": [{"token": "t"}, {"token": "t"}]}"#, "apps[1]: the token"),
        (r#"{"apps": [{"token": "t", "acces": "full"}]}"#, "acces"),
        (r#"{"apps": [{"token": "t", "access": "none"}]}"#, "read_only"),
    ];
    for (text, part) in wrong {
        let error = format!("{:#}", seed_file("wrong.json", text).unwrap_err());
        assert!(error.contains("wrong.json") && error.contains(part), "{error}");
    }
    let error = format!("{:#}", seed_file("wrong.yaml", "clients:\n  - id: [\n").unwrap_err());
    assert!(error.contains("line"), "{error}");
    assert!(Seed::load(Path::new("/nonexistent/seed.json")).unwrap_err().to_string().contains("seed.json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulator_does_not_start_with_wrong_options() {
    assert!(start(options(&[json!({"name": "x"})])).await.is_err());
    let open = SimulatorOptions { listen: "0.0.0.0:0".parse().unwrap(), ..SimulatorOptions::default() };
    assert!(start(open).await.unwrap_err().to_string().contains("loopback"));
    let server = serve(options(&[])).await;
    let taken = SimulatorOptions {
        listen: server.endpoint().strip_prefix("http://").unwrap().parse().unwrap(),
        ..SimulatorOptions::default()
    };
    assert!(start(taken).await.unwrap_err().to_string().contains("cannot listen"));
    assert_eq!(get(&server, "@me").refusal(), (404, json!("client_not_found"), true));
    server.set(5, "name", json!("new"));
    assert_eq!(get(&server, "5").json()["name"], "new");
    server.stop().await.unwrap();
}

#[test]
fn generated_seeds_are_the_same_again_and_would_pass_a_put() {
    let clients = Seed::generate(500, 3).index().unwrap();
    assert_eq!(clients, Seed::generate(500, 3).index().unwrap());
    assert_ne!(clients, Seed::generate(500, 4).index().unwrap());
    assert_eq!(clients.keys().copied().collect::<Vec<_>>(), (1..=500).collect::<Vec<_>>());
    for client in clients.values() {
        assert_eq!(client.len(), 28);
        for name in crate::sandbox::data::fields::WRITABLE {
            assert_eq!(crate::sandbox::data::fields::objection(name, &client[name]), None, "{name}: {}", client[name]);
        }
    }
}
