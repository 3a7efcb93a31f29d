//! Bodies that are not what they seem: refused whole, and nothing changes.

use super::super::support::TestServer;
use super::super::support::program::Folder;
use serde_json::{Value, json};

/// Sends a body as it is written.
fn raw(server: &TestServer, method: &str, path: &str, body: &str) -> (u16, Value) {
    let answer = server.send(method, &server.admin_url(path), &[], body.as_bytes());
    (answer.status, answer.json())
}

/// What a refusal must not have changed.
fn state(server: &TestServer) -> Value {
    let of = |path: &str| server.get(path);
    let mut worlds = of("worlds");
    for world in worlds.as_array_mut().unwrap() {
        world["clock"] = Value::Null;
    }
    json!([
        worlds,
        of("worlds/demo/keys"),
        of("faults"),
        of("faults/tape/state"),
        of("expectations"),
        of("jobs"),
        of("clock")["now"],
        of("journal?limit=9").as_array().unwrap().len()
    ])
}

fn prepared() -> TestServer {
    let server = TestServer::new();
    server.settings(json!({"balance_fen": 5, "limits": {"*": {"concurrency": 3}}}));
    server.fault(json!({"id": "busy", "effect": {"kind": "close"}, "match": {"path": "/never"}}));
    assert_eq!(server.admin("POST", "worlds", json!({"name": "w1"})).status, 201);
    server
}

#[test]
fn what_is_no_single_object_of_single_names_is_refused() {
    let server = prepared();
    let before = state(&server);
    for (method, path, body, status, field) in [
        ("POST", "worlds", r#"["w2", {}]"#, 422, ""),
        ("POST", "worlds", r#"{"name": "w2"} {"name": "w3"}"#, 400, ""),
        ("POST", "worlds", r#"{"name": "w2"} zzz"#, 400, ""),
        ("POST", "worlds", r#"{"name": "w2", "name": "w3"}"#, 422, ""),
        ("POST", "worlds", "", 400, ""),
        ("PATCH", "worlds/demo", r#"{"settings": []}"#, 422, "settings"),
        ("PATCH", "worlds/demo", r#"{"settings": null}"#, 422, "settings"),
        (
            "PATCH",
            "worlds/demo",
            r#"{"settings": {"limits": {"*": [1]}}}"#,
            422,
            "settings.limits.*",
        ),
        (
            "PATCH",
            "worlds/demo",
            r#"{"settings": {"capture": true, "capture": false}}"#,
            422,
            "settings",
        ),
        (
            "PATCH",
            "worlds/demo",
            r#"{"settings": {"language": 5}}"#,
            422,
            "settings.language",
        ),
        (
            "PATCH",
            "worlds/demo/keys/d3a0d3a0d3a0d3a0d3a0d3a0d3a00001",
            r#"{"state": 5}"#,
            422,
            "state",
        ),
        ("PUT", "clock", "[null, null, true, false]", 422, ""),
        (
            "PUT",
            "clock",
            r#"{"follow": true, "frozen": true}"#,
            422,
            "follow",
        ),
        ("POST", "clock/advance", r#"{"by": "1s"}{"by": "2s"}"#, 400, ""),
        ("POST", "clock/advance", r#"{"by": "5M"}"#, 422, "by"),
        ("POST", "clock/advance", r#"{"by": "20000y"}"#, 422, "by"),
        ("POST", "reset", "[]", 422, ""),
        ("POST", "reset", r#"["w1"]"#, 422, ""),
        ("PUT", "faults/tape", "", 422, "line 1"),
        (
            "POST",
            "faults",
            r#"{"effect": {"kind": "close"}, "match": []}"#,
            422,
            "match",
        ),
        (
            "POST",
            "faults",
            r#"{"effect": {"kind": "close", "kind": "hang"}}"#,
            422,
            "effect",
        ),
        (
            "POST",
            "faults",
            r#"{"effect": {"kind": "close"}, "match": {"method": "PSOT"}}"#,
            422,
            "match.method",
        ),
        (
            "POST",
            "faults",
            r#"{"effect": {"kind": "close"}, "match": {"content": "+ff"}}"#,
            422,
            "match.content",
        ),
        (
            "POST",
            "faults",
            r#"{"id": "none", "effect": {"kind": "close"}}"#,
            422,
            "id",
        ),
        (
            "POST",
            "expectations",
            r#"{"match": [], "verdicts": [{}]}"#,
            422,
            "match",
        ),
        ("POST", "worlds/demo/keys", r#"["jdcloud", "aksk"]"#, 422, ""),
        (
            "POST",
            "worlds/demo/keys",
            r#"{"vendor": "jdcloud", "operations": []}"#,
            422,
            "operations",
        ),
    ] {
        let (found, problem) = raw(&server, method, path, body);
        assert_eq!(found, status, "{method} {path} {body}: {problem}");
        assert_eq!(
            problem["field"].as_str().unwrap_or(""),
            field,
            "{method} {path} {body}: {problem}"
        );
        assert_eq!(state(&server), before, "{method} {path} {body}");
    }
}

#[test]
fn a_body_is_refused_where_none_is_taken_and_nothing_is_halted_or_removed() {
    let server = prepared();
    let before = state(&server);
    for (method, path) in [
        ("DELETE", "faults"),
        ("DELETE", "journal"),
        ("DELETE", "worlds/w1"),
        ("POST", "faults/halt"),
        ("GET", "worlds"),
    ] {
        let (status, problem) = raw(&server, method, path, r#"{"world": "w1"}"#);
        assert_eq!(status, 400, "{method} {path}: {problem}");
        assert_eq!(state(&server), before, "{method} {path}");
    }
    // Some clients send an empty object with every request.
    assert_eq!(raw(&server, "POST", "faults/halt", "{}").0, 200);
}

#[test]
fn a_name_that_is_removed_must_be_one() {
    let server = prepared();
    let before = state(&server);
    for (patch, field, nearest) in [
        (json!({"blance_fen": null}), "settings.blance_fen", "balance_fen"),
        (
            json!({"limits": {"jdcloud-mating/cutout": null}}),
            "settings.limits.jdcloud-mating/cutout",
            "jdcloud-matting/cutout",
        ),
        (
            json!({"limits": {"*": {"ratee": null}}}),
            "settings.limits.*.ratee",
            "rate",
        ),
        (
            json!({"prices": {"jdcloud-matting/cutot": null}}),
            "settings.prices.jdcloud-matting/cutot",
            "jdcloud-matting/cutout",
        ),
        (
            json!({"strictness": {"tupu.picturs": null}}),
            "settings.strictness.tupu.picturs",
            "tupu.pictures",
        ),
    ] {
        let answer = server.admin("PATCH", "worlds/demo", json!({ "settings": patch }));
        let problem = answer.json();
        assert_eq!(
            (answer.status, &problem["field"]),
            (422, &json!(field)),
            "{problem}"
        );
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains(&format!("did you mean {nearest:?}?")), "{told}");
        assert_eq!(state(&server), before);
    }
    // What is not set may be removed again.
    server.settings(json!({"overdraft_fen": null, "prices": {"jdcloud-matting/cutout": null},
        "limits": {"*": {"rate": null}, "tupu": null}, "tasks": {"tupu": null}, "strictness": {"tupu.pictures": null}}));
}

#[test]
fn a_refusal_to_erase_the_demo_world_loses_no_job() {
    let server = TestServer::new();
    let fields = json!({"content": "x", "callbackUrl": "http://127.0.0.1:9/"});
    server.tupu("/v3/recognition/text/async/", &fields);
    server.tupu("/v3/recognition/text/", &json!({"text": [{"content": "x"}]}));
    let history = || server.tupu("/v3/management/history/text/", &json!({}))["total"].clone();
    let kept = history();
    assert_eq!(server.admin("DELETE", "worlds/demo", Value::Null).status, 422);
    assert_eq!(server.get("jobs").as_array().unwrap().len(), 1);
    assert_eq!(history(), kept);
}

#[test]
fn money_stays_within_what_can_be_added_up() {
    let server = TestServer::new();
    let price =
        |fen: i64| json!({"settings": {"prices": {"jdcloud-matting/cutout": [{"from": 1, "fen": fen}]}}});
    assert_eq!(server.admin("PATCH", "worlds/demo", price(i64::MAX)).status, 422);
    assert_eq!(
        server.admin("PATCH", "worlds/demo", price(1_000_000_000)).status,
        200
    );
    for settings in [
        json!({"balance_fen": i64::MAX}),
        json!({"coupons": [{"id": "c", "fen": u64::MAX}]}),
        json!({"prices": {"jdcloud-matting/cutout": []}}),
        json!({"prices": {"jdcloud-matting/cutout": [{"from": 0, "fen": 1}]}}),
    ] {
        let answer = server.admin("PATCH", "worlds/demo", json!({ "settings": settings }));
        assert_eq!(answer.status, 422, "{settings}");
    }
}

#[test]
fn what_is_not_there_is_told_with_its_nearest_name() {
    let server = prepared();
    for (path, nearest) in [
        ("faults/bussy", "busy"),
        ("faults?world=w11", "w1"),
        ("charges?provider=tupuu", "tupu"),
        ("worlds/demo/provider-keys/tupuu.pem", "tupu"),
        ("clock?world=W1", "w1"),
    ] {
        let answer = server.admin("GET", path, Value::Null);
        let problem = answer.json();
        assert_eq!(answer.status, 404, "{path}: {problem}");
        let told = problem["detail"].as_str().unwrap();
        assert!(
            told.contains(&format!("did you mean {nearest:?}?")),
            "{path}: {told}"
        );
        assert!(problem["field"].is_string(), "{path}: {problem}");
    }
    for cycle in ["20261110", "2026-11-10T00", "+002026-11-10"] {
        let path = format!("sla/jdcloud-matting/demo/{cycle}");
        assert_eq!(server.admin("GET", &path, Value::Null).status, 422, "{cycle}");
    }
}

#[test]
fn a_reset_leaves_out_faults_of_worlds_that_are_gone() {
    let folder = Folder::new("reset-gone");
    let url = format!("sqlite:{}", folder.file("u.db").display());
    let server = |faults: Value| {
        TestServer::with(|settings| {
            settings.store.url.clone_from(&url);
            settings.fault = serde_json::from_value(faults).unwrap();
        })
    };
    let first = server(json!([]));
    assert_eq!(first.admin("POST", "worlds", json!({"name": "w9"})).status, 201);
    drop(first);
    let close =
        |id: &str, world: &str| json!({"id": id, "effect": {"kind": "close"}, "match": {"world": world}});
    let server = server(json!([close("here", "demo"), close("there", "w9")]));
    assert_eq!(server.admin("DELETE", "worlds/w9", Value::Null).status, 204);
    let answer = server.admin("POST", "reset", json!({"ledger": true}));
    assert_eq!(
        (answer.status, &answer.json()["faults"]),
        (200, &json!(1)),
        "{}",
        answer.text()
    );
}
