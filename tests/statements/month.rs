//! Statements of a running server: a month through the real pipeline, with faults, against a recount of its journal.

use crate::faults::{call_with, read_all, request};
use crate::support::{TestServer, fault, fixture};
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// Faults of a month, each asked for by the calls of its turn.
fn faults() -> Value {
    let fault = |id: &str, effect: Value, cause: Value| -> Value {
        let fault = fault(id).on_request().ttl("40d");
        fault.effect(effect).cause(cause).into()
    };
    let window = |id: &str, cause: Value| {
        let mut fault = fault(id, json!({"kind": "close"}), cause);
        fault["window"] = json!({"from": "2026-11-23T00:00+08:00"});
        fault
    };
    json!([
        fault(
            "down",
            json!({"kind": "status", "status": 503, "body": {"down": true}}),
            json!({})
        ),
        fault("silent", json!({"kind": "close"}), json!({})),
        fault("reset", json!({"kind": "reset"}), json!({})),
        fault(
            "early",
            json!({"kind": "reset", "when": "before-read"}),
            json!({})
        ),
        fault(
            "carrier",
            json!({"kind": "close"}),
            json!({"party": "carrier", "code": "JD-X03"})
        ),
        fault("cut", json!({"kind": "truncate", "after": 10}), json!({})),
        window("noticed", json!({"code": "JD-X01", "notice": "mw-1"})),
        fault("unnoticed", json!({"kind": "close"}), json!({"code": "JD-X01"})),
        window(
            "late-notice",
            json!({"code": "JD-X01", "notice": "mw-2", "notice_at": "2026-11-22T12:00:00+08:00"})
        ),
        fault("claimed", json!({"kind": "close"}), json!({"asserted": "JD-X11"})),
    ])
}

pub fn month() -> TestServer {
    let server = TestServer::with(|settings| settings.journal.max_bytes = bytesize::ByteSize::mib(64));
    server.fault(faults());
    // A fault of no chance is struck only where a call asks for it, and its window must have begun.
    server.advance_to("2026-11-24T09:00:00+08:00");
    let picture = fixture("pictures/plain.jpg");
    let asked = [
        "",
        "",
        "",
        "down",
        "silent",
        "reset",
        "early",
        "carrier",
        "cut",
        "noticed",
        "unnoticed",
        "claimed",
    ];
    for nth in 0..120 {
        let fault = asked[nth % asked.len()];
        let further = if fault.is_empty() {
            String::new()
        } else {
            format!("x-understudy-fault: {fault}\r\n")
        };
        let body = if nth % 7 == 0 {
            b"no picture".to_vec()
        } else {
            picture.clone()
        };
        let mut socket = TcpStream::connect(server.host()).unwrap();
        socket
            .write_all(&request(
                &server,
                &body,
                &format!("{further}connection: close\r\n"),
            ))
            .unwrap();
        read_all(&mut socket, Duration::from_secs(20));
        if nth % 20 == 0 {
            server.advance("7h");
        }
    }
    server.journal_of(120);
    server
}

/// The month as the agreement reads it, counted row by row from the journal.
fn recount(server: &TestServer, granted: &dyn Fn(&Value) -> bool) -> (u64, u64, i64) {
    let rows = server.get("journal?limit=100000");
    let rows = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["arrived"].as_str().unwrap().starts_with("2026-11"));
    let (mut sent, mut failed, mut fees) = (0, 0, 0);
    for row in rows {
        let no_response = [
            "no_response",
            "reset_before_read",
            "reset_after_read",
            "refused_connection",
            "late",
        ];
        let is_failure = no_response.contains(&row["outcome"].as_str().unwrap());
        fees += row["fee_fen"].as_i64().unwrap();
        if is_failure && granted(&row["attribution"]) {
            continue;
        }
        sent += 1;
        failed += u64::from(is_failure);
    }
    (sent, failed, fees)
}

#[test]
fn a_month_through_the_pipeline_is_settled_as_a_recount_of_its_journal_says() {
    let server = month();
    let statement = server.get("sla/jdcloud-matting/demo/2026-11");
    let (sent, failed, fees) = recount(&server, &|why| match why["fault"].as_str() {
        Some("carrier" | "noticed") => true,
        Some(_) | None => false,
    });
    assert!(sent > 80 && failed > 20 && fees > 0);
    let result = &statement["result"];
    assert_eq!(
        (&result["counted_requests"], &result["counted_failures"]),
        (&json!(sent), &json!(failed))
    );
    assert_eq!(statement["vector"]["input"]["fee"]["gross_fen"], fees);
    // Far below 90 %: 60 % of the month's charge, rounded once.
    assert_eq!(result["tier"], "jd_t3");
    assert_eq!(result["compensation"]["amount_fen"], (fees * 60 + 50) / 100);
    assert_eq!(statement["is_final"], false);
    // The provider's own word differs where it claims what was not so.
    let claimed = server.get("sla/jdcloud-matting/demo/2026-11?word=provider");
    let (sent, failed, _) = recount(&server, &|why| {
        ["carrier", "noticed", "claimed"].contains(&why["fault"].as_str().unwrap_or_default())
    });
    assert_eq!(
        (
            &claimed["result"]["counted_requests"],
            &claimed["result"]["counted_failures"]
        ),
        (&json!(sent), &json!(failed))
    );
}

#[test]
fn a_statement_is_a_vector_anybody_can_compute_again_and_other_readings_have_their_price() {
    let server = month();
    let statement = server.get("sla/jdcloud-matting/demo/2026-11");
    let asked = json!({"vectors": [statement["vector"]]});
    let calendar = understudy::sla::WorkdayCalendar::built_in();
    let contracts = understudy::providers::contracts();
    let again = understudy::sla::vectors::VectorRunner {
        contracts: &contracts,
        calendar: &calendar,
    }
    .eval(&asked)
    .unwrap();
    assert_eq!(again["vectors"][0]["expect"], statement["result"]);
    let readings = server.get("sla/jdcloud-matting/demo/2026-11/readings");
    let of = |setting: &str, reading: &str| {
        let all = readings.as_array().unwrap();
        all.iter()
            .find(|one| one["setting"] == setting && one["reading"] == reading)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (
            &of("failure", "no_response")["in_force"],
            &of("failure", "no_response")["difference_fen"]
        ),
        (&json!(true), &json!(0))
    );
    // What the provider claims, and what was so: a dispute has its price too.
    let claimed = server.get("sla/jdcloud-matting/demo/2026-11?word=provider");
    assert_eq!(
        of("word", "provider")["availability"],
        claimed["result"]["availability"]
    );
    assert_eq!(
        (
            &of("word", "truth")["in_force"],
            &of("word", "provider")["in_force"]
        ),
        (&json!(true), &json!(false))
    );
    let policy = "%7B%22failure%22%3A%22no_response_or_5xx%22%7D";
    let other = server.get(&format!("sla/jdcloud-matting/demo/2026-11?policy={policy}"));
    assert_eq!(
        of("failure", "no_response_or_5xx")["availability"],
        other["result"]["availability"]
    );
    assert_ne!(
        other["result"]["availability"],
        statement["result"]["availability"]
    );
}

#[test]
fn what_cannot_be_settled_is_said_so() {
    let server = TestServer::new();
    let status = |path: &str| server.admin("GET", path, Value::Null).status;
    assert_eq!(status("sla/acme/demo/2026-11"), 404);
    assert_eq!(status("sla/jdcloud-matting/nowhere/2026-11"), 404);
    for cycle in [
        "november",
        "9999-12",
        "0000-01",
        "1991-12",
        "-001-01",
        "2026-13",
        "2026-11-17",
    ] {
        let expected = if cycle == "2026-11-17" { 404 } else { 422 };
        assert_eq!(
            status(&format!("sla/jdcloud-matting/demo/{cycle}")),
            expected,
            "{cycle}"
        );
    }
    assert_eq!(
        status("sla/jdcloud-matting/demo/2026-11?policy=%7B%22mood%22%3A1%7D"),
        422
    );
    assert_eq!(status("sla/jdcloud-matting/demo/2026-11?word=nobody"), 400);
    // A month without a call: the formula is 0/0, and nothing is owed.
    let empty = server.get("sla/jdcloud-matting/demo/2026-10");
    assert_eq!(
        empty["result"]["compensation"]["no_compensation_reason"],
        "commitment_met"
    );
    assert_eq!(empty["is_final"], true);
}

#[test]
fn a_client_that_leaves_after_the_deadline_was_not_answered() {
    let server = TestServer::new();
    server.fault(fault("slow").latency("10m"));
    for (wait, outcome) in [("30s", "abandoned"), ("61s", "no_response")] {
        server.clear_journal();
        let mut socket = TcpStream::connect(server.host()).unwrap();
        socket.write_all(&request(&server, b"x", "")).unwrap();
        server.await_events(1);
        server.advance(wait);
        drop(socket);
        assert_eq!(server.newest(1)["outcome"], outcome);
    }
    server.clear_faults();
    assert_eq!(call_with(&server, b"x", &[]).unwrap().status, 200);
    let counts = server.get("sla/jdcloud-matting/demo/2026-11")["counts"].clone();
    assert_eq!(
        (&counts["abandoned"], &counts["silent"], &counts["served"]),
        (&json!(1), &json!(1), &json!(1))
    );
}
