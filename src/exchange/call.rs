//! One request, read whole into an owned value.

use bytes::Bytes;
use std::borrow::Cow;
use std::net::IpAddr;

/// A request as it arrived. Nothing in it is decoded or normalised: signatures need the raw text.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// `POST`, as sent.
    pub method: String,
    /// Raw path of the target, without scheme and host even where the client used absolute form.
    pub path: String,
    /// Raw query without the `?`; empty where there is none.
    pub query: String,
    /// All header fields; those of one name in the order they came.
    pub headers: Headers,
    /// The body, whole (chunked framing removed).
    pub body: Bytes,
    /// Bytes of body that came, also where they were more than the edge keeps.
    pub body_len: u64,
    /// Where the client connected from.
    pub peer: Option<IpAddr>,
    /// `http://host:port` as the client addressed us; result links start with it.
    pub base_url: String,
}

impl Call {
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

    /// The path and query as sent.
    pub fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    /// A key for the content of this call: equal for equal operations and inputs, whatever a client makes
    /// anew each time (signature, nonce, timestamp, date).
    pub fn content_key(&self) -> u128 {
        xxhash_rust::xxh3::xxh3_128(&self.body)
    }
}

/// Header fields, names in lower case; those of one name in the order they came.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    fields: Vec<(Box<str>, Box<str>)>,
}

impl Headers {
    /// Adds a field; the name is lowered.
    pub fn push(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_ascii_lowercase().into(), value.into()));
    }

    /// The first value of a field; `name` in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All values of a field, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// All fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Bytes the fields take in memory, about.
    pub fn weight(&self) -> usize {
        self.fields
            .iter()
            .map(|(name, value)| name.len() + value.len() + 32)
            .sum()
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
