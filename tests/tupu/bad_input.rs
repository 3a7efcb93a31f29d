//! What is wrong gets the right code, in a signed envelope, and breaks nothing.

use super::*;
use understudy::providers::Providers;

fn code(server: &TestServer, path: &str, fields: &Value) -> u64 {
    let inner = server.tupu(path, fields);
    inner["code"].as_u64().unwrap_or_else(|| panic!("{inner}"))
}

#[test]
fn every_wrong_input_has_its_code() {
    let server = TestServer::new();
    let picture = server.marker_url("porn-0.png");
    let image = json!({"image": picture, "task": PORN});
    let with = |name: &str, value: Value| {
        let mut fields = image.clone();
        fields[name] = value;
        fields
    };
    let base64 = "/v3/recognition/image/sync/base64/";
    let bomb = base64_of(&fixture("pictures/bomb.png"));
    let speech = "/v3/recognition/speech/stream/";
    let cases = [
        (RECOGNITION, json!({"task": PORN}), 3),
        (RECOGNITION, json!({"image": []}), 3),
        (RECOGNITION, with("image", json!(vec![&picture; 11])), 19),
        (RECOGNITION, with("image", json!(7)), 15),
        (RECOGNITION, with("task", json!("5d3a6cad92eea7b32fe6a014")), 7),
        (RECOGNITION, with("task", json!([TEXT])), 7),
        (RECOGNITION, with("image", json!("http://127.0.0.1:1/x.png")), 14),
        (RECOGNITION, with("image", json!("http://10.0.0.1/x.png")), 14),
        (RECOGNITION, with("image", json!("/etc/passwd")), 14),
        (RECOGNITION, with("image", json!("file:///etc/passwd")), 14),
        (base64, json!({"images": ["?"]}), 14),
        (
            base64,
            json!({"images": [base64_of(&fixture("pictures/not-a-picture.jpg"))]}),
            14,
        ),
        (
            base64,
            json!({"images": [base64_of(&fixture("pictures/truncated.jpg"))]}),
            14,
        ),
        (base64, json!({"images": [bomb]}), 14),
        (base64, json!({"images": [""]}), 14),
        ("/v3/recognition/text/", json!({}), 15),
        ("/v3/recognition/text/", json!({"text": []}), 3),
        ("/v3/recognition/text/", json!({"text": "x"}), 15),
        (
            "/v3/recognition/text/",
            json!({"text": vec![json!({"content": "x"}); 11]}),
            19,
        ),
        ("/v3/recognition/text/async/", json!({}), 15),
        (
            "/v3/recognition/text/async/",
            json!({"content": "x", "callbackUrl": "http://10.0.0.1/"}),
            10,
        ),
        (
            "/v3/recognition/text/async/",
            json!({"content": "x", "callbackUrl": "ftp://127.0.0.1/"}),
            10,
        ),
        ("/v3/recognition/video/asyncscan/", json!({}), 3),
        (
            "/v3/recognition/video/asyncscan/",
            json!({"video": picture, "interval": 11}),
            15,
        ),
        (
            "/v3/recognition/video/asyncscan/",
            json!({"video": picture, "callbackRules": 7}),
            15,
        ),
        (
            "/v3/recognition/video/stream/",
            json!({"video": "rtmp://x", "fragmentTime": 5}),
            15,
        ),
        ("/v3/recognition/video/result/", json!({}), 15),
        ("/v3/recognition/video/close/", json!({"videoId": "x"}), 16),
        ("/v3/recognition/speech/", json!({"speech": picture}), 14),
        (
            "/v3/recognition/speech/recording/async/",
            json!({"tasks": []}),
            15,
        ),
        (
            "/v3/recognition/speech/recording/result/",
            json!({"requestId": "x"}),
            22,
        ),
        (speech, json!({"speechStream": []}), 3),
        (speech, json!({"speechStream": [{"url": "rtmp://x"}]}), 15),
        (
            "/v3/recognition/speech/stream/close/",
            json!({"speechStream": [{"requestId": "x"}]}),
            22,
        ),
        ("/v3/recognition/face/verify/", json!({"image": picture}), 15),
        (
            "/v3/recognition/face/verify/",
            json!({"image": "http://127.0.0.1:1/", "name": "张三", "idNo": "1"}),
            20,
        ),
        ("/v1/feedback/text/string/", json!({"taskId": TEXT}), 1),
        (
            "/v3/management/history/text/",
            json!({"startTime": "yesterday"}),
            15,
        ),
        ("/v2/pipe/", json!({}), 5),
        ("/v3/recognition/video/nothing/", json!({}), 11),
    ];
    for (path, fields, expected) in cases {
        // Feedback has its proof in header fields, so this one has none: its time is missing.
        let expected = if path.starts_with("/v1/feedback") {
            12
        } else {
            expected
        };
        assert_eq!(code(&server, path, &fields), expected, "{path} {fields}");
    }
    assert_eq!(code(&server, RECOGNITION, &image), 0);
}

#[test]
fn one_picture_that_cannot_be_had_leaves_the_others_standing() {
    let server = TestServer::new();
    let images = [server.marker_url("porn-0.png"), server.marker_url("nothing.png")];
    let inner = server.tupu(RECOGNITION, &json!({"image": images, "task": PORN}));
    assert_eq!(inner["code"], 0);
    assert_eq!(inner[PORN]["fileList"].as_array().unwrap().len(), 1);
    let codes: Vec<&Value> = inner["summary"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["code"])
        .collect();
    assert_eq!(codes, [0, 14]);
    assert_eq!(
        server.get("journal?limit=1")[0]["units"],
        1,
        "what is not judged is not charged"
    );
}

fn raw(server: &TestServer, kind: &str, body: &[u8]) -> Value {
    let sid = server.tupu_credential("secret_id");
    let url = format!("http://{}{RECOGNITION}{sid}", server.host());
    let headers = [("content-type".to_owned(), kind.to_owned())];
    let answer = server.send("POST", &url, &headers, body);
    opened(&server.tupu_credential("provider_public_key_pem"), &answer.body)
}

#[test]
fn bodies_that_are_none_are_illegal_parameters() {
    let server = TestServer::new();
    let deep = format!("{{\"a\":{}", "[".repeat(200_000));
    for (kind, body) in [
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{{}, \"nonce\":1}"),
        ("application/json", deep.as_str()),
        ("multipart/form-data", "--X"),
        ("multipart/form-data; boundary=X", "--X\r\n\r\n"),
    ] {
        assert_eq!(
            raw(&server, kind, body.as_bytes())["code"],
            15,
            "{kind} {:.30}",
            body
        );
    }
    // A form without a proof: its time is missing.
    assert_eq!(
        raw(&server, "application/x-www-form-urlencoded", b"a=1")["code"],
        12
    );
    assert_eq!(raw(&server, "", b"\xff\xfe")["code"], 12);
    let huge = vec![b' '; 41 << 20];
    assert_eq!(raw(&server, "application/json", &huge)["code"], 14);
}

#[test]
fn packs_that_are_bombs_or_broken_are_refused() {
    let server = TestServer::new();
    let zeros: bytes::Bytes = vec![0; 11 << 20].into();
    let bomb = understudy::media::pack(&[("a.png".to_owned(), zeros)]);
    for pack in [bomb, b"PK\x03\x04 no more".to_vec()] {
        let inner = pictures(&server, &[pack], &[PORN]);
        assert_eq!(inner["code"], 14);
    }
}

#[test]
fn every_code_can_be_rehearsed_and_worded_otherwise() {
    let server = TestServer::new();
    let spec = Providers::default().spec("tupu").unwrap();
    assert_eq!(spec.catalogue.len(), 24);
    let call = |code: &str| {
        let headers = [("x-understudy-refusal".to_owned(), code.to_owned())];
        let answer = server.tupu_raw(
            "/v3/recognition/text/",
            &json!({"text": [{"content": "x"}]}),
            &headers,
        );
        let inner = opened(&server.tupu_credential("provider_public_key_pem"), &answer.body);
        (
            answer.status,
            inner["code"].to_string(),
            inner["message"].as_str().unwrap().to_owned(),
        )
    };
    for row in spec.catalogue {
        assert_eq!(
            call(row.code),
            (row.status, row.code.to_owned(), row.zh.to_owned())
        );
    }
    server
        .settings(json!({"language": "en", "wording": {"tupu/17": {"status": 429, "message": "slow down"}}}));
    assert_eq!(call("17"), (429, "17".into(), "slow down".into()));
    assert_eq!(call("3").2, "no file to upload");
}

#[test]
fn a_client_that_waits_to_be_asked_on_is_asked_on() {
    use std::io::{Read, Write};
    let server = TestServer::new();
    let (sid, mut body) = server.tupu_demo_proof();
    body["text"] = json!([{"content": "hello"}]);
    let body = body.to_string();
    let mut socket = std::net::TcpStream::connect(server.host()).unwrap();
    let head = format!(
        "POST //v3/recognition//text/{sid} HTTP/1.1\r\nhost: x\r\ntimeout: 30\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 25];
    socket.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(body.as_bytes()).unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(
        opened(
            &server.tupu_credential("provider_public_key_pem"),
            body.as_bytes()
        )["code"],
        0
    );
}

#[test]
fn a_fault_by_content_strikes_a_call_and_its_repetition_by_their_attempts() {
    let server = TestServer::new();
    let busy = json!({"kind": "refusal", "reason": "17"});
    server.fault(fault("first").with("first", 1).effect(busy));
    let fields = json!({"text": [{"content": "hello"}]});
    assert_eq!(server.tupu("/v3/recognition/text/", &fields)["code"], 17);
    server.advance("1s");
    assert_eq!(server.tupu("/v3/recognition/text/", &fields)["code"], 0);
}
