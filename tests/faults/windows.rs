//! When faults are in force: windows, ramps, repeats and lives, on the clock of the call's world.

use super::*;

fn is_struck(server: &TestServer) -> bool {
    call_with(server, b"x", &[]).unwrap().status == 500
}

fn fault(window: Value) -> Value {
    json!({"id": "one", "window": window, "effect": {"kind": "status", "status": 500}})
}

#[test]
fn windows_open_close_and_come_again_with_the_clock() {
    let server = TestServer::new();
    arm(
        &server,
        fault(json!({"from": "2026-11-22T12:10+08:00", "for": "5m", "repeat": "20m"})),
    );
    let mut seen = Vec::new();
    for _ in 0..12 {
        seen.push(is_struck(&server));
        advance(&server, "5m");
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
    advance(&server, "20m");
    assert_eq!(
        (is_struck(&server), &server.get("faults/one")["state"]),
        (false, &json!("over"))
    );
}

#[test]
fn a_ramp_raises_the_share() {
    let server = TestServer::new();
    let mut ramped = fault(json!({"ramp": "40m"}));
    ramped["by"] = json!("ordinal");
    arm(&server, ramped);
    let share = |calls: usize| (0..calls).filter(|_| is_struck(&server)).count();
    assert_eq!(share(40), 0);
    advance(&server, "10m");
    let quarter = share(200);
    advance(&server, "20m");
    let most = share(200);
    advance(&server, "15m");
    assert_eq!(share(40), 40);
    assert!(
        (20..80).contains(&quarter) && (120..180).contains(&most),
        "{quarter} {most}"
    );
}

#[test]
fn a_world_with_a_clock_of_its_own_has_windows_of_its_own() {
    let server = TestServer::new();
    let made = server.admin("POST", "worlds", json!({"name": "later"})).json();
    let keys = &made["credentials"]["jdcloud"];
    let keys = (keys["appkey"].as_str().unwrap(), keys["secret"].as_str().unwrap());
    arm(
        &server,
        fault(json!({"from": "2026-11-22T12:30+08:00", "for": "5m"})),
    );
    server.admin("POST", "clock/advance?world=later", json!({"by": "31m"}));
    // The signature is compared with the world's time here, 31 minutes ahead.
    let at = server.now() + Duration::from_secs(31 * 60);
    let query = app_query(keys.0, keys.1, at);
    let later = server.send(
        "POST",
        &format!("http://{}/api/cutout?{query}", server.host()),
        &[],
        b"x",
    );
    assert_eq!((later.status, is_struck(&server)), (500, false));
}

#[test]
fn a_life_ends_and_nothing_lives_for_ever() {
    let server = TestServer::new();
    let mut short = fault(json!({}));
    short["ttl"] = json!("90s");
    arm(&server, short);
    assert!(is_struck(&server));
    advance(&server, "89s");
    assert!(is_struck(&server));
    advance(&server, "1s");
    assert!(!is_struck(&server));
    // What says nothing lives an hour.
    arm(&server, fault(json!({})));
    assert_eq!(
        server.get("faults/one")["ends"],
        "2026-11-22T13:01:30.000000+08:00"
    );
    let strict = TestServer::with(|settings| settings.faults.ttl = None);
    let answer = strict.admin("POST", "faults", fault(json!({})));
    assert_eq!((answer.status, &answer.json()["field"]), (422, &json!("ttl")));
}
