//! Tapes: recorded, downloaded, played again exactly on a server with another seed.

use super::*;

fn storm(server: &TestServer) -> Vec<(u16, String)> {
    let one = |nth: usize| {
        let body = format!("call {}", nth % 40);
        let answer = call_with(server, body.as_bytes(), &[]);
        answer.map_or((0, "cut".into()), |answer| {
            (answer.status, answer.header("x-understudy-cause").to_owned())
        })
    };
    (0..120).map(one).collect()
}

#[test]
fn a_recorded_run_is_played_again_exactly() {
    let first = TestServer::with(|settings| settings.seed = Some(11));
    first.fault(json!([
        {"id": "half", "toxicity": 0.5, "effect": {"kind": "status", "status": 500}},
        {"id": "cut", "toxicity": 0.2, "effect": {"kind": "truncate", "after": 1}},
    ]));
    assert_eq!(
        first.admin("POST", "faults/tape", json!({"record": true})).json()["recording"],
        true
    );
    let recorded = storm(&first);
    let state = first
        .admin("POST", "faults/tape", json!({"record": false}))
        .json();
    assert!(state["recorded"].as_u64().unwrap() > 50, "{state}");
    let tape = first.admin("GET", "faults/tape", Value::Null);
    assert_eq!(tape.header("content-type"), "application/x-ndjson");
    let second = TestServer::with(|settings| settings.seed = Some(12));
    let url = second.admin_url("faults/tape");
    let played = second.send("PUT", &url, &[], &tape.body);
    assert_eq!(
        (played.status, &played.json()["strikes"]),
        (200, &state["recorded"]),
        "{}",
        played.text()
    );
    assert_eq!(storm(&second), recorded);
    // Without the tape the other seed draws otherwise.
    second.admin("DELETE", "faults/tape", Value::Null);
    assert_ne!(storm(&second), recorded);
}

#[test]
fn a_broken_tape_is_refused_by_its_line_and_nothing_changes() {
    let server = TestServer::new();
    server.fault(fault("stays").kind("close"));
    let url = server.admin_url("faults/tape");
    let fault = r#"{"fault": {"id": "a", "effect": {"kind": "close"}}}"#;
    for (tape, field) in [
        ("nonsense".to_owned(), "line 1"),
        (format!("{fault}\n{{\"strike\": {{}}}}"), "line 2"),
        (r#"{"fault": {"effect": {"kind": "close"}}}"#.to_owned(), "line 1"),
        (
            r#"{"fault": {"id": "a", "effect": {"kind": "explode"}}}"#.to_owned(),
            "[0].effect.kind",
        ),
    ] {
        let answer = server.send("PUT", &url, &[], tape.as_bytes());
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (422, &json!(field)),
            "{}",
            answer.text()
        );
    }
    assert_eq!(server.get("faults").as_array().unwrap().len(), 1);
    assert_eq!(server.get("faults/tape/state")["playing"], false);
}
