//! Multipart bodies that are whole in memory already.

use super::{Field, FormError, MOST_FIELDS, UploadedFile, Value};
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use std::convert::Infallible;

/// The content type of a body that begins as multipart bodies do.
pub(super) fn sniffed(body: &[u8]) -> Option<String> {
    let boundary = opening_boundary(body)?;
    Some(format!("multipart/form-data; boundary=\"{boundary}\""))
}

pub(super) fn read(content_type: &str, body: &Bytes) -> Result<Vec<Field>, FormError> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| FormError::Unreadable)?;
    let body = body.clone();
    let whole = stream::once(async move { Ok::<_, Infallible>(body) });
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut fields = Vec::new();
    // The body is here, so nothing is ever waited for.
    while let Some(next) = parts.next_field().now_or_never() {
        let Some(part) = next.map_err(|_| FormError::Unreadable)? else {
            return Ok(fields);
        };
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let bytes = part.bytes().now_or_never().and_then(Result::ok);
        let bytes = bytes.ok_or(FormError::Unreadable)?;
        let value = match file_name {
            Some(file_name) => Value::File(UploadedFile { file_name, bytes }),
            None => Value::Text(String::from_utf8_lossy(&bytes).into_owned()),
        };
        fields.push(Field { name, value });
        if fields.len() > MOST_FIELDS {
            return Err(FormError::TooMany);
        }
    }
    Err(FormError::Unreadable)
}

/// The boundary of a body that begins as multipart bodies do: some clients send no content type.
pub fn opening_boundary(body: &[u8]) -> Option<&str> {
    // RFC 2046 §5.1.1: at most 70 characters.
    let rest = body.strip_prefix(b"--")?;
    let end = rest.iter().take(72).position(|byte| *byte == b'\r')?;
    let boundary = std::str::from_utf8(&rest[..end]).ok()?;
    let is_one = !boundary.is_empty() && rest[end..].starts_with(b"\r\n") && !boundary.contains('"');
    is_one.then_some(boundary)
}
