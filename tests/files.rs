//! Result files: HEAD, ranges, tags, expiry.

use super::support::{Answer, TestServer, fixture};

fn made(server: &TestServer) -> String {
    server.cutout(&fixture("pictures/plain.jpg")).json()["result"]["cutout_image_url"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn get(server: &TestServer, method: &str, url: &str, fields: &[(&str, &str)]) -> Answer {
    let fields: Vec<_> = fields
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    server.send(method, url, &fields, &[])
}

#[test]
fn a_file_is_served_whole_in_part_and_by_its_head() {
    let server = TestServer::new();
    let url = made(&server);
    assert!(url.starts_with(&server.url("/_files/")), "{url}");
    let whole = get(&server, "GET", &url, &[]);
    assert_eq!((whole.status, whole.header("content-type")), (200, "image/png"));
    assert_eq!(&whole.body[1..4], b"PNG");
    let length = whole.body.len();
    let head = get(&server, "HEAD", &url, &[]);
    assert_eq!(head.header("content-length"), length.to_string());
    assert_eq!((head.body.len(), head.header("accept-ranges")), (0, "bytes"));
    let part = get(&server, "GET", &url, &[("range", "bytes=1-3")]);
    assert_eq!(
        (part.status, part.header("content-range")),
        (206, &*format!("bytes 1-3/{length}"))
    );
    assert_eq!(part.body, b"PNG");
    let tail = get(&server, "GET", &url, &[("range", "bytes=-4")]);
    assert_eq!(tail.body, whole.body[length - 4..]);
    let outside = get(&server, "GET", &url, &[("range", "bytes=99999999-")]);
    assert_eq!(
        (outside.status, outside.header("content-range")),
        (416, &*format!("bytes */{length}"))
    );
    assert_eq!(get(&server, "GET", &url, &[("range", "lines=1-2")]).status, 200);
    assert_eq!(
        get(
            &server,
            "GET",
            &url,
            &[("range", "bytes=1-2"), ("if-range", "\"other\"")]
        )
        .status,
        200
    );
    let tag = whole.header("etag").to_owned();
    assert_eq!(get(&server, "GET", &url, &[("if-none-match", &tag)]).status, 304);
    assert_eq!(get(&server, "DELETE", &url, &[]).status, 405);
}

#[test]
fn a_file_expires_on_its_worlds_clock() {
    let server = TestServer::new();
    let url = made(&server);
    server.advance("23h 59m 59s");
    assert_eq!(get(&server, "GET", &url, &[]).status, 200);
    server.advance("1s");
    assert_eq!(get(&server, "GET", &url, &[]).status, 404);
}

#[test]
fn files_are_bounded_by_bytes() {
    let server = TestServer::with(|settings| settings.files.max_bytes = bytesize::ByteSize::b(1));
    let first = made(&server);
    let second = server.cutout(&fixture("pictures/grey.jpg")).json()["result"]["cutout_image_url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(get(&server, "GET", &second, &[]).status, 200);
    assert_eq!(get(&server, "GET", &first, &[]).status, 404);
}

#[test]
fn a_repeated_picture_comes_from_the_cache_with_the_same_bytes() {
    let server = TestServer::new();
    let first = made(&server);
    let bytes = get(&server, "GET", &first, &[]).body;
    let again = made(&server);
    assert_eq!(first, again);
    assert_eq!(get(&server, "GET", &again, &[]).body, bytes);
    let explained = server.explain_last().to_string();
    assert!(
        explained.contains("the same picture was cut out before"),
        "{explained}"
    );
}

#[test]
fn paths_lead_nowhere_but_to_files() {
    let server = TestServer::new();
    for path in [
        "/_files/",
        "/_files/../Cargo.toml",
        "/_files/%2e%2e/Cargo.toml",
        "/_files/x.png",
    ] {
        let answer = get(&server, "GET", &server.url(path), &[]);
        assert_eq!(answer.status, 404, "{path}");
    }
}
