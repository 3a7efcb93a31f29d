//! Bodies as clients send them: JSON, multipart, urlencoded; read into fields, with every number as it was written.

mod json;
mod multipart;

pub use multipart::opening_boundary;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Most fields of a body.
const MOST_FIELDS: usize = 1_000;

/// Why a body, or a field of it, cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Neither a JSON object nor a form.
    #[error("expected a JSON object or a form")]
    Unreadable,
    /// More fields than are read.
    #[error("expected at most 1,000 fields")]
    TooMany,
    /// A field of another type than was asked for.
    #[error("a field is of a wrong type")]
    Type,
}

/// A body, read.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    /// As it was written.
    Json(Box<RawValue>),
    Text(String),
    File(UploadedFile),
}

/// A file within a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedFile {
    /// Its name, as sent: some clients send a whole path.
    pub file_name: String,
    /// What it holds.
    pub bytes: Bytes,
}

/// One of the values of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormValue<'a> {
    /// A text: of a form, or a string of a JSON field.
    Text(Cow<'a, str>),
    /// A file.
    File(&'a UploadedFile),
}

impl Form {
    /// Reads a body: by its content type, or where that says nothing by how it begins.
    ///
    /// # Errors
    /// When it is no JSON object and no form, or has too many fields.
    pub fn read(content_type: &str, body: &Bytes) -> Result<Self, FormError> {
        let kind = content_type.trim_start();
        let begins = |name: &str| {
            kind.get(..name.len())
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        let fields = if begins("multipart/") {
            multipart::read(kind, body)?
        } else if let Some(kind) = multipart::sniffed(body).filter(|_| !begins("application/json")) {
            multipart::read(&kind, body)?
        } else if body.trim_ascii_start().starts_with(b"{") {
            json::read(body)?
        } else if begins("application/json") {
            return Err(FormError::Unreadable);
        } else {
            urlencoded(body)
        };
        if fields.len() > MOST_FIELDS {
            return Err(FormError::TooMany);
        }
        Ok(Self { fields })
    }

    /// Whether there is a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// The first value of a field as it was written: the text of a string, the digits of a number.
    pub fn text<'a>(&'a self, name: &'a str) -> Option<Cow<'a, str>> {
        match self.named(name).next()? {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::File(file) => std::str::from_utf8(&file.bytes).ok().map(Cow::Borrowed),
            Value::Json(raw) if raw.get() == "null" => None,
            Value::Json(raw) if raw.get().starts_with('"') => serde_json::from_str(raw.get()).ok(),
            Value::Json(raw) => Some(Cow::Borrowed(raw.get())),
        }
    }

    /// Every value of a field in its order: repeated fields of a form; a string, or each of an array of strings, in JSON.
    ///
    /// # Errors
    /// When a JSON value is none of these.
    pub fn parts<'a>(&'a self, name: &'a str) -> Result<Vec<FormValue<'a>>, FormError> {
        let mut parts = Vec::new();
        for value in self.named(name) {
            match value {
                Value::Text(text) => parts.push(FormValue::Text(Cow::Borrowed(text))),
                Value::File(file) => parts.push(FormValue::File(file)),
                Value::Json(raw) if raw.get() == "null" => {}
                Value::Json(raw) => {
                    let texts = json::texts(raw)?;
                    parts.extend(texts.into_iter().map(|text| FormValue::Text(Cow::Owned(text))));
                }
            }
        }
        Ok(parts)
    }

    /// Every text of a field in its order; files are left out.
    ///
    /// # Errors
    /// As [`parts`](Self::parts).
    pub fn texts(&self, name: &str) -> Result<Vec<String>, FormError> {
        let texts = self.parts(name)?.into_iter().filter_map(|part| match part {
            FormValue::Text(text) => Some(text.into_owned()),
            FormValue::File(_) => None,
        });
        Ok(texts.collect())
    }

    /// A field as JSON, where it is there and not null. A form's field may hold JSON as its text.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, FormError> {
        let text = match self.named(name).next() {
            None => return Ok(None),
            Some(Value::Json(raw)) => raw.get(),
            Some(Value::Text(text)) => text,
            Some(Value::File(_)) => return Err(FormError::Type),
        };
        serde_json::from_str(text).map_err(|_| FormError::Type)
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        let named = move |field: &&Field| field.name == name;
        self.fields.iter().filter(named).map(|field| &field.value)
    }
}

fn urlencoded(body: &[u8]) -> Vec<Field> {
    let pairs = form_urlencoded::parse(body).take(MOST_FIELDS + 1);
    let field = |(name, value): (Cow<'_, str>, Cow<'_, str>)| Field {
        name: name.into_owned(),
        value: Value::Text(value.into_owned()),
    };
    pairs.map(field).collect()
}

#[cfg(test)]
mod tests;
