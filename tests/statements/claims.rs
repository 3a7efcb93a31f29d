//! Budgets, claims, their calendar, and what becomes of a claim at each moment.

use super::month::month;
use crate::support::acme::{call, providers};
use crate::support::{TestServer, fault};
use serde_json::{Value, json};

fn state(server: &TestServer) -> Value {
    let all = server.get("sla/claims?provider=jdcloud-matting&world=demo");
    let own = all
        .as_array()
        .unwrap()
        .iter()
        .find(|claim| claim["cycle"] == "2026-11")
        .unwrap();
    own["state"].clone()
}

#[test]
fn a_claim_is_granted_once_within_its_window_and_becomes_a_coupon() {
    let server = month();
    let claim = |server: &TestServer| {
        server.admin(
            "POST",
            "sla/claims",
            json!({"provider": "jdcloud-matting", "world": "demo", "cycle": "2026-11"}),
        )
    };
    assert_eq!(state(&server), "not_over");
    assert_eq!(claim(&server).status, 409);
    // The third working day of December 2026 is the 3rd, a Thursday.
    for (at, expected) in [
        ("2026-12-03T23:59:59+08:00", "too_early"),
        ("2026-12-04T00:00:00+08:00", "open"),
        ("2026-12-31T23:59:59+08:00", "open"),
        ("2027-01-01T00:00:00+08:00", "too_late"),
    ] {
        server.freeze_at(at);
        assert_eq!(state(&server), expected, "{at}");
        if expected != "open" {
            let refused = claim(&server);
            assert_eq!(refused.status, 409);
            assert!(
                refused.text().contains(expected) && refused.text().contains("2026-12-04 to 2026-12-31"),
                "{}",
                refused.text()
            );
        }
    }
    server.freeze_at("2026-12-10T09:00:00+08:00");
    let statement = server.get("sla/jdcloud-matting/demo/2026-11");
    assert_eq!(statement["is_final"], true);
    let granted = claim(&server);
    assert_eq!(granted.status, 201, "{}", granted.text());
    let coupon = granted.json()["coupon"].clone();
    assert_eq!(coupon["fen"], statement["result"]["compensation"]["amount_fen"]);
    assert_eq!(server.get("worlds/demo")["settings"]["coupons"], json!([coupon]));
    assert_eq!(state(&server), "already_granted");
    assert_eq!(claim(&server).status, 409);
    // It pays for calls of this provider.
    server.cutout(&crate::support::fixture("pictures/plain.jpg"));
    assert_eq!(server.get("charges?world=demo")["charges"][0]["coupon_fen"], 8);
}

#[test]
fn a_free_service_compensates_nothing_and_the_claim_says_so() {
    let server = month();
    let free = |free: bool| server.settings(json!({"subscriptions": {"jdcloud-matting": {"free": free}}}));
    free(true);
    assert_eq!(state(&server), "not_over");
    server.freeze_at("2026-12-10T09:00:00+08:00");
    assert_eq!(state(&server), "free_service");
    let claim = json!({"provider": "jdcloud-matting", "world": "demo", "cycle": "2026-11"});
    let refused = server.admin("POST", "sla/claims", claim);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("free_service"), "{}", refused.text());
    free(false);
    assert_eq!(state(&server), "open");
}

#[test]
fn windows_are_a_calendar_with_alarms() {
    let server = month();
    let ics = server.admin("GET", "sla/claims.ics", Value::Null);
    assert_eq!(ics.header("content-type"), "text/calendar; charset=utf-8");
    let text = ics.text().replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "DTSTART;VALUE=DATE:20261204",
        "DTEND;VALUE=DATE:20270101",
        "TRIGGER;RELATED=END:-P3D",
        "UID:jdcloud-matting-demo-2026-11-01@understudy",
    ] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    assert_eq!(
        text,
        server
            .admin("GET", "sla/claims.ics", Value::Null)
            .text()
            .replace("\r\n ", "")
    );
}

#[test]
fn december_has_no_window_before_its_calendar_is_published_and_one_with_a_file() {
    let folder = crate::support::program::Folder::new("calendar");
    let years = json!({"years": {"2027": {"weekday_holidays": ["2027-01-01"], "makeup_workdays": []}}});
    std::fs::write(folder.file("2027.json"), years.to_string()).unwrap();
    for (file, opens) in [
        (None, Value::Null),
        (Some(folder.file("2027.json")), json!("2027-01-07")),
    ] {
        let server = TestServer::with(|settings| settings.sla.calendar = file);
        let claim = server.get("sla/jdcloud-matting/demo/2026-12")["result"]["claim"].clone();
        assert_eq!(claim["opens_on"], opens);
        assert_eq!(claim["closes_on"], "2027-01-31");
    }
    let missing = std::panic::catch_unwind(|| {
        TestServer::with(|settings| settings.sla.calendar = Some("nowhere.json".into()))
    });
    assert!(missing.is_err());
}

#[test]
fn a_ratio_can_be_diluted_and_its_budget_says_by_how_many_calls() {
    let server = month();
    let own = server.get("sla/jdcloud-matting/demo/2026-11/budget");
    let result = &server.get("sla/jdcloud-matting/demo/2026-11")["result"];
    let (requests, failures) = (
        result["counted_requests"].as_i64().unwrap(),
        result["counted_failures"].as_i64().unwrap(),
    );
    assert_eq!(own["spent"]["num"], failures.to_string());
    assert_eq!(
        own["recovers_after_requests"],
        (failures * 100 - requests).to_string()
    );
    assert_eq!(
        (&own["breach_certain"], &own["breach_certain_at"]),
        (&json!(false), &Value::Null)
    );
    server.freeze_at("2026-12-01T00:00:00+08:00");
    let over = server.get("sla/jdcloud-matting/demo/2026-11/budget");
    assert_eq!(
        (&over["breach_certain"], &over["elapsed"]),
        (&json!(true), &over["buckets"])
    );
    assert_eq!(over["breach_certain_at"], "2026-12-01T00:00:00.000000+08:00");
}

#[test]
fn a_mean_over_buckets_is_broken_for_certain_from_an_instant_on() {
    let server = TestServer::emulating(providers(), |_| {});
    server.freeze_at("2026-11-10T10:02:00+08:00");
    server.fault(fault("down").matching("acme-kling").ttl("30d").status(500));
    // 30 days at 99.90 % allow 8.64 bucket errors: the ninth bad bucket in a row breaks it.
    for nth in 1..=12 {
        call(&server.host(), "acme-kling", "", "x");
        server.journal_of(nth);
        server.advance("5m");
        let own = server.get("sla/acme-kling/demo/2026-11/budget");
        assert_eq!(own["spent"], json!({"num": nth.to_string(), "den": "1"}));
        assert_eq!(own["allowed"], json!({"num": "216", "den": "25"}));
        let at = if nth < 9 {
            Value::Null
        } else {
            json!("2026-11-10T10:45:00.000000+08:00")
        };
        assert_eq!(
            (&own["breach_certain"], &own["breach_certain_at"]),
            (&json!(nth >= 9), &at)
        );
    }
    let own = server.get("sla/acme-kling/demo/2026-11/budget");
    assert_eq!(own["alerts"][0]["fires"], true);
    assert_eq!(own["burn"]["1h"], json!({"num": "1000", "den": "1"}));
    let yaml = server
        .admin("GET", "sla/acme-kling/demo/2026-11/openslo.yaml", Value::Null)
        .text();
    for part in [
        "apiVersion: openslo/v1",
        "budgetingMethod: RatioTimeslices",
        "timeSliceWindow: 5m",
        "target: 0.999",
        "timeZone: Asia/Shanghai",
    ] {
        assert!(yaml.contains(part), "{part}\n{yaml}");
    }
}
