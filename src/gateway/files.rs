//! Result files: GET and HEAD, whole or a range. They are no calls and write no rows.

use super::Gateway;
use crate::clock::Time;
use crate::exchange::ContentDigest;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use http_range_header::parse_range_header;

/// Paths of result files begin so.
pub const PREFIX: &str = "/_files/";

/// Paths of inputs that force verdicts begin so: a small origin, so that tests by URL work offline.
pub const KIT: &str = "/_kit/";

/// A file as it is served.
struct File {
    bytes: Bytes,
    content_type: &'static str,
    made: Time,
    /// Changes with the content: names of result files do.
    tag: String,
}

fn find(path: &str, gateway: &Gateway) -> Option<File> {
    if let Some(name) = path.strip_prefix(PREFIX) {
        return gateway.files.get(name).map(|file| File {
            bytes: file.bytes,
            content_type: file.content_type,
            made: file.made,
            tag: format!("\"{name}\""),
        });
    }
    let name = path.strip_prefix(KIT)?;
    let item = gateway
        .providers
        .marker_samples()
        .find(|item| item.name == name)?;
    Some(File {
        tag: format!("\"{:032x}\"", ContentDigest::of(&item.bytes).short()),
        bytes: item.bytes.clone(),
        content_type: item.content_type,
        made: gateway.clock.now(),
    })
}

/// Serves one file.
pub fn serve(request: &HttpRequest, gateway: &Gateway) -> HttpResponse {
    let head_only = request.method() == Method::HEAD;
    if !head_only && request.method() != Method::GET {
        return HttpResponse::MethodNotAllowed()
            .insert_header(("allow", "GET, HEAD"))
            .finish();
    }
    let Some(file) = find(request.path(), gateway) else {
        return HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("no such file: it was never made, or its time is over\n");
    };
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header("if-none-match").is_some_and(|tags| {
        tags.split(',')
            .any(|one| one.trim() == file.tag || one.trim() == "*")
    }) {
        return with_facts(StatusCode::NOT_MODIFIED, &file).finish();
    }
    // A range of another version is of no use: then the whole is sent.
    let fresh = header("if-range").is_none_or(|one| one == file.tag);
    match header("range")
        .filter(|_| fresh)
        .map(|range| range_of(range, file.bytes.len() as u64))
    {
        Some(Range::Part(first, last)) => {
            let mut response = with_facts(StatusCode::PARTIAL_CONTENT, &file);
            let total = file.bytes.len();
            response.insert_header(("content-range", format!("bytes {first}-{last}/{total}")));
            response.body(file.bytes.slice(first as usize..=last as usize))
        }
        Some(Range::Outside) => {
            let mut response = with_facts(StatusCode::RANGE_NOT_SATISFIABLE, &file);
            response
                .insert_header(("content-range", format!("bytes */{}", file.bytes.len())))
                .finish()
        }
        Some(Range::Whole) | None => with_facts(StatusCode::OK, &file).body(file.bytes.clone()),
    }
}

enum Range {
    /// First and last byte.
    Part(u64, u64),
    /// Nothing of the file.
    Outside,
    /// Unreadable or of several parts: a server may ignore such a header (RFC 9110 §14.2).
    Whole,
}

fn range_of(header: &str, length: u64) -> Range {
    let Ok(parsed) = parse_range_header(header) else {
        return Range::Whole;
    };
    match parsed.validate(length).as_deref() {
        Ok([one]) => Range::Part(*one.start(), *one.end()),
        Ok(_) => Range::Whole,
        Err(_) => Range::Outside,
    }
}

fn with_facts(status: StatusCode, file: &File) -> HttpResponseBuilder {
    let mut response = HttpResponseBuilder::new(status);
    response
        .insert_header(("accept-ranges", "bytes"))
        .insert_header(("etag", file.tag.as_str()))
        .insert_header(("last-modified", file.made.http_date()));
    if status != StatusCode::NOT_MODIFIED {
        response.insert_header(("content-type", file.content_type));
    }
    response
}
