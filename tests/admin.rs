//! Worlds, keys, journal, contracts: the control API.

use super::support::{TestServer, fixture};
use serde_json::{Value, json};

#[test]
fn a_world_is_one_post_away_and_its_keys_open_it() {
    let server = TestServer::new();
    let made = server.admin("POST", "worlds", json!({"name": "ci-7"}));
    assert_eq!(made.status, 201);
    let credentials = &made.json()["credentials"]["jdcloud"];
    let pair = (
        credentials["ak"].as_str().unwrap(),
        credentials["sk"].as_str().unwrap(),
    );
    let answer = server.signed("POST", "/api/cutout", &fixture("pictures/plain.jpg"), pair);
    assert_eq!(answer.json()["code"], 10000);
    assert_eq!(server.get("journal?world=ci-7").as_array().unwrap().len(), 1);
    assert_eq!(server.get("journal?world=demo").as_array().unwrap().len(), 0);
    assert_eq!(
        server.admin("POST", "worlds", json!({"name": "ci-7"})).status,
        409
    );
    assert_eq!(server.admin("DELETE", "worlds/ci-7", Value::Null).status, 204);
    assert_eq!(server.admin("GET", "worlds/ci-7", Value::Null).status, 404);
    let stranger = server.signed("POST", "/api/cutout", &fixture("pictures/plain.jpg"), pair);
    assert_eq!(stranger.status, 401);
    assert_eq!(server.get("usage?world=demo")[0]["calls"], 1);
}

#[test]
fn bad_worlds_are_refused_with_the_field_and_nothing_changes() {
    let server = TestServer::new();
    let cases = [
        (json!({"name": ""}), "expected 1 to 64"),
        (json!({"name": "Über"}), "expected 1 to 64"),
        (json!({"nam": "x"}), "unknown field `nam`"),
        (
            json!({"name": "x", "settings": {"limits": {"nowhere": {}}}}),
            "expected one of *",
        ),
        (
            json!({"name": "x", "settings": {"limits": {"*": {"rate": {"calls": 0}}}}}),
            "1 or more",
        ),
        (
            json!({"name": "x", "settings": {"limits": {"*": {"rate": {"calls": 1, "per": "soon"}}}}}),
            "700ms",
        ),
        (
            json!({"name": "x", "settings": {"balance_fen": "much"}}),
            "invalid type",
        ),
        (
            json!({"name": "x", "settings": {"prices": {"jdcloud-matting/cutout": [{"from": 5, "fen": 1}, {"from": 5, "fen": 2}]}}}),
            "rising",
        ),
    ];
    for (body, expected) in cases {
        let answer = server.admin("POST", "worlds", body.clone());
        assert_eq!(answer.status, 422, "{body}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(expected), "{body}: {detail}");
    }
    assert_eq!(server.get("worlds").as_array().unwrap().len(), 1);
    let answer = server.send("POST", &server.admin_url("worlds"), &[], b"{");
    assert_eq!(answer.status, 400);
}

#[test]
fn the_demo_world_cannot_be_deleted() {
    let server = TestServer::new();
    assert_eq!(server.admin("DELETE", "worlds/demo", Value::Null).status, 422);
}

#[test]
fn keys_are_disabled_expired_restricted_rotated_and_removed() {
    let server = TestServer::new();
    let picture = fixture("pictures/plain.jpg");
    let (ak, sk) = (server.demo("ak"), server.demo("sk"));
    let (appkey, secret) = (server.demo("appkey"), server.demo("secret"));
    let path = format!("worlds/demo/keys/{ak}");
    let app_path = format!("worlds/demo/keys/{appkey}");
    let change = |path: &str, change: Value| {
        let answer = server.admin("PATCH", path, change);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let code = |answer: &super::support::Answer| answer.json()["code"].clone();

    change(&path, json!({"state": "disabled"}));
    change(&app_path, json!({"state": "disabled"}));
    assert_eq!(
        server.cutout(&picture).json()["error"]["status"],
        "HTTP_FORBIDDEN"
    );
    assert_eq!(code(&server.cutout_by_app(&picture, (&appkey, &secret))), 10050);
    change(
        &path,
        json!({"state": "active", "operations": ["jdcloud-matting/selfie-seg"]}),
    );
    change(
        &app_path,
        json!({"state": "active", "operations": ["jdcloud-matting/selfie-seg"]}),
    );
    assert_eq!(server.cutout(&picture).status, 403);
    assert_eq!(code(&server.cutout_by_app(&picture, (&appkey, &secret))), 10048);
    change(
        &path,
        json!({"operations": null, "expires": "2026-11-22T12:00:01+08:00"}),
    );
    assert_eq!(server.cutout(&picture).status, 200);
    server.advance("1s");
    assert_eq!(server.cutout(&picture).status, 401);
    change(&path, json!({"expires": null, "state": "arrears"}));
    assert_eq!(code(&server.cutout(&picture)), 10010);
    change(&path, json!({"state": "leaked"}));
    assert_eq!(server.cutout(&picture).status, 200);

    let fresh = change(&path, json!({"state": "active", "rotate": true}))["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(fresh, sk);
    assert_eq!(server.cutout(&picture).status, 401);
    assert_eq!(
        server
            .signed("POST", "/api/cutout", &picture, (&ak, &fresh))
            .status,
        200
    );
    assert_eq!(server.get("worlds/demo/keys")[0]["secret"], "****");
    assert_eq!(server.get("worlds/demo/keys?reveal=true")[0]["secret"], fresh);

    assert_eq!(server.admin("DELETE", &path, Value::Null).status, 204);
    assert_eq!(
        server
            .signed("POST", "/api/cutout", &picture, (&ak, &fresh))
            .status,
        401
    );
    assert_eq!(server.admin("PATCH", &path, json!({})).status, 404);
    for bad in [
        json!({"state": "asleep"}),
        json!({"operations": ["acme"]}),
        json!({"stat": "active"}),
    ] {
        assert_eq!(server.admin("PATCH", &app_path, bad).status, 422);
    }
}

#[test]
fn a_key_can_be_given_its_parts() {
    let server = TestServer::new();
    let new = json!({"vendor": "jdcloud", "scheme": "aksk", "id": "MYAK", "secret": "mysecret"});
    assert_eq!(server.admin("POST", "worlds/demo/keys", new.clone()).status, 201);
    assert_eq!(server.admin("POST", "worlds/demo/keys", new).status, 409);
    assert_eq!(
        server
            .signed(
                "POST",
                "/api/cutout",
                &fixture("pictures/plain.jpg"),
                ("MYAK", "mysecret")
            )
            .status,
        200
    );
    for bad in [
        json!({"vendor": "acme"}),
        json!({"vendor": "jdcloud", "scheme": "jwt"}),
        json!({"vendor": "jdcloud", "id": "a b"}),
    ] {
        let answer = server.admin("POST", "worlds/demo/keys", bad);
        assert_eq!(answer.status, 422);
        assert!(answer.json()["field"].is_string());
    }
}

#[test]
fn the_journal_lists_explains_masks_and_forgets() {
    let server = TestServer::new();
    server.cutout(&fixture("pictures/plain.png"));
    let record = server.get("journal")[0].clone();
    assert_eq!(record["code"], "12007");
    assert_eq!(record["outcome"], "answered");
    assert_eq!(record["fee_fen"], 8);
    let text = record.to_string();
    assert!(
        text.contains("Signature=****") && !text.contains(&server.demo("sk")),
        "{text}"
    );
    assert!(record["request"]["body"].is_null());
    assert!(
        record["reply"]["body"]["text"]
            .as_str()
            .unwrap()
            .contains("12007")
    );
    let explained = server.explain_last();
    let last = explained["decisions"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (last["stage"].as_str(), last["verdict"].as_str()),
        (Some("answer"), Some("refuse"))
    );
    assert!(last["because"].as_str().unwrap().contains("PictureKind"));
    assert_eq!(
        server.admin("DELETE", "journal", Value::Null).json()["forgotten"],
        1
    );
    assert_eq!(server.get("journal").as_array().unwrap().len(), 0);
    assert_eq!(server.admin("GET", "journal/xyz", Value::Null).status, 400);
    assert_eq!(
        server
            .admin("GET", "journal/00000000000000000000000000000000", Value::Null)
            .status,
        404
    );
    assert_eq!(server.admin("GET", "journal?colour=red", Value::Null).status, 400);
}

#[test]
fn bodies_are_kept_only_where_the_world_captures() {
    let server = TestServer::new();
    server.settings(json!({"capture": true}));
    server.cutout(&fixture("pictures/plain.jpg"));
    use base64::Engine;
    let kept = server.get("journal")[0]["request"]["body"]["base64"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        base64::engine::general_purpose::STANDARD.decode(kept).unwrap(),
        fixture("pictures/plain.jpg")
    );
}

#[test]
fn the_journal_is_bounded_by_bytes_and_says_what_it_dropped() {
    let server = TestServer::with(|settings| settings.journal.max_bytes = bytesize::ByteSize::kib(16));
    for _ in 0..50 {
        server.cutout(b"no picture");
    }
    let kept = server.get("journal").as_array().unwrap().len();
    assert!((2..20).contains(&kept), "{kept}");
    assert_eq!(server.get("worlds/demo")["journal_dropped"], 50 - kept);
}

#[test]
fn assertions_count_calls_and_show_near_misses() {
    let server = TestServer::new();
    server.cutout(&fixture("pictures/plain.jpg"));
    server.cutout(&fixture("pictures/plain.png"));
    let verify = |body: Value| server.admin("POST", "journal/verify", body).json();
    let good = verify(json!({"match": {"operation": "cutout", "method": "POST", "status": 200}, "count": 2}));
    assert_eq!(good["passed"], true);
    let missed = verify(json!({"match": {"code": "12009"}}));
    assert_eq!(missed["passed"], false);
    assert_eq!(missed["expected"], "at least 1");
    assert_eq!(missed["near_misses"][0]["differs"][0]["field"], "code");
    assert_eq!(
        verify(json!({"match": {"code": "12007"}, "at_most": 0}))["passed"],
        false
    );
    assert_eq!(
        verify(json!({"match": {"header": {"host": server.host()}}, "at_least": 2}))["passed"],
        true
    );
    assert_eq!(
        server
            .admin("POST", "journal/verify", json!({"match": {"colour": 1}}))
            .status,
        422
    );
    assert_eq!(
        server
            .admin("POST", "journal/verify", json!({"count": 1, "at_least": 1}))
            .status,
        422
    );
}

#[test]
fn contracts_cite_clauses_and_every_error_in_them_can_be_rehearsed() {
    let server = TestServer::new();
    let contract = server.get("contracts/jdcloud-matting");
    assert!(
        contract["contract"]["terms"]
            .as_array()
            .unwrap()
            .iter()
            .all(|term| term["clause"].as_str().unwrap().starts_with("000 "))
    );
    assert_eq!(
        contract["operations"][0]["prices"][1],
        json!({"from": 3001, "fen": 6})
    );
    let host = server.host();
    let picture = fixture("pictures/plain.jpg");
    let mut seen = 0;
    for row in contract["errors"].as_array().unwrap() {
        let code = row["code"].as_str().unwrap();
        let mut headers = server.signature(("POST", "/api/cutout"), &[("host", &host)], &picture);
        headers.push(("x-understudy-refusal".into(), code.into()));
        let answer = server.send("POST", &format!("http://{host}/api/cutout"), &headers, &picture);
        assert_eq!(
            u64::from(answer.status),
            row["status"].as_u64().unwrap(),
            "{code}"
        );
        let text = answer.text();
        let message = row["zh"]
            .as_str()
            .filter(|zh| !zh.is_empty())
            .unwrap_or(row["en"].as_str().unwrap());
        assert!(text.contains(message), "{code}: {text}");
        seen += 1;
    }
    assert_eq!(seen, 70);
    server.settings(json!({"ignore_rehearsals": true}));
    assert_eq!(server.admin("GET", "contracts/acme", Value::Null).status, 404);
}

#[test]
fn messages_come_in_english_on_request() {
    let server = TestServer::new();
    server.settings(json!({"language": "en"}));
    assert_eq!(
        server.cutout(&fixture("pictures/plain.jpg")).json()["msg"],
        "Search succeeded"
    );
}

#[test]
fn reset_forgets_calls_and_on_request_the_ledger() {
    let server = TestServer::new();
    server.cutout(&fixture("pictures/plain.jpg"));
    assert_eq!(server.get("worlds/demo")["spent_fen"], 8);
    assert_eq!(server.admin("POST", "reset", Value::Null).json()["forgotten"], 1);
    assert_eq!(server.get("usage")[0]["fee_fen"], 8);
    server.admin("POST", "reset", json!({"ledger": true}));
    assert_eq!(server.get("usage"), json!([]));
    assert_eq!(server.get("worlds/demo")["spent_fen"], 0);
}

#[test]
fn the_openapi_document_describes_every_route() {
    let server = TestServer::new();
    let document = server.get("openapi.json");
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    for path in [
        "health",
        "ready",
        "info",
        "worlds",
        "worlds/{world}/keys/{key}",
        "clock/advance",
        "journal/{request_id}/explain",
        "usage",
        "contracts",
        "metrics",
        "reset",
    ] {
        assert!(
            paths.contains(&format!("/_understudy/{path}")),
            "{path} is missing in {paths:?}"
        );
    }
    insta::assert_snapshot!("openapi", serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn health_ready_info_and_metrics_answer() {
    let server = TestServer::new();
    assert_eq!(server.get("health")["matte"], "key, else classic");
    assert_eq!(server.get("ready")["status"], "ready");
    assert_eq!(server.get("info")["seed"], 1);
    server.cutout(&fixture("pictures/plain.jpg"));
    let metrics = server.admin("GET", "metrics", Value::Null).text();
    let line = "understudy_calls_total{operation=\"cutout\",outcome=\"answered\",provider=\"jdcloud-matting\",status=\"2xx\"} 1";
    assert!(metrics.contains(line), "{metrics}");
}

#[test]
fn pages_of_other_origins_and_rebound_names_are_refused() {
    let server = TestServer::new();
    let url = server.admin_url("info");
    let with = |name: &str, value: &str| {
        server
            .send("GET", &url, &[(name.into(), value.into())], &[])
            .status
    };
    assert_eq!(with("host", "evil.example"), 403);
    assert_eq!(with("origin", "http://evil.example"), 403);
    assert_eq!(with("origin", "null"), 403);
    assert_eq!(with("host", "localhost:1"), 200);
    assert_eq!(with("origin", &format!("http://{}", server.admin_host())), 200);
    // Another server of this machine is another origin.
    assert_eq!(with("origin", "http://localhost:3000"), 403);
    assert_eq!(with("origin", &format!("http://{}", server.host())), 403);
    assert_eq!(with("sec-fetch-site", "same-site"), 403);
    assert_eq!(with("sec-fetch-site", "cross-site"), 403);
    assert_eq!(with("sec-fetch-site", "none"), 200);
}

#[test]
fn a_page_changes_something_only_as_json() {
    let server = TestServer::new();
    let own = format!("http://{}", server.admin_host());
    let halt = |headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        server
            .send("POST", &server.admin_url("faults/halt"), &headers, b"")
            .status
    };
    let json = ("content-type", "application/json");
    assert_eq!(halt(&[("origin", &own)]), 403);
    assert_eq!(halt(&[("sec-fetch-site", "same-origin")]), 403);
    assert_eq!(halt(&[("origin", &own), ("content-type", "text/plain")]), 403);
    assert_eq!(halt(&[("origin", &own), json]), 200);
    // A shell has no origin, and sends what it likes.
    assert_eq!(halt(&[]), 200);
    assert_eq!(
        halt(&[("content-type", "application/x-www-form-urlencoded")]),
        200
    );
}

#[test]
fn a_token_is_asked_for_where_one_is_set() {
    let server = TestServer::with(|settings| settings.server.admin_token = Some("t0ken".into()));
    let url = server.admin_url("info");
    let with = |value: &str| server.send("GET", &url, &[("authorization".into(), value.into())], &[]);
    assert_eq!(with("Bearer wrong").status, 401);
    assert_eq!(with("Bearer wrong").json()["title"], "Unauthorized");
    assert_eq!(with("Bearer t0ken").status, 200);
}
