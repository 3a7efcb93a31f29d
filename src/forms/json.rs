//! JSON bodies: the fields of an object, each as it was written.

use super::{Field, FormError, MOST_FIELDS, Value};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

pub(super) fn read(body: &[u8]) -> Result<Vec<Field>, FormError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let fields = reader
        .deserialize_map(Fields)
        .map_err(|_| FormError::Unreadable)?;
    reader.end().map_err(|_| FormError::Unreadable)?;
    Ok(fields)
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Field>, A::Error> {
        let mut fields: Vec<Field> = Vec::new();
        while let Some((name, raw)) = map.next_entry::<String, Box<RawValue>>()? {
            // One more than are taken says that there are too many.
            if fields.len() <= MOST_FIELDS {
                // Of two fields of one name the later counts, as in the readers that servers use.
                fields.retain(|field| field.name != name);
                let value = Value::Json(raw);
                fields.push(Field { name, value });
            }
        }
        Ok(fields)
    }
}

/// A string, or an array of strings.
pub(super) fn texts(raw: &RawValue) -> Result<Vec<String>, FormError> {
    let read = if raw.get().starts_with('[') {
        serde_json::from_str(raw.get())
    } else {
        serde_json::from_str(raw.get()).map(|text| vec![text])
    };
    read.map_err(|_| FormError::Type)
}
