//! What is kept of a request is bounded, and so is what the admin API takes.

use super::super::support::program::{BUILD, Folder, Program, command};
use super::super::support::{TestServer, fault};
use serde_json::json;

#[test]
fn a_claimed_key_is_kept_in_part() {
    let server = TestServer::new();
    let long = "é".repeat(30_000);
    let url = server.url(&format!("/api/cutout?appkey={long}&timestamp=1&sign=x"));
    let url = url.replace('é', "%C3%A9");
    assert_ne!(server.send("POST", &url[..60_000], &[], b"x").status, 0);
    let key = server.newest(1)["key"].as_str().unwrap().to_owned();
    assert!(key.len() <= 260 && key.ends_with('…'), "{} bytes", key.len());
}

#[test]
fn a_body_that_is_too_large_is_a_problem_in_words() {
    let server = TestServer::new();
    let body = vec![b' '; (4 << 20) + 1];
    let answer = server.send("POST", &server.admin_url("worlds"), &[], &body);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let told = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(told.contains("at most 4194304 bytes"), "{told}");
}

#[test]
fn a_status_without_a_body_takes_none() {
    let server = TestServer::new();
    for status in [204, 304] {
        let effect = json!({"kind": "status", "status": status, "body": "x"});
        let answer = server.admin("POST", "faults", fault("empty").effect(effect).into());
        let problem = answer.json();
        assert_eq!(
            (answer.status, &problem["field"]),
            (422, &json!("effect.body")),
            "{problem}"
        );
    }
    server.fault(fault("empty").status(204).always());
}

#[test]
fn a_store_is_one_servers_until_it_stops_and_a_hangup_stops_it() {
    let folder = Folder::new("one-server");
    let first = Program::serve(&folder.0, &[]);
    let store = format!("sqlite:{}", folder.file("store.db").display());
    let second = command(BUILD, &["serve", "--store", &store]).output().unwrap();
    let told = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(2), "{told}");
    assert!(told.contains("another server uses it"), "{told}");
    let mut first = first;
    first.signal("-HUP");
    let ended = first.child.wait().unwrap();
    assert!(ended.success(), "{ended}");
    Program::serve(&folder.0, &[]).stop();
    // A server that was killed lets go of it too.
    let mut killed = Program::serve(&folder.0, &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    Program::serve(&folder.0, &[]).stop();
}
