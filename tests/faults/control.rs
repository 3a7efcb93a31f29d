//! The admin routes: what is refused, replacement of a set, the kill switch, caps, asking by header, the shell.

use super::*;
use crate::support::program::{Folder, Program, pause, run};

#[test]
fn impossible_faults_name_their_field_and_nothing_is_half_applied() {
    let server = TestServer::new();
    let close = json!({"kind": "close"});
    let cases = [
        (json!({}), "effect"),
        (json!({"effect": {}}), "effect.kind"),
        (json!({"effect": {"kind": "explode"}}), "effect.kind"),
        (json!({"effect": {"kind": "close", "when": "now"}}), "effect.when"),
        (json!({"effect": {"kind": "status"}}), "effect.status"),
        (
            json!({"effect": {"kind": "status", "status": 99}}),
            "effect.status",
        ),
        (
            json!({"effect": {"kind": "status", "status": 200, "headers": {"Content-Length": "1"}}}),
            "effect.headers.Content-Length",
        ),
        (
            json!({"effect": {"kind": "refusal", "reason": "mood"}}),
            "effect.reason",
        ),
        (json!({"effect": {"kind": "latency"}}), "effect.fixed"),
        (
            json!({"effect": {"kind": "latency", "fixed": "soon"}}),
            "effect.fixed",
        ),
        (json!({"effect": {"kind": "drip", "rate": "0 B"}}), "effect.rate"),
        (
            json!({"effect": {"kind": "truncate", "after": "150%"}}),
            "effect.after",
        ),
        (
            json!({"effect": {"kind": "truncate"}, "stage": "arrival"}),
            "stage",
        ),
        (json!({"effect": close, "toxicity": 1.5}), "toxicity"),
        (json!({"effect": close, "toxicity": -0.1}), "toxicity"),
        (json!({"effect": close, "toxicity": 0.5, "every": 2}), "every"),
        (json!({"effect": close, "every": 0}), "every"),
        (json!({"effect": close, "requests": "9..3"}), "requests"),
        (json!({"effect": close, "ttl": null}), "ttl"),
        (json!({"effect": close, "ttl": "0s"}), "ttl"),
        (json!({"effect": close, "window": {"for": "0s"}}), "window.for"),
        (
            json!({"effect": close, "window": {"for": "2h", "repeat": "1h"}}),
            "window.repeat",
        ),
        (
            json!({"effect": close, "window": {"from": "2026-11-22T11:00+08:00", "for": "30m"}}),
            "window.from",
        ),
        (
            json!({"effect": close, "window": {"from": "yesterday"}}),
            "window.from",
        ),
        (json!({"effect": close, "cause": {"code": "KL-D1"}}), "cause.code"),
        (
            json!({"effect": close, "cause": {"party": "nobody"}}),
            "cause.party",
        ),
        (
            json!({"effect": close, "cause": {"notice": "n", "notice_at": "2027-01-01T00:00+08:00"}}),
            "cause.notice_at",
        ),
        (
            json!({"effect": close, "match": {"provider": "acme"}}),
            "match.provider",
        ),
        (
            json!({"effect": close, "match": {"operation": "cutlet"}}),
            "match.operation",
        ),
        (
            json!({"effect": close, "match": {"world": "nowhere"}}),
            "match.world",
        ),
        (
            json!({"effect": close, "match": {"colour": "red"}}),
            "match.colour",
        ),
        (json!({"effect": close, "id": "Bad Name"}), "id"),
        (json!({"effect": close, "id": "halt"}), "id"),
        (json!({"effect": close, "at_once": 0}), "at_once"),
        (json!({"effect": close, "odds": 1}), "odds"),
    ];
    for (fault, field) in &cases {
        let answer = server.admin("POST", "faults", fault.clone());
        assert_eq!(answer.status, 422, "{fault}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["field"], *field, "{fault}: {}", answer.text());
        assert!(
            answer.json()["detail"].as_str().unwrap().contains("expected") || answer.text().contains("field"),
            "{}",
            answer.text()
        );
    }
    // One wrong fault among good ones: none of them is taken, and those there were stay.
    server.fault(fault("there").kind("close"));
    let set = json!([{"id": "good", "effect": close}, {"id": "wrong", "effect": {"kind": "explode"}}]);
    for method in ["POST", "PUT"] {
        let answer = server.admin(method, "faults", set.clone());
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (422, &json!("[1].effect.kind"))
        );
    }
    let ids = |server: &TestServer| {
        server
            .get("faults")
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&server), ["there"]);
    let twice = json!([{"id": "same", "effect": close}, {"id": "same", "effect": close}]);
    assert_eq!(server.admin("PUT", "faults", twice).json()["field"], "[1].id");
    assert_eq!(
        server
            .admin(
                "PUT",
                "faults",
                json!([{"id": "a", "effect": close}, {"effect": close}])
            )
            .status,
        200
    );
    assert_eq!(ids(&server).len(), 2);
    assert_eq!(server.admin("GET", "faults/there", Value::Null).status, 404);
}

#[test]
fn faults_are_listed_replaced_and_removed_by_world() {
    let server = TestServer::new();
    server.world("w1");
    let effect = json!({"kind": "close"});
    server.fault(fault("all").kind("close"));
    assert_eq!(
        server
            .admin("PUT", "faults?world=w1", json!([{"id": "own", "effect": effect}]))
            .status,
        200
    );
    assert_eq!(server.get("faults/own")["match"]["world"], "w1");
    assert_eq!(server.get("faults?world=w1").as_array().unwrap().len(), 1);
    let other = json!([{"id": "own", "match": {"world": "demo"}, "effect": effect}]);
    assert_eq!(
        server.admin("PUT", "faults?world=w1", other).json()["field"],
        "[0].match.world"
    );
    assert_eq!(
        server
            .admin("PUT", "faults/other", json!({"id": "own", "effect": effect}))
            .json()["field"],
        "id"
    );
    assert_eq!(
        server
            .admin("PUT", "faults/other", json!({"effect": effect}))
            .status,
        200
    );
    assert_eq!(server.admin("DELETE", "faults/other", Value::Null).status, 204);
    // With its world a fault goes; a reset leaves those of the configuration, of which there are none.
    server.admin("DELETE", "worlds/w1", Value::Null);
    assert_eq!(server.admin("GET", "faults/own", Value::Null).status, 404);
    server.admin("POST", "reset", Value::Null);
    assert_eq!(server.get("faults"), json!([]));
}

#[test]
fn halt_works_while_the_data_plane_is_saturated() {
    let server = TestServer::with(|settings| {
        settings.server.workers = 1;
        settings.pool.threads = Some(1);
    });
    server.fault(fault("hold").with("match.max_bytes", 100).kind("hang"));
    server.fault(fault("slow").with("match.min_bytes", 101).latency("10h"));
    let mut held: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    let photo = fixture("photos/astronaut.jpg");
    for (nth, socket) in held.iter_mut().enumerate() {
        let body = if nth % 30 == 0 {
            [&photo[..], &nth.to_le_bytes()].concat()
        } else {
            b"x".to_vec()
        };
        socket.write_all(&request(&server, &body, "")).unwrap();
    }
    while server.get("faults/hold")["receipt"]["active"] != 290 {
        pause(Duration::from_millis(5));
    }
    let metrics = server.admin("GET", "metrics", Value::Null).text();
    assert!(
        metrics.contains("understudy_strikes_total{kind=\"hang\"} 290"),
        "{metrics}"
    );
    let halted = server.admin("POST", "faults/halt", Value::Null).json();
    assert_eq!(halted["faults"], 2);
    assert!(halted["calls"].as_u64().unwrap() >= 290, "{halted}");
    for (nth, socket) in held.iter_mut().enumerate() {
        if nth % 30 != 0 {
            let met = read_all(socket, Duration::from_secs(60));
            assert_eq!((met.bytes.len(), met.end), (0, End::Closed), "{nth}");
        }
    }
    let rows = server.journal_of(300);
    assert_eq!(rows.iter().filter(|row| row["outcome"] == "answered").count(), 10);
    assert_eq!(server.get("faults/hold")["state"], "halted");
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
}

#[test]
fn a_cap_bounds_the_calls_a_fault_holds() {
    let server = TestServer::new();
    server.fault(fault("two").with("at_once", 2).kind("hang"));
    let mut held: Vec<TcpStream> = (0..2).map(|_| connect(&server)).collect();
    for socket in &mut held {
        socket.write_all(&request(&server, b"x", "")).unwrap();
    }
    while server.get("faults/two")["receipt"]["active"] != 2 {
        pause(Duration::from_millis(5));
    }
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
    let receipt = &server.get("faults/two")["receipt"];
    assert_eq!((&receipt["injected"], &receipt["spared"]), (&json!(2), &json!(1)));
    drop(held);
    while server.get("faults/two")["receipt"]["active"] != 0 {
        pause(Duration::from_millis(5));
    }
}

#[test]
fn a_test_asks_for_a_fault_by_header_or_to_be_spared() {
    let server = TestServer::new();
    server.fault(fault("asleep").on_request().status(500));
    server.fault(fault("awake").always().status(502));
    let status = |headers: &[(&str, &str)]| call_with(&server, b"x", headers).unwrap().status;
    assert_eq!(status(&[("x-understudy-fault", "asleep")]), 500);
    assert_eq!(status(&[("x-understudy-fault", "none")]), 200);
    assert_eq!(status(&[("x-understudy-fault", "unheard-of")]), 502);
    assert_eq!(status(&[]), 502);
    let receipt = &server.get("faults/asleep")["receipt"];
    assert_eq!(
        (&receipt["matched"], &receipt["injected"], &receipt["forced"]),
        (&json!(2), &json!(0), &json!(1))
    );
    let deaf = TestServer::with(|settings| settings.faults.by_header = false);
    deaf.fault(fault("asleep").on_request().status(500));
    assert_eq!(
        call_with(&deaf, b"x", &[("x-understudy-fault", "asleep")])
            .unwrap()
            .status,
        200
    );
}

#[test]
fn faults_come_from_the_config_file_and_the_shell() {
    let folder = Folder::new("faults");
    let config = folder.file("understudy.toml");
    std::fs::write(
        &config,
        "[[fault]]\nid = \"brownout\"\nmatch = { provider = \"jdcloud-matting\", header = { \"x-canary\" = \"1\" } }\n\
         toxicity = 0.30\nstage = \"service\"\neffect = { kind = \"latency\", dist = \"lognormal\", median = \"400ms\", p99 = \"4s\" }\n\
         window = { for = \"5m\", repeat = \"1h\", ramp = \"30s\" }\nttl = \"3h\"\ncause = { party = \"provider\", code = \"JD-X01\", notice = \"mw-17\" }\n",
    )
    .unwrap();
    let config = config.display().to_string();
    let checked = run(&["config", "check", &config]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    let program = Program::serve(&folder.0, &["--config", &config]);
    let shell = |words: &[&str]| {
        let done = run(&[words, &["--server", program.admin()]].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (done.status.success(), text(&done.stdout), text(&done.stderr))
    };
    let listed = shell(&["fault", "list"]);
    assert!(listed.0 && listed.1.contains("brownout"), "{listed:?}");
    assert!(
        shell(&[
            "fault",
            "add",
            r#"{"id": "slow", "effect": {"kind": "latency", "fixed": "2s"}}"#
        ])
        .0
    );
    let refused = shell(&["fault", "add", r#"{"effect": {"kind": "explode"}}"#]);
    assert!(
        !refused.0 && refused.2.contains("effect.kind: expected one of latency"),
        "{refused:?}"
    );
    let file = folder.file("more.toml");
    std::fs::write(&file, "[[fault]]\nid = \"more\"\neffect = { kind = \"close\" }\n").unwrap();
    assert!(shell(&["fault", "add", &file.display().to_string()]).0);
    assert!(shell(&["fault", "rm", "more"]).0);
    let halted = shell(&["fault", "halt"]);
    assert!(halted.0 && halted.1.contains("\"faults\": 2"), "{halted:?}");
    assert!(
        shell(&[
            "clock",
            "set",
            "--now",
            "2027-01-01T00:00:00+08:00",
            "--frozen",
            "true"
        ])
        .0
    );
    let advanced = shell(&["clock", "advance", "31d"]);
    assert!(
        advanced.1.contains("2027-02-01T00:00:00.000000+08:00"),
        "{advanced:?}"
    );
    assert!(shell(&["clock", "show"]).1.contains("\"frozen\": true"));
    assert!(!shell(&["clock", "advance"]).0);
    program.stop();
    // A wrong one stops the start, with its place and field.
    let wrong = folder.file("wrong.toml");
    std::fs::write(
        &wrong,
        "[[fault]]\neffect = { kind = \"close\" }\n[[fault]]\neffect = { kind = \"explode\" }\n",
    )
    .unwrap();
    let wrong = wrong.display().to_string();
    let store = format!("sqlite:{}", folder.file("wrong.db").display());
    for words in [
        vec!["config", "check", &wrong],
        vec!["--config", &wrong, "--store", &store],
    ] {
        let done = run(&words);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(
            !done.status.success() && said.contains("fault 2 of [[fault]]: effect.kind: expected"),
            "{said}"
        );
    }
}

#[test]
fn the_readme_prints_the_table_of_effects() {
    use understudy::faults::{KINDS, RequiredCapability};
    let mut table = String::from(
        "| kind | parameters | stages | what the client meets | outcome in the row |\n|---|---|---|---|---|\n",
    );
    for kind in &KINDS {
        let stages: Vec<&str> = kind.stages.iter().map(|stage| stage.name()).collect();
        let needs = match kind.needs {
            RequiredCapability::Nothing => String::new(),
            RequiredCapability::SignedAnswers | RequiredCapability::Jobs => {
                format!("; for a provider that {}", kind.needs.description())
            }
        };
        let parameters = if kind.parameters.is_empty() {
            "–"
        } else {
            kind.parameters
        };
        let row = format!(
            "| `{}` | {parameters} | {} | {}{needs} | {} |\n",
            kind.name,
            stages.join(", "),
            kind.client_sees,
            kind.outcome
        );
        table.push_str(&row);
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(readme.contains(&table), "put this table into README.md:\n{table}");
}
