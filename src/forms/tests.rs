//! Bodies as real clients send them.

use super::*;

fn read(kind: &str, body: &str) -> Form {
    Form::read(kind, &body.to_owned().into()).unwrap()
}

fn text(text: &str) -> FormValue<'_> {
    FormValue::Text(text.into())
}

#[test]
fn numbers_keep_their_digits() {
    let form = read(
        "application/json",
        r#"{"timestamp":1795301277.398084,"nonce":5e-05,"s":"a\u6d4b","n":null,"big":12345678901234567890123}"#,
    );
    assert_eq!(form.text("timestamp").unwrap(), "1795301277.398084");
    assert_eq!(form.text("nonce").unwrap(), "5e-05");
    assert_eq!(form.text("s").unwrap(), "a测");
    assert_eq!(form.text("n"), None);
    assert_eq!(form.text("big").unwrap(), "12345678901234567890123");
    assert_eq!(form.text("absent"), None);
}

#[test]
fn a_string_and_an_array_of_strings_are_both_values() {
    let form = read("", r#"{"one":"a","two":["b","c"],"none":null,"bad":[1]}"#);
    assert_eq!(form.parts("one").unwrap(), [text("a")]);
    assert_eq!(form.parts("two").unwrap(), [text("b"), text("c")]);
    assert!(form.parts("none").unwrap().is_empty());
    assert!(form.parts("absent").unwrap().is_empty());
    assert_eq!(form.parts("bad"), Err(FormError::Type));
    assert_eq!(form.json::<Vec<u8>>("bad").unwrap(), Some(vec![1]));
}

#[test]
fn multipart_is_read_as_java_and_php_write_it() {
    let body = "--X\r\nContent-Disposition:form-data; name=\"tag\"\r\n\r\nroom\r\n\
        --X\r\nContent-Disposition:form-data; name=\"image\"; filename=\"/data/in/照片.jpg\"\r\n\
        Content-Type:multipart/form-data\r\n\r\n\u{1}\u{2}\r\n\r\n--Y\r\n\
        --X\r\ncontent-disposition: form-data; name=\"image\"; filename=\"b.png\"\r\nContent-Type: application/*\r\n\r\n\r\n\
        --X--\r\n";
    let form = read("multipart/form-data;boundary=X", body);
    assert_eq!(form.texts("tag").unwrap(), ["room"]);
    let parts = form.parts("image").unwrap();
    let [FormValue::File(first), FormValue::File(second)] = &parts[..] else {
        panic!("{parts:?}");
    };
    assert_eq!(
        (&*first.file_name, &first.bytes[..]),
        ("/data/in/照片.jpg", &b"\x01\x02\r\n\r\n--Y"[..])
    );
    assert_eq!((&*second.file_name, second.bytes.len()), ("b.png", 0));
}

#[test]
fn urlencoded_is_read_and_repeated_fields_stay_in_order() {
    let form = read("application/x-www-form-urlencoded", "image=a%2Fb&tag=1&image=c+d");
    assert_eq!(form.parts("image").unwrap(), [text("a/b"), text("c d")]);
    assert!(form.has("tag"));
}

#[test]
fn what_is_none_of_these_is_refused() {
    let refused = |kind: &str, body: &str| Form::read(kind, &body.to_owned().into()).unwrap_err();
    assert_eq!(refused("application/json", "[1]"), FormError::Unreadable);
    assert_eq!(refused("application/json", ""), FormError::Unreadable);
    // What one client sends for its rate query.
    assert_eq!(refused("", r#"{{}, "nonce":1}"#), FormError::Unreadable);
    assert_eq!(refused("", r#"{"a":1} {"#), FormError::Unreadable);
    assert_eq!(refused("multipart/form-data", "--X--"), FormError::Unreadable);
    assert_eq!(
        refused("multipart/form-data; boundary=X", "hello"),
        FormError::Unreadable
    );
    assert_eq!(
        refused(
            "multipart/form-data; boundary=X",
            "--X\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\ncut"
        ),
        FormError::Unreadable
    );
    let many: String = "a=1&".repeat(1_001);
    assert_eq!(
        refused("application/x-www-form-urlencoded", &many),
        FormError::TooMany
    );
}

#[test]
fn deep_json_is_no_value_and_breaks_nothing() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let form = Form::read("application/json", &deep.into());
    // The field is skipped over without recursion; only asking for it fails.
    if let Ok(form) = form {
        assert_eq!(form.parts("a"), Err(FormError::Type));
    }
}

#[test]
fn a_multipart_body_without_its_content_type_is_told_by_how_it_begins() {
    let body = "--B\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n";
    let body = Bytes::from(body);
    for kind in ["", "application/octet-stream"] {
        assert_eq!(Form::read(kind, &body).unwrap().text("a").unwrap(), "1", "{kind}");
    }
    assert!(Form::read("application/json", &body).is_err());
    let text = Form::read("", &Bytes::from("--\r\n")).unwrap();
    assert!(!text.has("a"));
}
