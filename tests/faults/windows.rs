//! When faults are in force: windows, ramps, repeats and lives, on the clock of the call's world.

use super::*;
use crate::support::fault::FaultBuilder;

fn is_struck(server: &TestServer) -> bool {
    call_with(server, b"x", &[]).unwrap().status == 500
}

/// A 500 for every call within a window.
fn within(window: Value) -> FaultBuilder {
    fault("one").window(window).status(500)
}

#[test]
fn windows_open_close_and_come_again_with_the_clock() {
    let server = TestServer::new();
    server.fault(within(
        json!({"from": "2026-11-22T12:10+08:00", "for": "5m", "repeat": "20m"}),
    ));
    let mut seen = Vec::new();
    for _ in 0..12 {
        seen.push(is_struck(&server));
        server.advance("5m");
    }
    let expected: Vec<bool> = [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]
        .iter()
        .map(|on| *on == 1)
        .collect();
    assert_eq!(seen, expected);
    // An hour after its first window began, its life is over.
    assert_eq!(
        server.get("faults/one")["ends"],
        "2026-11-22T13:10:00.000000+08:00"
    );
    server.advance("20m");
    assert_eq!(
        (is_struck(&server), &server.get("faults/one")["state"]),
        (false, &json!("over"))
    );
}

#[test]
fn a_ramp_raises_the_share() {
    let server = TestServer::new();
    server.fault(within(json!({"ramp": "40m"})).with("by", "ordinal"));
    let share = |calls: usize| (0..calls).filter(|_| is_struck(&server)).count();
    assert_eq!(share(40), 0);
    server.advance("10m");
    let quarter = share(200);
    server.advance("20m");
    let most = share(200);
    server.advance("15m");
    assert_eq!(share(40), 40);
    assert!(
        (20..80).contains(&quarter) && (120..180).contains(&most),
        "{quarter} {most}"
    );
}

#[test]
fn a_world_with_a_clock_of_its_own_has_windows_of_its_own() {
    let server = TestServer::new();
    let world = server.world("later");
    server.fault(within(json!({"from": "2026-11-22T12:30+08:00", "for": "5m"})));
    server.admin("POST", "clock/advance?world=later", json!({"by": "31m"}));
    // The signature is compared with the world's time here, 31 minutes ahead.
    let at = server.now() + Duration::from_secs(31 * 60);
    let (appkey, secret) = (
        world.credential("jdcloud", "appkey"),
        world.credential("jdcloud", "secret"),
    );
    let query = app_key_query(appkey, secret, at);
    let later = server.send("POST", &server.url(&format!("/api/cutout?{query}")), &[], b"x");
    assert_eq!((later.status, is_struck(&server)), (500, false));
}

#[test]
fn a_life_ends_and_nothing_lives_for_ever() {
    let server = TestServer::new();
    server.fault(fault("one").status(500).ttl("90s"));
    assert!(is_struck(&server));
    server.advance("89s");
    assert!(is_struck(&server));
    server.advance("1s");
    assert!(!is_struck(&server));
    // What says nothing lives an hour.
    server.fault(fault("one").status(500));
    assert_eq!(
        server.get("faults/one")["ends"],
        "2026-11-22T13:01:30.000000+08:00"
    );
    let strict = TestServer::with(|settings| settings.faults.ttl = None);
    let answer = strict.admin("POST", "faults", fault("one").status(500).into());
    assert_eq!((answer.status, &answer.json()["field"]), (422, &json!("ttl")));
}
