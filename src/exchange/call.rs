//! One request, read whole into an owned value.

use super::{ContentDigest, PathParameters};
use crate::forms::{Form, FormError};
use bytes::Bytes;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

/// A request as it arrived. Nothing in it is decoded or normalised: signatures need the raw text.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// `POST`, as sent.
    pub method: String,
    /// Raw path of the target, without scheme and host even where the client used absolute form.
    pub path: String,
    /// Raw query without the `?`; empty where there is none.
    pub query: String,
    /// What the variable parts of the path's pattern stand for.
    pub path_parameters: PathParameters,
    /// All header fields; those of one name in the order they came.
    pub headers: Headers,
    /// Whether the body was read; before, nothing is known but the head.
    pub is_body_read: bool,
    /// The body, whole (chunked framing removed).
    pub body: Bytes,
    /// Bytes of body that came, also where they were more than the edge keeps.
    pub body_len: u64,
    /// The digest of the body, where it was computed already; see [`Call::content`].
    pub digest: OnceLock<ContentDigest>,
    /// Where the client connected from.
    pub peer: Option<IpAddr>,
    /// `http://host:port` as the client addressed us; result links start with it.
    pub base_url: Arc<str>,
    /// The body's fields, parsed when they are first asked for.
    pub form: OnceLock<Result<Form, FormError>>,
}

impl Call {
    /// The fields of the body: of JSON, multipart, or a form. The body is parsed once, by the first caller.
    ///
    /// # Errors
    /// When the body is neither a JSON object nor a form, or was not read yet.
    pub fn form(&self) -> Result<&Form, FormError> {
        if !self.is_body_read && self.body.is_empty() {
            // Not remembered: the body may still come.
            return Err(FormError::Unreadable);
        }
        let parsed = self.form.get_or_init(|| {
            let kind = self.headers.get("content-type").unwrap_or_default();
            Form::read(kind, &self.body)
        });
        parsed.as_ref().map_err(|error| *error)
    }

    /// The digest of the body: equal for equal inputs, whatever a client makes anew each time (signature, nonce,
    /// timestamp, date).
    pub fn content(&self) -> ContentDigest {
        *self.digest.get_or_init(|| ContentDigest::of(&self.body))
    }

    /// The token of `Authorization: Bearer`, where the call sends one.
    pub fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.headers.get("authorization")?.trim().split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// The `Host` as sent, or the authority of an absolute-form target; empty where there is neither.
    pub fn host(&self) -> &str {
        self.headers.get("host").unwrap_or_default()
    }

    /// The first value of a query parameter, decoded.
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}

/// Header fields, names in lower case; those of one name in the order they came. All text is in one buffer:
/// a call has a dozen fields, and each of its own would be two allocations.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    text: String,
    /// Where each name and, right after it, each value ends in `text`.
    ends: Vec<(usize, usize)>,
}

impl Headers {
    /// Empty headers with room for `fields` fields and `bytes` bytes of names and values.
    pub fn with_capacity(fields: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(fields),
        }
    }

    /// Adds a field; the name is lowered.
    pub fn push(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        self.text[start..].make_ascii_lowercase();
        let middle = self.text.len();
        self.text.push_str(value);
        self.ends.push((middle, self.text.len()));
    }

    /// The first value of a field; `name` in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |(middle, end)| {
            let field = (&self.text[start..*middle], &self.text[*middle..*end]);
            start = *end;
            field
        })
    }

    /// Bytes the fields take in memory, about.
    pub fn weight(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<(usize, usize)>()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Headers {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(fields: I) -> Self {
        let mut headers = Self::default();
        for (name, value) in fields {
            headers.push(name, value);
        }
        headers
    }
}
