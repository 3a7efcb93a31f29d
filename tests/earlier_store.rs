//! A store that an earlier version wrote is opened, with all that it holds.
//!
//! `fixtures/stores/schema-6.db` was written by the program of commit e7d7555, whose schema had version 6;
//! `schema-6.json` holds what that program answered just before it stopped.

use super::support::fixture;
use super::support::program::{Folder, Program, agent};
use super::support::tupu::opened;
use serde_json::{Value, json};
use understudy::clock::Clock;
use understudy::providers::tupu::sign::identity_proof;

fn earlier() -> Value {
    serde_json::from_slice(&fixture("stores/schema-6.json")).unwrap()
}

/// A server on a copy of the store.
fn server(folder: &Folder) -> Program {
    std::fs::write(folder.file("store.db"), fixture("stores/schema-6.db")).unwrap();
    Program::serve(&folder.0, &[])
}

/// Fails where something that was answered earlier is not answered now. Fields that are new are no difference.
fn assert_holds(at: &str, earlier: &Value, now: &Value) {
    match (earlier, now) {
        (Value::Object(earlier), Value::Object(_)) => {
            for (name, value) in earlier {
                assert_holds(&format!("{at}.{name}"), value, &now[name]);
            }
        }
        (Value::Array(earlier), Value::Array(now)) => {
            assert_eq!(earlier.len(), now.len(), "{at}");
            for (nth, (earlier, now)) in earlier.iter().zip(now).enumerate() {
                assert_holds(&format!("{at}[{nth}]"), earlier, now);
            }
        }
        (earlier, now) => assert_eq!(earlier, now, "{at}"),
    }
}

/// A call with the demo world's key; the inner object of its answer.
fn tupu(server: &Program, path: &str, fields: &Value) -> Value {
    let credential = |name: &str| server.ready["credentials"]["tupu"][name].as_str().unwrap();
    let (sid, key) = (credential("secret_id"), credential("private_key_pem"));
    let proof = identity_proof(sid, key, "0.5", Clock::real().now()).unwrap();
    let mut body = json!({"timestamp": proof.timestamp, "nonce": proof.nonce, "signature": proof.signature});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    let mut answer = agent()
        .post(format!("http://{}{path}{sid}", server.listen()))
        .header("content-type", "application/json")
        .send(body.to_string())
        .unwrap();
    opened(
        credential("provider_public_key_pem"),
        &answer.body_mut().read_to_vec().unwrap(),
    )
}

#[test]
fn worlds_keys_rows_charges_statements_and_templates_are_as_they_were() {
    let folder = Folder::new("earlier-store");
    let server = server(&folder);
    for (path, earlier) in earlier()["replies"].as_object().unwrap() {
        let now = server.ask("GET", path, &Value::Null);
        assert_holds(path, earlier, &now);
    }
    server.stop();
}

#[test]
fn keys_sign_and_jobs_go_on() {
    let folder = Folder::new("earlier-jobs");
    let server = server(&folder);
    let url = format!("http://{}/api/cutout?{}", server.listen(), server.app_query());
    let mut cutout = agent()
        .post(url)
        .send(&fixture("pictures/plain.jpg")[..])
        .unwrap();
    let cutout: Value = cutout.body_mut().read_json().unwrap();
    assert_eq!(cutout["code"], 10000, "{cutout}");

    let jobs = &earlier()["jobs"];
    let path = "/v3/recognition/image/async/result/";
    let result = tupu(&server, path, &json!({"requestId": jobs["image"]}));
    assert_eq!(result["status"], "finished", "{result}");

    // One job was not over when the program stopped. It ends, and its report is tried as often as it is to be.
    server.ask("POST", "clock/advance", &json!({"by": "1h"}));
    let all = server.ask("GET", "jobs", &Value::Null);
    let pending = all.as_array().unwrap();
    let pending = pending.iter().find(|job| job["id"] == jobs["pending"]).unwrap();
    assert_eq!(
        (&pending["state"], &pending["callback"]["given_up"]),
        (&json!("succeeded"), &json!(1)),
        "{pending}"
    );
    server.stop();
}
