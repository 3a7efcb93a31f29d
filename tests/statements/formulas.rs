//! A month through the pipeline under each formula, against a recount of its journal row by row.

use crate::support::TestServer;
use crate::support::acme::{call, providers};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy::clock::Time;
use understudy::sla::{Ratio, ratio, to_json, whole};

/// A fault that only calls that ask for it meet.
fn fault(product: &str, id: &str, effect: Value, cause: Value) -> Value {
    let fault = crate::support::fault(id)
        .matching(product)
        .on_request()
        .ttl("60d");
    fault.effect(effect).cause(cause).into()
}

fn windowed(fault: Value, from: &str) -> Value {
    let mut fault = fault;
    fault["window"] = json!({"from": from});
    fault
}

/// Gives the demo world packs of a product; calls beyond them are charged.
fn buy(server: &TestServer, product: &str, packs: Value) {
    server.settings(json!({"subscriptions": {product: {"packs": packs, "beyond": "charge"}}}));
}

fn down() -> Value {
    json!({"kind": "status", "status": 503})
}

fn early() -> Value {
    json!({"kind": "reset", "when": "before-read"})
}

/// A server that emulates the made-up providers, at the start of 2 November 2026.
fn server() -> TestServer {
    let server = TestServer::emulating(providers(), |settings| {
        settings.journal.max_bytes = bytesize::ByteSize::mib(64)
    });
    server.freeze_at("2026-11-02T00:00:00+08:00");
    server
}

/// Drives traffic over a month: bursts of calls at a few moments of most days, the clock advanced between them.
fn drive(server: &TestServer, product: &str, faults: &[&str]) {
    let host = server.host();
    let mut calls = 0;
    for day in 0..38_u64 {
        for burst in 0..2_u64 {
            for nth in 0..(1 + (day * 7 + burst * 3) % 6) {
                let at = day * 31 + burst * 17 + nth * 5;
                // Two calls of three go well.
                let fault = if at % 3 == 0 {
                    faults[(at / 3) as usize % faults.len()]
                } else {
                    "none"
                };
                let body = if at % 11 == 0 { "" } else { "x" };
                call(&host, product, fault, body);
                calls += 1;
            }
            server.admin(
                "POST",
                "clock/advance",
                json!({"by": if burst == 0 { "7m" } else { "23h50m" }}),
            );
        }
    }
    server.journal_of(calls);
}

/// Rows of a span of days, the oldest first.
fn rows(server: &TestServer, from: &str, to: &str) -> Vec<Value> {
    let all = server.get("journal?limit=100000");
    let within = |row: &&Value| {
        let day = &row["arrived"].as_str().unwrap()[..10];
        from <= day && day <= to
    };
    all.as_array().unwrap().iter().filter(within).cloned().collect()
}

fn bucket(row: &Value) -> i64 {
    let at: Time = row["arrived"].as_str().unwrap().parse().unwrap();
    at.micros().div_euclid(300_000_000)
}

fn fault_of(row: &Value) -> &str {
    row["attribution"]["fault"].as_str().unwrap_or_default()
}

fn is_undelivered(row: &Value) -> bool {
    ["reset_before_read", "refused_connection"].contains(&row["outcome"].as_str().unwrap())
}

/// The mean of five-minute error rates, added one by one.
fn mean(rows: &[Value], days: i64, valid: &dyn Fn(&Value) -> bool, error: &dyn Fn(&Value) -> bool) -> Ratio {
    let mut buckets: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for row in rows {
        let own = buckets.entry(bucket(row)).or_default();
        own.0 += u64::from(valid(row));
        own.1 += u64::from(error(row));
    }
    let mut sum = whole(0);
    for (valid, errors) in buckets.into_values() {
        sum += match (valid, errors) {
            (_, 0) => whole(0),
            (valid, errors) if errors >= valid => whole(1),
            (valid, errors) => ratio(errors, valid),
        };
    }
    whole(1) - sum / whole(days * 288)
}

fn status(row: &Value) -> i64 {
    row["status"].as_i64().unwrap_or(0)
}

#[test]
fn a_month_of_a_ratio_of_requests() {
    let (server, product) = (server(), "acme-jd_hetu");
    let party = |party: &str| json!({"party": party, "code": "JD-X03"});
    server.fault(json!([
        fault(product, "down", down(), json!({})),
        fault(product, "hang", json!({"kind": "hang", "for": "30s"}), json!({})),
        fault(product, "reset", json!({"kind": "reset"}), json!({})),
        fault(product, "early", early(), json!({})),
        fault(product, "carrier", json!({"kind": "close"}), party("carrier")),
        windowed(
            fault(
                product,
                "noticed",
                json!({"kind": "close"}),
                json!({"code": "JD-X01", "notice": "mw"})
            ),
            "2026-11-02T00:05+08:00"
        ),
        fault(
            product,
            "unnoticed",
            json!({"kind": "close"}),
            json!({"code": "JD-X01"})
        ),
        fault(product, "maintenance", json!({"kind": "maintenance"}), json!({})),
    ]));
    // A frozen clock lets a hang end only when it is advanced.
    server.admin(
        "PUT",
        "clock",
        json!({"now": "2026-11-02T00:10:00+08:00", "scale": 600, "frozen": false}),
    );
    let faults = [
        "down",
        "hang",
        "reset",
        "early",
        "carrier",
        "noticed",
        "unnoticed",
        "maintenance",
    ];
    drive(&server, product, &faults);
    for (cycle, from, to) in [
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026-12", "2026-12-01", "2026-12-31"),
    ] {
        let (mut sent, mut failed, mut fees) = (0, 0, 0);
        for row in rows(&server, from, to) {
            let outcome = row["outcome"].as_str().unwrap();
            let is_failure =
                ["no_response", "reset_after_read", "late"].contains(&outcome) || is_undelivered(&row);
            fees += row["fee_fen"].as_i64().unwrap();
            if is_failure && ["carrier", "noticed"].contains(&fault_of(&row)) {
                continue;
            }
            sent += 1;
            failed += i64::from(is_failure);
        }
        assert!(sent > 20 && failed > 3, "{cycle}: {sent} {failed}");
        let statement = server.get(&format!("sla/{product}/demo/{cycle}"));
        let result = &statement["result"];
        assert_eq!(
            (&result["counted_requests"], &result["counted_failures"]),
            (&json!(sent), &json!(failed))
        );
        let availability = whole(1) - ratio(failed, sent);
        assert_eq!(result["availability"], to_json(&availability));
        let percent = if availability >= ratio(95, 100) {
            15
        } else if availability >= ratio(90, 100) {
            30
        } else {
            60
        };
        let raw = ratio(fees * percent, 100);
        let due = (raw + ratio(1, 2)).floor().to_integer();
        assert_eq!(result["compensation"]["amount_fen"].to_string(), due.to_string());
        let anew = server.get(&format!("sla/{product}/demo/{cycle}?from=rows"));
        assert_eq!((&anew["result"], &anew["counts"]), (result, &statement["counts"]));
    }
}

#[test]
fn a_term_of_means_over_buckets_with_two_availabilities_and_a_pack() {
    let (server, product) = (server(), "acme-kling");
    let packs = json!([{"id": "quarter", "start": "2026-11-05", "months": 3, "units": 0, "price_fen": 200_000, "coupon_fen": 50_000}]);
    buy(&server, product, packs);
    server.fault(json!([
        fault(product, "down", down(), json!({})),
        fault(product, "silent", json!({"kind": "close"}), json!({})),
        fault(product, "early", early(), json!({})),
        fault(product, "carrier", early(), json!({"party": "carrier"})),
        fault(product, "upgrade", down(), json!({"code": "KL-D1"})),
        windowed(
            fault(
                product,
                "noticed",
                down(),
                json!({"code": "KL-C01", "notice": "mw"})
            ),
            "2026-11-02T00:05+08:00"
        ),
        fault(product, "unnoticed", down(), json!({"code": "KL-C01"})),
        fault(product, "lost", down(), json!({"code": "KL-C04"})),
    ]));
    server.advance("10m");
    let faults = [
        "down",
        "silent",
        "early",
        "carrier",
        "upgrade",
        "noticed",
        "unnoticed",
        "lost",
    ];
    drive(&server, product, &faults);
    let cycles = [
        ("2026-11", "2026-11-05", "2026-11-30", 26),
        ("2026-12", "2026-12-01", "2026-12-31", 31),
    ];
    for (cycle, from, to, days) in cycles {
        let all = rows(&server, from, to);
        let valid = |row: &Value| !is_undelivered(row);
        let error = |row: &Value| {
            let is_error = if is_undelivered(row) {
                fault_of(row) == "early"
            } else {
                status(row) >= 500
            };
            is_error && fault_of(row) != "upgrade"
        };
        let published = mean(&all, days, &valid, &error);
        let compensable = mean(&all, days, &valid, &|row| {
            error(row) && !["noticed", "lost"].contains(&fault_of(row))
        });
        let statement = server.get(&format!("sla/{product}/demo/{cycle}"));
        let result = &statement["result"];
        assert!(published < compensable && compensable < whole(1));
        assert_eq!(result["availability_published"], to_json(&published));
        assert_eq!(result["availability_compensable"], to_json(&compensable));
        assert_eq!(result["availability"], result["availability_compensable"]);
        assert_eq!(
            (&result["cycle"]["start"], &result["cycle"]["end"]),
            (&json!(from), &json!(to))
        );
        // The pack's price belongs to the cycle in which it was bought.
        let calls: i64 = all.iter().map(|row| row["fee_fen"].as_i64().unwrap()).sum();
        let gross = calls + if cycle == "2026-11" { 200_000 } else { 0 };
        let cash = gross - if cycle == "2026-11" { 50_000 } else { 0 };
        assert_eq!(result["monthly_fee_fen"], to_json(&whole(gross)));
        let percent = if compensable >= ratio(999, 1000) {
            0
        } else if compensable >= ratio(99, 100) {
            10
        } else if compensable >= ratio(95, 100) {
            25
        } else {
            50
        };
        let due = ratio(gross * percent, 100).min(ratio(cash * 50, 100));
        let due = (due + ratio(1, 2)).floor().to_integer();
        assert_eq!(result["compensation"]["amount_fen"].to_string(), due.to_string());
        let anew = server.get(&format!("sla/{product}/demo/{cycle}?from=rows"));
        assert_eq!((&anew["result"], &anew["vector"]), (result, &statement["vector"]));
    }
    // Spread over its days, the price lies in every cycle, and cycles outside of the term there are none.
    let spread = server.get(&format!(
        "sla/{product}/demo/2026-12?policy=%7B%22pack_attribution%22%3A%22days_prorata%22%7D"
    ));
    let december: i64 = rows(&server, "2026-12-01", "2026-12-31")
        .iter()
        .map(|row| row["fee_fen"].as_i64().unwrap())
        .sum();
    assert_eq!(
        spread["result"]["monthly_fee_fen"],
        to_json(&(whole(december) + ratio(200_000 * 31, 92)))
    );
    let outside = server.admin("GET", &format!("sla/{product}/demo/2027-03"), Value::Null);
    assert_eq!(outside.status, 404);
    assert!(
        outside.text().contains("2027-02-01 to 2027-02-04"),
        "{}",
        outside.text()
    );
}

#[test]
fn a_package_of_means_over_buckets_with_inputs_out_of_specification() {
    let (server, product) = (server(), "acme-tupu");
    let packs = json!([{"id": "year", "start": "2026-11-10", "until": "2026-11-22", "price_fen": 1_000_000}]);
    buy(&server, product, packs);
    server.advance_to("2026-11-03T00:10:00+08:00");
    server.fault(json!([
        fault(product, "down", down(), json!({})),
        fault(product, "silent", json!({"kind": "close"}), json!({})),
        fault(product, "early", early(), json!({})),
        fault(
            product,
            "crowd",
            down(),
            json!({"party": "carrier", "code": "TP-X02"})
        ),
        fault(
            product,
            "spec",
            down(),
            json!({"party": "client", "code": "TP-S04"})
        ),
        fault(
            product,
            "long-text",
            down(),
            json!({"party": "client", "code": "TP-S06"})
        ),
        windowed(
            fault(
                product,
                "noticed",
                down(),
                json!({"code": "TP-X01", "notice": "mw-1", "notice_at": "2026-11-02T00:00:00+08:00"})
            ),
            "2026-11-03T00:00+08:00"
        ),
        windowed(
            fault(
                product,
                "same-day",
                down(),
                json!({"code": "TP-X01", "notice": "mw-2", "notice_at": "2026-11-03T00:01:00+08:00"})
            ),
            "2026-11-03T00:05+08:00"
        ),
    ]));
    // Eight bad buckets in a row: the package allows less than four.
    server.advance_to("2026-11-10T10:00:00+08:00");
    for nth in 1..=8 {
        call(&server.host(), product, "down", "x");
        server.journal_of(nth);
        server.advance("5m");
    }
    let faults = [
        "down",
        "silent",
        "early",
        "crowd",
        "spec",
        "long-text",
        "noticed",
        "same-day",
    ];
    drive(&server, product, &faults);
    let all = rows(&server, "2026-11-10", "2026-11-22");
    let valid = |row: &Value| !is_undelivered(row) && !(400..500).contains(&status(row));
    let fails = |row: &Value| is_undelivered(row) || status(row) >= 500 || row["outcome"] == "no_response";
    let counts = |row: &Value| fails(row) && !["crowd", "spec", "noticed"].contains(&fault_of(row));
    let own = mean(&all, 13, &valid, &counts);
    for cycle in ["2026-11", "2026-11-10"] {
        let statement = server.get(&format!("sla/{product}/demo/{cycle}"));
        assert_eq!(statement["result"]["availability"], to_json(&own));
        assert_eq!(
            statement["result"]["compensation"]["no_compensation_reason"],
            "no_compensation_clause"
        );
    }
    let all_spec = server.get(&format!(
        "sla/{product}/demo/2026-11?policy=%7B%22spec_excludes%22%3A%22all%22%7D"
    ));
    let other = mean(&all, 13, &valid, &|row| {
        counts(row) && fault_of(row) != "long-text"
    });
    assert_eq!(all_spec["result"]["availability"], to_json(&other));
    assert!(other > own);
    // The pack pays for every call: nothing is charged beside it.
    assert!(all.iter().all(|row| row["fee_fen"] == 0));
}

#[test]
fn an_agreement_that_promises_nothing_says_so() {
    let (server, product) = (server(), "acme-facepp");
    server.fault(json!([
        fault(product, "down", down(), json!({})),
        fault(product, "silent", json!({"kind": "close"}), json!({}))
    ]));
    drive(&server, product, &["down", "silent"]);
    let all = rows(&server, "2026-11-01", "2026-11-30");
    let failed = all
        .iter()
        .filter(|row| status(row) >= 500 || row["outcome"] == "no_response")
        .count();
    let result = server.get(&format!("sla/{product}/demo/2026-11"))["result"].clone();
    assert_eq!(
        result["availability"],
        to_json(&(whole(1) - ratio(failed, all.len())))
    );
    assert_eq!(
        (
            &result["compensation"]["no_compensation_reason"],
            &result["claim"]
        ),
        (&json!("no_sla"), &Value::Null)
    );
    assert_eq!(
        server
            .admin("GET", &format!("sla/{product}/demo/2026-11/budget"), Value::Null)
            .status,
        422
    );
    assert_eq!(
        server
            .admin(
                "GET",
                &format!("sla/{product}/demo/2026-11/openslo.yaml"),
                Value::Null
            )
            .status,
        422
    );
    // The agreements of products that are not emulated are there too, over no calls at all.
    assert_eq!(
        server.get("sla/facepp/demo/2026-11")["result"]["compensation"]["no_compensation_reason"],
        "no_sla"
    );
    assert_eq!(
        server.get("sla/kling/demo/2026-11")["result"]["availability_pct_floor4"],
        "100.0000"
    );
}
