//! The answer, as a value.

use super::Decision;
use bytes::Bytes;
use std::borrow::Cow;

/// What a provider answers. Only the gateway's edge sends it.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Header fields beside those the edge adds (`Date`, `Content-Length`, ours).
    pub headers: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The body.
    pub body: Bytes,
    /// The vendor's own code for this answer, for the ledger.
    pub code: Cow<'static, str>,
    /// Billable units served: 0 for an answer the contract does not charge.
    pub units: u32,
    /// The contract's code for an input that is out of specification, whether it was served or refused.
    pub out_of_spec: Option<&'static str>,
    /// What the provider decided on the way, for `explain`.
    pub notes: Vec<Decision>,
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        // Room for what gateways add.
        let mut headers = Vec::with_capacity(8);
        headers.push((Cow::Borrowed("content-type"), Cow::Borrowed(content_type)));
        Self {
            status,
            headers,
            body: body.into(),
            ..Self::default()
        }
    }

    /// Adds a header field; its name in lower case.
    pub fn push_header(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Cow<'static, str>>) {
        self.headers.push((name.into(), value.into()));
    }

    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| &**value)
    }
}
