//! The virtual clock through the admin API, and where it shows.

use super::support::{TestServer, fixture};
use serde_json::json;

#[test]
fn the_clock_is_set_frozen_scaled_and_advanced() {
    let server = TestServer::new();
    assert_eq!(server.get("clock")["now"], "2026-11-22T12:00:00.000000+08:00");
    let set = server
        .admin("PUT", "clock", json!({"now": "2026-12-01T00:00:00+08:00"}))
        .json();
    assert_eq!(
        (&set["now"], &set["frozen"]),
        (&json!("2026-12-01T00:00:00.000000+08:00"), &json!(true))
    );
    server.advance("31d");
    assert_eq!(server.get("clock")["now"], "2027-01-01T00:00:00.000000+08:00");
    let scaled = server
        .admin("PUT", "clock", json!({"scale": 3600, "frozen": false}))
        .json();
    assert_eq!(scaled["scale"], 3600.0);
    assert!(server.get("clock")["now"].as_str().unwrap() > "2027-01-01T00:00:00.000000+08:00");
}

#[test]
fn impossible_changes_are_refused() {
    let server = TestServer::new();
    for body in [
        json!({"scale": 0}),
        json!({"scale": 1e9}),
        json!({"now": "tomorrow"}),
        json!({"speed": 2}),
    ] {
        assert_eq!(server.admin("PUT", "clock", body.clone()).status, 422, "{body}");
    }
    for body in [
        json!({}),
        json!({"by": "1s", "to": "2027-01-01T00:00:00Z"}),
        json!({"by": "soon"}),
        json!({"to": "2020-01-01T00:00:00Z"}),
    ] {
        assert_eq!(
            server.admin("POST", "clock/advance", body.clone()).status,
            422,
            "{body}"
        );
    }
    assert_eq!(
        server.admin("GET", "clock?world=nowhere", json!(null)).status,
        404
    );
    assert_eq!(server.get("clock")["now"], "2026-11-22T12:00:00.000000+08:00");
}

#[test]
fn a_world_may_have_a_clock_of_its_own_and_follow_again() {
    let server = TestServer::new();
    server.world("later");
    server.admin("POST", "clock/advance?world=later", json!({"by": "1d"}));
    assert_eq!(
        server.get("clock?world=later")["now"],
        "2026-11-23T12:00:00.000000+08:00"
    );
    assert_eq!(server.get("clock")["now"], "2026-11-22T12:00:00.000000+08:00");
    server.admin("PUT", "clock?world=later", json!({"follow": true}));
    assert_eq!(server.get("clock?world=later")["own"], false);
    assert_eq!(
        server.get("clock?world=later")["now"],
        "2026-11-22T12:00:00.000000+08:00"
    );
}

#[test]
fn date_header_journal_and_usage_follow_the_clock() {
    let server = TestServer::new();
    server.admin("PUT", "clock", json!({"now": "2027-02-03T04:05:06+08:00"}));
    let answer = server.cutout(&fixture("pictures/plain.jpg"));
    assert_eq!(answer.header("date"), "Tue, 02 Feb 2027 20:05:06 GMT");
    assert_eq!(
        server.get("journal")[0]["arrived"],
        "2027-02-03T04:05:06.000000+08:00"
    );
    assert_eq!(server.get("usage")[0]["day"], "2027-02-03");
}
