//! Expectations and faults: scopes, tasks, labels, parameters.

use super::{TestServer, Value, check, json};

#[test]
fn in_expectations() {
    let server = TestServer::new();
    let rule = |likeness: Value, verdict: Value| json!({"match": likeness, "verdicts": [verdict]});
    let post = |body: Value, field: &'static str, meant: &'static str| {
        check(&server, &[("POST", "expectations", body, 422, field, meant)]);
    };
    post(
        rule(json!({"operation": "tupu/text-sink"}), json!({})),
        "match.operation",
        "tupu/text-sync",
    );
    post(
        rule(json!({"operation": "tupo"}), json!({})),
        "match.operation",
        "tupu",
    );
    post(rule(json!({"world": "dmo"}), json!({})), "match.world", "demo");
    post(
        rule(json!({"oparation": "tupu"}), json!({})),
        "match.oparation",
        "operation",
    );
    post(
        rule(json!({}), json!({"task": "violense"})),
        "verdicts[0].task",
        "violence",
    );
    post(
        rule(json!({"operation": "tupu/text-sync"}), json!({"label": "Terorr"})),
        "verdicts[0].label",
        "Terror",
    );
    post(
        rule(json!({}), json!({"task": "porn", "label": "sexi"})),
        "verdicts[0].label",
        "sexy",
    );
    post(
        rule(json!({}), json!({"action": "pas"})),
        "verdicts[0].action",
        "pass",
    );
    post(
        json!({"match": {}, "sequence": [[], [{"lable": "1"}]]}),
        "sequence[1][0].lable",
        "label",
    );
    // These recognise nothing, or not that.
    for (operation, verdict, field) in [
        ("jdcloud-matting/cutout", json!({}), "match.operation"),
        ("jdcloud-composing", json!({}), "match.operation"),
        ("tupu/video-rate", json!({}), "match.operation"),
        ("tupu/text-sync", json!({"task": "vulgar"}), "verdicts[0].task"),
        ("tupu/face-verify", json!({"label": "7"}), "verdicts[0].label"),
        (
            "tupu/image-sync",
            json!({"task": "porn", "label": "3"}),
            "verdicts[0].label",
        ),
    ] {
        let body = rule(json!({"operation": operation}), verdict);
        let answer = server.admin("POST", "expectations", body.clone());
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (422, &json!(field)),
            "{body}"
        );
    }
    assert_eq!(server.get("expectations"), json!([]));
    for (operation, label) in [
        ("tupu", "1"),
        ("tupu/image-sync", "sexy"),
        ("tupu/text-async", "ADs"),
        ("tupu/face-verify", "-1"),
        ("tupu/speech-stream", "Vulgar"),
    ] {
        let body = rule(json!({"operation": operation}), json!({"label": label}));
        let answer = server.admin("POST", "expectations", body);
        assert_eq!(answer.status, 201, "{operation} {label}: {}", answer.text());
    }
}

#[test]
fn in_faults() {
    let server = TestServer::new();
    let close = json!({"kind": "close"});
    let lie = |task: &str, label: &str| json!({"kind": "wrong-verdict", "task": task, "label": label});
    let put = |body: Value, field: &'static str, meant: &'static str| {
        check(&server, &[("PUT", "faults/f", body, 422, field, meant)]);
    };
    put(json!({"effect": close, "toxcity": 1}), "toxcity", "toxicity");
    put(json!({"effect": {"kind": "latancy"}}), "effect.kind", "latency");
    put(
        json!({"effect": {"kind": "latency", "fixd": "1s"}}),
        "effect.fixd",
        "fixed",
    );
    put(
        json!({"effect": {"kind": "reset", "when": "mid-bodi"}}),
        "effect.when",
        "mid-body",
    );
    put(
        json!({"effect": {"kind": "refusal", "reason": "mantenance"}}),
        "effect.reason",
        "maintenance",
    );
    put(
        json!({"effect": close, "match": {"provider": "tuup"}}),
        "match.provider",
        "tupu",
    );
    put(
        json!({"effect": close, "match": {"operation": "cuttout"}}),
        "match.operation",
        "jdcloud-matting/cutout",
    );
    put(
        json!({"effect": close, "match": {"world": "demmo"}}),
        "match.world",
        "demo",
    );
    put(
        json!({"effect": close, "match": {"pathh": "/"}}),
        "match.pathh",
        "path",
    );
    put(
        json!({"effect": close, "window": {"repeet": "1h"}}),
        "window.repeet",
        "repeat",
    );
    put(
        json!({"effect": close, "cause": {"code": "JD-X0"}}),
        "cause.code",
        "JD-X01",
    );
    put(json!({"effect": lie("pron", "1")}), "effect.task", "porn");
    put(
        json!({"effect": lie("text", "Politic")}),
        "effect.label",
        "Politics",
    );
    let body = json!({"effect": lie("porn", "1"), "match": {"provider": "jdcloud-matting"}});
    let answer = server.admin("PUT", "faults/f", body);
    assert_eq!(
        (answer.status, &answer.json()["field"]),
        (422, &json!("effect.task"))
    );
    assert_eq!(server.get("faults"), json!([]));
}
