//! What cannot be composed has its documented error; what is merely strange is composed and looks right.

use super::super::support::compose::{BOUNDARY, form};
use super::*;

const T: (&str, &str) = ("template_id", "fresh-leaf");

#[test]
fn every_wrong_input_has_its_code() {
    let server = TestServer::new();
    let many: Vec<Value> = (0..11).map(|_| json!({"width": 200, "height": 200})).collect();
    let many = json!(many).to_string();
    for (path, fields, status) in [
        (DESIGN, &[T][..], 12001),
        (DESIGN, &[("service", "0"), T], 12001),
        (DESIGN, &[("service", "one"), T], 12001),
        (DESIGN, &[("service", "1")], 12001),
        (
            DESIGN,
            &[("service", "1"), T, ("sizes", "[{\"width\":200,\"height\":200}]")],
            12001,
        ),
        (DESIGN, &[("service", "2"), T], 12001),
        (CUSTOM, &[], 12001),
        (CUSTOM, &[("template_id", "")], 12001),
        (CUSTOM, &[("template_id", "no-such")], 12001),
        (CUSTOM, &[("template_id", "../../etc/passwd")], 12001),
        (CUSTOM, &[T, ("texts", "[\"a\"")], 12001),
        (CUSTOM, &[T, ("texts", "[1,2]")], 12001),
        (CUSTOM, &[T, ("texts", "[[\"a\"]]")], 12001),
        (INTELLIGENT, &[T], 12001),
        (INTELLIGENT, &[T, ("sizes", "")], 12001),
        (INTELLIGENT, &[T, ("sizes", "[]")], 12001),
        (INTELLIGENT, &[T, ("sizes", "{}")], 12001),
        (INTELLIGENT, &[T, ("sizes", "[{\"width\":200}]")], 12001),
        (
            INTELLIGENT,
            &[T, ("sizes", "[{\"width\":99,\"height\":200}]")],
            12001,
        ),
        (
            INTELLIGENT,
            &[T, ("sizes", "[{\"width\":200,\"height\":4097}]")],
            12001,
        ),
        (
            INTELLIGENT,
            &[T, ("sizes", "[{\"width\":-200,\"height\":200}]")],
            12001,
        ),
        (
            INTELLIGENT,
            &[T, ("sizes", "[{\"width\":1e99,\"height\":200}]")],
            12001,
        ),
        (
            INTELLIGENT,
            &[T, ("sizes", "[{\"width\":\"200\",\"height\":200}]")],
            12001,
        ),
        (INTELLIGENT, &[T, ("sizes", &many)], 12001),
        (
            INTELLIGENT,
            &[("tag", "0"), ("sizes", "[{\"width\":200,\"height\":200}]")],
            12001,
        ),
        (
            INTELLIGENT,
            &[("tag", "9"), ("sizes", "[{\"width\":200,\"height\":200}]")],
            12001,
        ),
        (
            INTELLIGENT,
            &[("tag", "粉嫩柔美"), ("sizes", "[{\"width\":200,\"height\":200}]")],
            12001,
        ),
    ] {
        assert_eq!(server.refused(path, fields, &[]), status, "{path} {fields:?}");
    }
}

#[test]
fn pictures_that_are_not_taken_have_their_code() {
    let server = TestServer::new();
    let large = [&coffee()[..], &vec![0; 3 << 20]].concat();
    let ten_and_one = vec![coffee(); 11];
    let refs: Vec<&[u8]> = ten_and_one.iter().map(Vec::as_slice).collect();
    for (pictures, status) in [
        (&[&fixture("pictures/plain.png")[..]][..], 12007),
        (&[&fixture("pictures/plain.webp")[..]], 12007),
        (&[&fixture("pictures/not-a-picture.jpg")[..]], 12005),
        (&[&b"%PDF-1.4"[..]], 12007),
        (&[&fixture("pictures/truncated.jpg")[..]], 12005),
        (&[&fixture("pictures/bomb.jpg")[..]], 12005),
        (&[&fixture("pictures/zero.jpg")[..]], 12005),
        (&[&large[..]], 12009),
        (&[&coffee()[..], &fixture("pictures/plain.png")[..]], 12007),
        (&refs[..], 12001),
    ] {
        assert_eq!(server.refused(CUSTOM, &[T], pictures), status);
    }
    assert_eq!(
        server.refused(CUSTOM, &[T, ("images", "http://127.0.0.1/p.jpg")], &[]),
        12001
    );
    server.settings(json!({"strictness": {"jdcloud-composing.format": "degrade"}}));
    server.composed(CUSTOM, &[T], &[&fixture("pictures/plain.png")]);
    assert_eq!(server.refused(CUSTOM, &[T], &[b"%PDF-1.4"]), 12007);
}

#[test]
fn bodies_that_are_no_forms_are_illegal_parameters() {
    let server = TestServer::new();
    let whole = form(&[T], &[&coffee()]);
    let multipart = format!("multipart/form-data; boundary={BOUNDARY}");
    for (kind, body) in [
        ("application/json", &b"{"[..]),
        ("application/json", b""),
        ("multipart/form-data", &whole),
        (&multipart, b""),
        (&multipart, &whole[..whole.len() / 2]),
        ("multipart/form-data; boundary=other", &whole),
        ("text/plain", b"template_id"),
    ] {
        let answer = server.signed_as(kind, CUSTOM, body).json();
        assert_eq!(answer["result"]["status"], 12001, "{kind} {answer}");
    }
    // The documents' own sample has no opening boundary and closes every part: it is no body.
    let sample = "service\r\n--B--\r\n1\r\n--B--\r\n";
    let answer = server
        .signed_as("multipart/form-data; boundary=B", DESIGN, sample.as_bytes())
        .json();
    assert_eq!(answer["result"]["status"], 12001);
}

#[test]
fn strange_copy_is_composed_and_explained() {
    let server = TestServer::new();
    let long = "很长的标题".repeat(2_000);
    for (texts, told) in [
        (json!([long]), Some("text 1 is too long")),
        (json!(["新品🎉上市🚀", "👩‍👩‍👧‍👦 family"]), None),
        (json!(["מבצע מיוחד", "تخفيضات الصيف", "¥199"]), None),
        (json!(["a\u{0}b\u{7}\u{202e}c\r\n\td"]), Some("no font has")),
        (json!(["𓀀𓀁𓀂"]), Some("no font has")),
        (json!(["1", "2", "3", "4", "5", "6"]), Some("2 more are left out")),
        (json!(["", "", ""]), None),
        (
            json!(["Pneumonoultramicroscopicsilicovolcanoconiosis".repeat(8)]),
            None,
        ),
    ] {
        let text = texts.to_string();
        server.composed(CUSTOM, &[T, ("texts", &text)], &[]);
        let explained = server.explain_last().to_string();
        match told {
            Some(told) => assert!(explained.contains(told), "{text:.60} {explained}"),
            None => assert!(
                !explained.contains("left out") && !explained.contains("no font"),
                "{text} {explained}"
            ),
        }
    }
}

#[test]
fn every_code_can_be_rehearsed_and_strangers_are_refused_as_at_matting() {
    let server = TestServer::new();
    let contract = server.get("contracts/jdcloud-composing");
    let rows = contract["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("{contract}"));
    assert!(rows.len() > 40);
    for row in rows {
        let code = row["code"].as_str().unwrap();
        let headers = [("x-understudy-refusal".to_owned(), code.to_owned())];
        let query = server.app_query();
        let url = format!("http://{}{CUSTOM}?{query}", server.host());
        let answer = server.send("POST", &url, &headers, b"");
        assert_eq!(
            u64::from(answer.status),
            row["status"].as_u64().unwrap(),
            "{code}"
        );
        assert!(
            answer.text().contains(code.trim_end_matches("_CONFLICT")),
            "{code}: {}",
            answer.text()
        );
    }
    let answer = server.signed("POST", CUSTOM, b"", ("NOBODY", "x"));
    assert_eq!(
        (answer.status, &answer.json()["error"]["status"]),
        (401, &json!("UNAUTHENTICATED"))
    );
    let answer = server.signed("GET", CUSTOM, b"", (&server.demo("ak"), &server.demo("sk")));
    assert_eq!(answer.status, 404);
}
