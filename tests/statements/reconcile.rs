//! A client's log against the ledger: every class of disagreement, broken lines, skewed clocks, and the money.

use crate::faults::call_with;
use crate::support::{TestServer, fault, fixture, program};
use serde_json::{Value, json};
use understudy::clock::Time;

/// Calls with their rows, the oldest first: eight good ones, one 503, one never answered.
fn calls() -> (TestServer, Vec<Value>) {
    let server = TestServer::new();
    server.fault(fault("down").on_request().status(503));
    server.fault(fault("silent").on_request().kind("close"));
    for nth in 0..10_u8 {
        let fault = match nth {
            8 => "down",
            9 => "silent",
            _ => "none",
        };
        drop(call_with(
            &server,
            &picture(nth),
            &[("x-understudy-fault", fault)],
        ));
        server.advance("1m");
    }
    let mut rows = server.journal_of(10);
    rows.reverse();
    (server, rows)
}

/// A picture that differs from the others.
fn picture(nth: u8) -> Vec<u8> {
    let mut picture = fixture("pictures/plain.jpg");
    picture.push(nth);
    picture
}

fn line(row: &Value, outcome: Value) -> Value {
    json!({"request_id": row["request_id"], "time": row["arrived"], "outcome": outcome})
}

fn reconcile(server: &TestServer, log: &str) -> Value {
    let url = server.admin_url("sla/jdcloud-matting/demo/2026-11/reconcile");
    let answer = server.send("POST", &url, &[], log.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn ndjson(lines: &[Value]) -> String {
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

fn class<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["classes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["class"] == name)
        .unwrap()
}

fn shifted(row: &Value, micros: i64) -> String {
    let at: Time = row["arrived"].as_str().unwrap().parse().unwrap();
    at.plus_micros(micros).to_string()
}

#[test]
fn every_disagreement_has_its_class_and_its_price() {
    let (server, rows) = calls();
    let ok = |at: usize| line(&rows[at], rows[at]["status"].clone());
    let mut log = vec![ok(0), ok(1)];
    // Lost on the way; a status the provider does not know of; the 503 both know; an answer the ledger does not know.
    log.push(line(&rows[2], json!("timeout")));
    log.push(line(&rows[3], json!(502)));
    log.push(line(&rows[8], json!(503)));
    log.push(line(&rows[9], json!("ok")));
    // By content, without a name.
    log.push(json!({"content": rows[4]["request"]["content"], "time": rows[4]["arrived"], "outcome": "ok"}));
    // A clock that is off by five minutes puts it elsewhere.
    log.push(json!({"request_id": rows[5]["request_id"], "time": shifted(&rows[5], -300_000_000), "outcome": rows[5]["status"]}));
    // Never seen; and one a second time.
    log.push(json!({"request_id": "00000000000000000000000000000001", "time": rows[6]["arrived"], "outcome": "refused"}));
    log.push(ok(0));
    // Of another month.
    log.push(json!({"request_id": "00000000000000000000000000000002", "time": "2026-10-01T00:00:00+08:00", "outcome": 200}));
    let report = reconcile(&server, &(ndjson(&log) + "broken\n{\"outcome\":1}\n"));
    let counts = [
        "agree_answered",
        "agree_failed",
        "client_failed_provider_answered",
        "client_answered_provider_failed",
        "status_differs",
        "bucket_shifted",
        "only_client",
        "only_provider",
    ]
    .map(|name| class(&report, name)["calls"].as_u64().unwrap());
    assert_eq!(counts, [3, 1, 1, 1, 1, 1, 1, 2], "{report:#}");
    assert_eq!(
        (&report["joined_by_request_id"], &report["joined_by_content"]),
        (&json!(7), &json!(1))
    );
    let lines = &report["lines"];
    assert_eq!(
        (
            &lines["used"],
            &lines["duplicates"],
            &lines["outside"],
            &lines["broken"]
        ),
        (&json!(11), &json!(1), &json!(1), &json!(2))
    );
    assert_eq!(
        (
            &lines["broken_lines"][0]["line"],
            &lines["broken_lines"][1]["line"]
        ),
        (&json!(12), &json!(13))
    );
    assert_eq!(
        (&report["median_skew_ms"], &report["skewed"]),
        (&json!(0), &json!(1))
    );
    // The provider: 1 of 10 was not answered. If the client is right on the lost one: 2 of 10.
    let share = |part: &Value| {
        (
            part["availability"]["num"].as_str().unwrap().to_owned(),
            part["availability"]["den"].as_str().unwrap().to_owned(),
        )
    };
    let is = |num: &str, den: &str| (num.to_owned(), den.to_owned());
    assert_eq!(share(&report["provider_says"]), is("9", "10"));
    let if_right = |name: &str| share(&class(&report, name)["if_client_is_right"]);
    assert_eq!(if_right("client_failed_provider_answered"), is("4", "5"));
    assert_eq!(if_right("client_answered_provider_failed"), is("1", "1"));
    assert_eq!(if_right("status_differs"), is("9", "10"));
    assert_eq!(if_right("bucket_shifted"), is("9", "10"));
    assert_eq!(if_right("only_client"), is("9", "11"));
    assert_eq!(if_right("only_provider"), is("7", "8"));
    // All at once: 10 - 2 + 1 calls, of which the lost one and the refused one failed.
    assert_eq!(share(&report["client_says"]), is("7", "9"));
    let own = report["provider_says"]["amount_fen"].as_i64().unwrap();
    let client = &report["client_says"];
    assert_eq!(
        client["amount_fen"].as_i64().unwrap() - own,
        client["difference_fen"].as_i64().unwrap()
    );
    assert!(client["difference_fen"].as_i64().unwrap() >= 0);
    assert_eq!(class(&report, "only_client")["examples"][0]["line"], 9);
}

#[test]
fn a_log_that_agrees_changes_nothing_in_either_form_and_from_the_shell() {
    let (server, rows) = calls();
    let log: Vec<Value> = rows
        .iter()
        .map(|row| {
            line(
                row,
                if row["status"].is_null() {
                    json!("timeout")
                } else {
                    row["status"].clone()
                },
            )
        })
        .collect();
    let mut csv = "request_id,time,outcome\n".to_owned();
    for own in &log {
        let cell = |name: &str| {
            own[name]
                .as_str()
                .map_or_else(|| own[name].to_string(), str::to_owned)
        };
        csv += &format!("{},{},{}\n", cell("request_id"), cell("time"), cell("outcome"));
    }
    let (json, table) = (reconcile(&server, &ndjson(&log)), reconcile(&server, &csv));
    // A table has a head, so its lines are numbered one further.
    let plain = |report: &Value| {
        let mut report = report.clone();
        for class in report["classes"].as_array_mut().unwrap() {
            class["examples"] = Value::Null;
        }
        report
    };
    assert_eq!(plain(&json), plain(&table));
    assert_eq!(json["client_says"], json["provider_says"]);
    assert_eq!(
        (
            &class(&json, "agree_answered")["calls"],
            &class(&json, "agree_failed")["calls"]
        ),
        (&json!(8), &json!(2))
    );
    let folder = program::Folder::new("reconcile");
    std::fs::write(folder.file("log.csv"), csv).unwrap();
    let done = program::run(&[
        "sla",
        "reconcile",
        "--server",
        &server.running.ready().admin,
        "--provider",
        "jdcloud-matting",
        "--world",
        "demo",
        "--cycle",
        "2026-11",
        "--client-log",
        &folder.file("log.csv").display().to_string(),
    ]);
    assert_eq!(serde_json::from_slice::<Value>(&done.stdout).unwrap(), table);
}

#[test]
fn what_is_no_log_is_refused_and_a_retry_is_seen() {
    let (server, rows) = calls();
    let url = server.admin_url("sla/jdcloud-matting/demo/2026-11/reconcile");
    for log in ["", "a,b\n1,2\n", "\u{1}\u{2}"] {
        let answer = server.send("POST", &url, &[], log.as_bytes());
        assert_eq!(
            (answer.status, answer.json()["field"].as_str()),
            (422, Some("body"))
        );
    }
    assert_eq!(
        server
            .send("POST", &format!("{url}?tolerance=soon"), &[], b"{}")
            .status,
        422
    );
    // The call that met a 503 is made again, and served.
    drop(call_with(&server, &picture(8), &[("x-understudy-fault", "none")]));
    server.journal_of(11);
    let report = reconcile(&server, &ndjson(&[line(&rows[0], json!(200))]));
    let again = class(&report, "failed_then_served");
    assert_eq!(
        (&again["calls"], &again["examples"][0]["request_id"]),
        (&json!(1), &rows[8]["request_id"])
    );
    // A 5XX with a body is a response (J5), so it is worth nothing here; read the other way it is worth a failure.
    assert_eq!(
        again["if_client_is_right"]["availability"],
        report["provider_says"]["availability"]
    );
    let url = format!("{url}?policy=%7B%22failure%22%3A%22no_response_or_5xx%22%7D");
    let other = server
        .send(
            "POST",
            &url,
            &[],
            ndjson(&[line(&rows[0], json!(200))]).as_bytes(),
        )
        .json();
    assert_eq!(
        other["provider_says"]["availability"],
        json!({"num": "9", "den": "11"})
    );
    assert_eq!(
        class(&other, "failed_then_served")["if_client_is_right"]["availability"],
        json!({"num": "10", "den": "11"})
    );
    assert_eq!(class(&report, "only_provider")["calls"], 10);
}
