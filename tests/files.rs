//! Result files: HEAD, ranges, tags, expiry.

use super::support::{Answer, Bench, fixture};
use serde_json::json;

fn made(bench: &Bench) -> String {
    bench.cutout(&fixture("pictures/plain.jpg")).json()["result"]["cutout_image_url"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn get(bench: &Bench, method: &str, url: &str, fields: &[(&str, &str)]) -> Answer {
    let fields: Vec<_> = fields
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    bench.send(method, url, &fields, &[])
}

#[test]
fn a_file_is_served_whole_in_part_and_by_its_head() {
    let bench = Bench::new();
    let url = made(&bench);
    assert!(
        url.starts_with(&format!("http://{}/_files/", bench.host())),
        "{url}"
    );
    let whole = get(&bench, "GET", &url, &[]);
    assert_eq!((whole.status, whole.header("content-type")), (200, "image/png"));
    assert_eq!(&whole.body[1..4], b"PNG");
    let length = whole.body.len();
    let head = get(&bench, "HEAD", &url, &[]);
    assert_eq!(head.header("content-length"), length.to_string());
    assert_eq!((head.body.len(), head.header("accept-ranges")), (0, "bytes"));
    let part = get(&bench, "GET", &url, &[("range", "bytes=1-3")]);
    assert_eq!(
        (part.status, part.header("content-range")),
        (206, &*format!("bytes 1-3/{length}"))
    );
    assert_eq!(part.body, b"PNG");
    let tail = get(&bench, "GET", &url, &[("range", "bytes=-4")]);
    assert_eq!(tail.body, whole.body[length - 4..]);
    let outside = get(&bench, "GET", &url, &[("range", "bytes=99999999-")]);
    assert_eq!(
        (outside.status, outside.header("content-range")),
        (416, &*format!("bytes */{length}"))
    );
    assert_eq!(get(&bench, "GET", &url, &[("range", "lines=1-2")]).status, 200);
    assert_eq!(
        get(
            &bench,
            "GET",
            &url,
            &[("range", "bytes=1-2"), ("if-range", "\"other\"")]
        )
        .status,
        200
    );
    let tag = whole.header("etag").to_owned();
    assert_eq!(get(&bench, "GET", &url, &[("if-none-match", &tag)]).status, 304);
    assert_eq!(get(&bench, "DELETE", &url, &[]).status, 405);
}

#[test]
fn a_file_expires_on_its_worlds_clock() {
    let bench = Bench::new();
    let url = made(&bench);
    bench.admin("POST", "clock/advance", json!({"by": "23h 59m 59s"}));
    assert_eq!(get(&bench, "GET", &url, &[]).status, 200);
    bench.admin("POST", "clock/advance", json!({"by": "1s"}));
    assert_eq!(get(&bench, "GET", &url, &[]).status, 404);
}

#[test]
fn files_are_bounded_by_bytes() {
    let bench = Bench::with(|settings| settings.files.max_bytes = bytesize::ByteSize::b(1));
    let first = made(&bench);
    let second = bench.cutout(&fixture("pictures/grey.jpg")).json()["result"]["cutout_image_url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(get(&bench, "GET", &second, &[]).status, 200);
    assert_eq!(get(&bench, "GET", &first, &[]).status, 404);
}

#[test]
fn a_repeated_picture_comes_from_the_cache_with_the_same_bytes() {
    let bench = Bench::new();
    let first = made(&bench);
    let bytes = get(&bench, "GET", &first, &[]).body;
    let again = made(&bench);
    assert_eq!(first, again);
    assert_eq!(get(&bench, "GET", &again, &[]).body, bytes);
    let explained = bench.explain_last().to_string();
    assert!(
        explained.contains("the same picture was cut out before"),
        "{explained}"
    );
}

#[test]
fn paths_lead_nowhere_but_to_files() {
    let bench = Bench::new();
    for path in [
        "/_files/",
        "/_files/../Cargo.toml",
        "/_files/%2e%2e/Cargo.toml",
        "/_files/x.png",
    ] {
        let answer = get(&bench, "GET", &format!("http://{}{path}", bench.host()), &[]);
        assert_eq!(answer.status, 404, "{path}");
    }
}
