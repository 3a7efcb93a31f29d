//! Keys, certificates, timestamps and nonces.

use super::*;
use understudy::providers::tupu::sign::identity_signature;
use understudy::signing::rsa;

fn call(server: &TestServer, sid: &str, proof: &Value, key: &str) -> Value {
    let mut body = proof.clone();
    body["text"] = json!([{"content": "x"}]);
    let url = server.url(&format!("/v3/recognition/text/{sid}"));
    let answer = server.send("POST", &url, &[], body.to_string().as_bytes());
    opened(key, &answer.body)
}

fn pem(seed: u64, bits: usize) -> String {
    rsa::generate(&mut understudy::dice::Dice::new(seed).stream(&[b"test"]), bits)
}

#[test]
fn a_world_has_a_key_pair_of_its_own_and_answers_with_its_own_key() {
    let server = TestServer::new();
    let world = server.world("mine");
    let text = |name: &str| world.credential("tupu", name);
    let (sid, key, provider) = (
        text("secret_id"),
        text("private_key_pem"),
        text("provider_public_key_pem"),
    );
    assert_ne!(provider, server.tupu_credential("provider_public_key_pem"));
    assert_eq!(
        call(&server, sid, &server.tupu_proof(sid, key), provider)["code"],
        0
    );
    let exported = server.admin("GET", "worlds/mine/provider-keys/tupu.pem", Value::Null);
    assert_eq!(
        (exported.text().as_str(), exported.header("content-type")),
        (provider, "application/x-pem-file")
    );
    assert_eq!(
        server
            .admin("GET", "worlds/mine/provider-keys/jdcloud.pem", Value::Null)
            .status,
        404
    );
    // The key of another world is not this one's.
    let demo = server.tupu_credential("private_key_pem");
    assert_eq!(
        call(&server, sid, &server.tupu_proof(sid, &demo), provider)["code"],
        1
    );
}

#[test]
fn public_keys_are_uploaded_in_every_wrapping_and_size_or_refused_by_their_field() {
    let server = TestServer::new();
    let provider = server.tupu_credential("provider_public_key_pem");
    for (nth, bits) in [1024, 2048].into_iter().enumerate() {
        let private = pem(nth as u64, bits);
        let new = json!({"vendor": "tupu", "secret": rsa::public_pem(&private).unwrap()});
        let made = server.admin("POST", "worlds/demo/keys", new);
        assert_eq!(made.status, 201, "{}", made.text());
        let sid = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(
            call(&server, &sid, &server.tupu_proof(&sid, &private), &provider)["code"],
            0
        );
    }
    let refused = server.admin(
        "POST",
        "worlds/demo/keys",
        json!({"vendor": "tupu", "secret": "hello"}),
    );
    assert_eq!(
        (refused.status, &refused.json()["field"]),
        (422, &json!("secret"))
    );
    // Nothing uploaded yet.
    let made = server
        .admin(
            "POST",
            "worlds/demo/keys",
            json!({"vendor": "tupu", "secret": ""}),
        )
        .json();
    let sid = made["id"].as_str().unwrap();
    let private = pem(9, 1024);
    let proof = server.tupu_proof(sid, &private);
    assert_eq!(call(&server, sid, &proof, &provider)["code"], 9);
    let upload = json!({"secret": rsa::public_pem(&private).unwrap()});
    assert_eq!(
        server
            .admin("PATCH", &format!("worlds/demo/keys/{sid}"), upload)
            .status,
        200
    );
    assert_eq!(call(&server, sid, &proof, &provider)["code"], 0);
    let disable = json!({"state": "disabled"});
    assert_eq!(
        server
            .admin("PATCH", &format!("worlds/demo/keys/{sid}"), disable)
            .status,
        200
    );
    assert_eq!(call(&server, sid, &proof, &provider)["code"], 8);
}

#[test]
fn timestamps_are_in_seconds_or_milliseconds_within_the_window_of_the_world() {
    let server = TestServer::new();
    let (sid, key) = (
        server.tupu_credential("secret_id"),
        server.tupu_credential("private_key_pem"),
    );
    let provider = server.tupu_credential("provider_public_key_pem");
    let at = |timestamp: Value, raw_text: &str| {
        let signature = identity_signature(&sid, &key, raw_text, "5e-05").unwrap();
        let proof = format!(
            "{{\"timestamp\":{timestamp},\"nonce\":5e-05,\"signature\":\"{signature}\",\"text\":[{{\"content\":\"x\"}}]}}"
        );
        let url = server.url(&format!("/v3/recognition/text/{sid}"));
        opened(&provider, &server.send("POST", &url, &[], proof.as_bytes()).body)["code"].clone()
    };
    let now = server.now().millis();
    for (shift, code) in [(0, 0), (-300_000, 0), (300_000, 0), (-301_000, 12), (301_000, 12)] {
        let millis = (now + shift).to_string();
        assert_eq!(at(json!(now + shift), &millis), code, "{shift}");
        let seconds = format!("{}.5", (now + shift) / 1000);
        let broken: f64 = seconds.parse().unwrap();
        let code = if shift == 300_000 { 12 } else { code };
        assert_eq!(at(json!(broken), &seconds), code, "{shift}");
        assert_eq!(
            at(json!(millis), &millis),
            if shift == 300_000 { json!(0) } else { json!(code) }
        );
    }
    assert_eq!(at(json!("noon"), "noon"), 12);
    server.settings(json!({"signature_window": "1h"}));
    assert_eq!(at(json!(now - 3_000_000), &(now - 3_000_000).to_string()), 0);
}

#[test]
fn a_proof_may_be_used_again_unless_the_world_minds() {
    let server = TestServer::new();
    let (sid, key) = (
        server.tupu_credential("secret_id"),
        server.tupu_credential("private_key_pem"),
    );
    let provider = server.tupu_credential("provider_public_key_pem");
    let proof = server.tupu_proof(&sid, &key);
    assert_eq!(call(&server, &sid, &proof, &provider)["code"], 0);
    assert_eq!(call(&server, &sid, &proof, &provider)["code"], 0);
    server.settings(json!({"replay_window": "10m"}));
    assert_eq!(call(&server, &sid, &proof, &provider)["code"], 0);
    assert_eq!(call(&server, &sid, &proof, &provider)["code"], 1);
    assert!(because(&server).contains("Replayed"));
}
