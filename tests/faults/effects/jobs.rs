//! Effects on jobs and their callbacks.

use super::*;

pub fn callback_drop() {
    let (server, mailbox, _) = submitted(json!({"kind": "callback-drop"}));
    server.advance("1h");
    assert_eq!(
        (state(&server), mailbox.count_remaining()),
        (json!("succeeded"), 0)
    );
}

pub fn callback_duplicate() {
    let (server, mailbox, id) = submitted(json!({"kind": "callback-duplicate"}));
    server.advance("2s");
    let twice = [mailbox.next(&server), mailbox.next(&server)];
    assert!(twice.iter().all(|report| report["requestId"] == *id));
    assert_eq!(mailbox.count_remaining(), 0);
}

pub fn callback_delay() {
    let (server, mailbox, id) = submitted(json!({"kind": "callback-delay", "delay": "5s"}));
    server.advance("6s");
    assert_eq!(
        (state(&server), mailbox.count_remaining()),
        (json!("succeeded"), 0)
    );
    server.advance("1s");
    let report = mailbox.next(&server);
    assert_eq!(
        (&report["requestId"], &report["timestamp"]),
        (&json!(id), &json!(server.now().millis()))
    );
}

pub fn job_stuck() {
    let (server, mailbox, id) = submitted(json!({"kind": "job-stuck"}));
    server.advance("1h");
    assert_eq!((state(&server), mailbox.count_remaining()), (json!("running"), 0));
    let path = format!("jobs/{id}/complete");
    assert_eq!(
        server.admin("POST", &path, Value::Null).json()["state"],
        "succeeded"
    );
    assert_eq!(mailbox.next(&server)["code"], 0);
    assert_eq!(server.admin("POST", &path, Value::Null).status, 409);
}

pub fn job_fail() {
    let (server, mailbox, id) = submitted(json!({"kind": "job-fail", "message": "model crashed"}));
    server.advance("2s");
    let report = mailbox.next(&server);
    assert_eq!(
        (&report["code"], &report["message"]),
        (&json!(101), &json!("model crashed"))
    );
    assert_eq!(report["requestId"], *id);
    assert_eq!(report["57c4036c557603652aeeb222"], Value::Null);
}

/// A long text is submitted under a fault; its job's name, and where its report would go.
fn submitted(struck: Value) -> (TestServer, Mailbox, String) {
    needs(
        struck["kind"].as_str().unwrap(),
        struck.clone(),
        "has asynchronous jobs",
    );
    let (server, mailbox) = (TestServer::new(), Mailbox::accepting_all());
    server.fault(effect(struck));
    let fields = json!({"content": "hello", "callbackUrl": mailbox.url});
    let inner = server.tupu("/v3/recognition/text/async/", &fields);
    assert_eq!(inner["code"], 0, "{inner}");
    (server, mailbox, inner["requestId"].as_str().unwrap().to_owned())
}

fn state(server: &TestServer) -> Value {
    server.get("jobs")[0]["state"].clone()
}
