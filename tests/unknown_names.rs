//! A name that is not known is refused wherever it stands: by its field, with what was expected and the nearest name.

mod bodies;
mod verdicts_and_faults;

use super::support::TestServer;
use super::support::program::{BUILD, Folder, command, run};
use serde_json::{Value, json};

/// A request with one wrong name: method, path, body, status, field, the name that was meant.
type Case = (&'static str, &'static str, Value, u16, &'static str, &'static str);

fn check(server: &TestServer, cases: &[Case]) {
    for (method, path, body, status, field, meant) in cases {
        let answer = server.admin(method, path, body.clone());
        let text = answer.text();
        let case = format!("{method} {path} {body}: {text}");
        assert_eq!(answer.status, *status, "{case}");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{case}"
        );
        let problem = answer.json();
        assert_eq!(problem["field"], *field, "{case}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("expected"), "{case}");
        assert!(detail.ends_with(&format!("did you mean {meant:?}?")), "{case}");
    }
}

#[test]
fn in_settings_of_a_world() {
    let server = TestServer::new();
    let before = server.get("worlds/demo")["settings"].clone();
    let rows: [(Value, &str, &str); 14] = [
        (json!({"strictnes": {}}), "strictnes", "strictness"),
        (json!({"langauge": "en"}), "langauge", "language"),
        (json!({"language": "zhh"}), "language", "zh"),
        (
            json!({"strictness": {"tupu.pictur": "strict"}}),
            "strictness.tupu.pictur",
            "tupu.pictures",
        ),
        (
            json!({"strictness": {"portrait": "degrade"}}),
            "strictness.portrait",
            "jdcloud-matting.portrait",
        ),
        (
            json!({"strictness": {"tupu.pictures": "strct"}}),
            "strictness.tupu.pictures",
            "strict",
        ),
        (json!({"wording": {"tupy/17": {}}}), "wording.tupy/17", "tupu/17"),
        (
            json!({"wording": {"tupu/17": {"mesage": "x"}}}),
            "wording.tupu/17.mesage",
            "message",
        ),
        (json!({"tasks": {"tupy": ["porn"]}}), "tasks.tupy", "tupu"),
        (
            json!({"tasks": {"tupu": ["ads", "pron"]}}),
            "tasks.tupu[1]",
            "porn",
        ),
        (
            json!({"jobs": {"tupu/video-asinc": {}}}),
            "jobs.tupu/video-asinc",
            "tupu/video-async",
        ),
        (
            json!({"prices": {"jdcloud-matting/cutuot": []}}),
            "prices.jdcloud-matting/cutuot",
            "jdcloud-matting/cutout",
        ),
        (
            json!({"limits": {"jdcloud-mating": {}}}),
            "limits.jdcloud-mating",
            "jdcloud-matting",
        ),
        (
            json!({"limits": {"*": {"rate": {"calls": 1, "burts": 2}}}}),
            "limits.*.rate.burts",
            "burst",
        ),
    ];
    let money = [
        (
            json!({"coupons": [{"id": "c", "fen": 1, "provider": "klin"}]}),
            "coupons[0].provider",
            "kling",
        ),
        (
            json!({"subscriptions": {"face": {}}}),
            "subscriptions.face",
            "facepp",
        ),
        (
            json!({"subscriptions": {"tupu": {"beyond": "refused"}}}),
            "subscriptions.tupu.beyond",
            "refuse",
        ),
    ];
    for (settings, field, meant) in rows.into_iter().chain(money) {
        let field: &'static str = Box::leak(format!("settings.{field}").into_boxed_str());
        let new = json!({"name": "x", "settings": settings});
        let change = json!({"settings": settings});
        check(
            &server,
            &[
                ("POST", "worlds", new, 422, field, meant),
                ("PATCH", "worlds/demo", change, 422, field, meant),
            ],
        );
    }
    assert_eq!(server.get("worlds/demo")["settings"], before);
    assert_eq!(server.get("worlds").as_array().unwrap().len(), 1);
    // What nothing is set for has nothing to suggest.
    for settings in [
        json!({"wording": {"jdcloud-matting/1006": {}}}),
        json!({"jobs": {"jdcloud-matting/cutout": {}}}),
        json!({"tasks": {"jdcloud-matting": []}}),
    ] {
        let answer = server.admin("PATCH", "worlds/demo", json!({"settings": settings}));
        assert_eq!(answer.status, 422, "{settings}");
    }
}

#[test]
fn in_queries_of_every_method() {
    let server = TestServer::new();
    let world = json!({"name": "w"});
    check(
        &server,
        &[
            ("GET", "journal?limt=1", Value::Null, 400, "limt", "limit"),
            (
                "GET",
                "journal?outcome=answerd",
                Value::Null,
                400,
                "outcome",
                "answered",
            ),
            (
                "GET",
                "journal?operation=cut-out",
                Value::Null,
                400,
                "operation",
                "cutout",
            ),
            ("GET", "journal?world=demoo", Value::Null, 400, "world", "demo"),
            (
                "GET",
                "sla/claims.ics?wrld=demo",
                Value::Null,
                400,
                "wrld",
                "world",
            ),
            (
                "GET",
                "sla/tupu/demo/2026-11?word=provder",
                Value::Null,
                400,
                "word",
                "provider",
            ),
            (
                "GET",
                "sla/tupu/demo/2026-11.csv?tabel=steps",
                Value::Null,
                400,
                "tabel",
                "table",
            ),
            (
                "GET",
                "worlds/demo/keys?reveals=true",
                Value::Null,
                400,
                "reveals",
                "reveal",
            ),
            ("POST", "faults?wold=demo", json!([]), 400, "wold", "world"),
            (
                "POST",
                "clock/advance?wolrd=demo",
                json!({"by": "1s"}),
                400,
                "wolrd",
                "world",
            ),
            ("PUT", "faults?worlds=demo", json!([]), 400, "worlds", "world"),
            ("DELETE", "journal?word=demo", Value::Null, 400, "word", "world"),
        ],
    );
    for (method, path, body) in [
        ("GET", "health?verbose=1", Value::Null),
        ("GET", "openapi.json?pretty", Value::Null),
        ("GET", "faults/kinds?world=demo", Value::Null),
        ("POST", "worlds?dry_run=true", world.clone()),
        ("POST", "faults/halt?world=demo", Value::Null),
        ("PUT", "faults/f?world=demo", json!({"effect": {"kind": "close"}})),
        ("PATCH", "worlds/demo?world=demo", json!({"settings": {}})),
        ("DELETE", "worlds/demo?force=1", Value::Null),
    ] {
        let answer = server.admin(method, path, body);
        assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text());
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("expected nothing"), "{method} {path}: {detail}");
    }
    assert_eq!(server.admin("POST", "worlds", world).status, 201);
    assert_eq!(server.get("faults?world=w"), json!([]));
}

#[test]
fn in_bodies_and_paths() {
    let server = TestServer::new();
    let ak = server.demo("ak");
    let key: &'static str = Box::leak(format!("worlds/demo/keys/{ak}").into_boxed_str());
    check(
        &server,
        &[
            ("POST", "worlds", json!({"nam": "x"}), 422, "nam", "name"),
            ("PUT", "clock", json!({"scales": 2}), 422, "scales", "scale"),
            ("POST", "reset", json!({"legder": true}), 422, "legder", "ledger"),
            (
                "POST",
                "journal/verify",
                json!({"match": {"oporation": "cutout"}}),
                422,
                "match.oporation",
                "operation",
            ),
            (
                "POST",
                "journal/verify",
                json!({"match": {"provider": "tupi"}, "count": 0}),
                422,
                "match.provider",
                "tupu",
            ),
            (
                "POST",
                "worlds/demo/keys",
                json!({"vendor": "jdclud"}),
                422,
                "vendor",
                "jdcloud",
            ),
            (
                "POST",
                "worlds/demo/keys",
                json!({"vendor": "jdcloud", "scheme": "akskk"}),
                422,
                "scheme",
                "aksk",
            ),
            (
                "PATCH",
                key,
                json!({"state": "disable"}),
                422,
                "state",
                "disabled",
            ),
            (
                "PATCH",
                key,
                json!({"operations": ["tupu", "cutouts"]}),
                422,
                "operations[1]",
                "jdcloud-matting/cutout",
            ),
            (
                "POST",
                "worlds/demo/templates",
                json!({"understudy_template": 1, "nmae": "x"}),
                422,
                "nmae",
                "name",
            ),
            (
                "POST",
                "sla/claims",
                json!({"provider": "kling", "wrld": "demo"}),
                422,
                "wrld",
                "world",
            ),
        ],
    );
    for (path, meant) in [
        ("worlds/dem", "demo"),
        ("contracts/tupuu", "tupu"),
        ("sla/klingg/demo/2026-11", "kling"),
    ] {
        let answer = server.admin("GET", path, Value::Null);
        assert_eq!(answer.status, 404, "{path}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.ends_with(&format!("did you mean {meant:?}?")), "{detail}");
    }
}

#[test]
fn in_the_configuration() {
    let folder = Folder::new("unknown-names");
    let file = folder.file("understudy.toml");
    for (text, parts) in [
        (
            "[server]\nlissten = \"x\"\n",
            ["line 2", "server.lissten", "\"listen\""],
        ),
        ("[servr]\n", ["line 1", "servr", "\"server\""]),
        (
            "[imaging]\nmatte = \"clasic\"\n",
            ["line 2", "imaging.matte", "\"classic\""],
        ),
        (
            "[[fault]]\ntoxcity = 1\neffect = { kind = \"close\" }\n",
            ["line 2", "fault[0].toxcity", "\"toxicity\""],
        ),
        (
            "[[fault]]\neffect = { kind = \"closed\" }\n",
            ["fault 1 of", "effect.kind", "\"close\""],
        ),
        (
            "[[fault]]\neffect = { kind = \"wrong-verdict\", task = \"pron\" }\n",
            ["fault 1 of", "effect.task", "\"porn\""],
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let checked = run(&["config", "check", &file.display().to_string()]);
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(!checked.status.success(), "{text}");
        assert!(
            said.contains("expected") && said.contains("did you mean"),
            "{said}"
        );
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    std::fs::write(&file, "").unwrap();
    for (name, value, parts) in [
        ("UNDERSTUDY__POOL__QUEUES", "1", ["pool.queues", "\"queue\""]),
        ("UNDERSTUDY__POLL__QUEUE", "1", ["poll", "\"pool\""]),
        (
            "UNDERSTUDY__AUTH__CLOCK",
            "virtuel",
            ["auth.clock", "\"virtual\""],
        ),
    ] {
        let checked = command(BUILD, &["config", "check", &file.display().to_string()])
            .env(name, value)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(
            !checked.status.success() && said.contains("environment"),
            "{name}: {said}"
        );
        assert!(parts.iter().all(|part| said.contains(part)), "{name}: {said}");
    }
}
