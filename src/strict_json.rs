//! JSON as it is meant: a whole value and nothing after it, no name twice in an object, and an object wherever named
//! fields are expected. The library alone takes a list for an object, field by field, and the last of two equal names.

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Error, Map, Value};
use std::fmt;

/// Reads a text as one value.
///
/// # Errors
/// Where it is no JSON, a name stands twice, or something follows the value.
pub fn parse(text: &[u8]) -> Result<Value, serde_path_to_error::Error<Error>> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    match UniqueNames::deserialize(tracked) {
        Ok(value) => match reader.end() {
            Ok(()) => Ok(value.0),
            Err(why) => Err(serde_path_to_error::Error::new(track.path(), why)),
        },
        Err(why) => Err(serde_path_to_error::Error::new(track.path(), why)),
    }
}

/// Reads a type from a value.
///
/// # Errors
/// The path of what is not as it should be, and what was expected.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, serde_path_to_error::Error<Error>> {
    serde_path_to_error::deserialize(StrictValue(value))
}

/// A value in whose objects no name stands twice.
struct UniqueNames(Value);

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueNamesVisitor).map(Self)
    }
}

struct UniqueNamesVisitor;

impl<'de> Visitor<'de> for UniqueNamesVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(UniqueNames(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, UniqueNames(value))) = fields.next_entry::<String, _>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "expected each name once, found {name:?} twice"
                )));
            }
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

/// A value from which named fields are only read where it is an object.
struct StrictValue(Value);

impl StrictValue {
    fn no_object(&self) -> Error {
        let found = match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(_) => Unexpected::Other("a number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Error::invalid_type(found, &"an object")
    }
}

impl<'de> Deserializer<'de> for StrictValue {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(StrictItems(items.into_iter())),
            Value::Object(fields) => visitor.visit_map(StrictFields::new(fields)),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                plain.deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Value::Object(fields) = self.0 {
            visitor.visit_map(StrictFields::new(fields))
        } else {
            Err(self.no_object())
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Value::Object(fields) = self.0 {
            let fields = MapAccessDeserializer::new(StrictFields::new(fields));
            fields.deserialize_enum(name, variants, visitor)
        } else {
            self.0.deserialize_enum(name, variants, visitor)
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct StrictItems(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for StrictItems {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let next = self.0.next();
        next.map(|value| seed.deserialize(StrictValue(value))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct StrictFields {
    fields: serde_json::map::IntoIter,
    /// Of the name that was read last.
    value: Option<Value>,
}

impl StrictFields {
    fn new(fields: Map<String, Value>) -> Self {
        Self {
            fields: fields.into_iter(),
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for StrictFields {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((name, value)) = self.fields.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        let name: StringDeserializer<Error> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let value = self.value.take().expect("a value follows its name");
        seed.deserialize(StrictValue(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        name: String,
        #[serde(default)]
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        choice: Choice,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        count: u8,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Choice {
        #[default]
        Plain,
        With(Inner),
    }

    fn read(text: &str) -> Result<Outer, String> {
        let value = parse(text.as_bytes()).map_err(|why| why.to_string())?;
        from_value(value).map_err(|why| why.to_string())
    }

    #[test]
    fn what_is_meant_is_read() {
        let text = r#"{"name": "a", "inner": {"count": 1}, "list": [{"count": 2}], "choice": {"with": {"count": 3}}}"#;
        let read_outer = read(text).unwrap();
        assert_eq!(
            read_outer,
            Outer {
                name: "a".into(),
                inner: Some(Inner { count: 1 }),
                list: vec![Inner { count: 2 }],
                choice: Choice::With(Inner { count: 3 }),
            }
        );
        assert_eq!(
            read(r#"{"name": "a", "choice": "plain"} "#).unwrap().choice,
            Choice::Plain
        );
    }

    #[test]
    fn what_is_not_meant_is_refused_by_its_path() {
        for (text, why) in [
            (r#"["a"]"#, "invalid type: sequence, expected an object"),
            (
                r#"{"name": "a", "inner": [1]}"#,
                "inner: invalid type: sequence, expected an object",
            ),
            (
                r#"{"name": "a", "list": [[1]]}"#,
                "list[0]: invalid type: sequence, expected an object",
            ),
            (
                r#"{"name": "a", "choice": {"with": [1]}}"#,
                "choice.with: invalid type: sequence, expected an object",
            ),
            (
                r#"{"name": "a", "inner": {"count": 1, "count": 2}}"#,
                r#"inner: expected each name once, found "count" twice at line 1 column 47"#,
            ),
            (r#"{"name": "a"} {}"#, "trailing characters at line 1 column 15"),
            (
                r#"{"name": "a""#,
                "EOF while parsing an object at line 1 column 12",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), why, "{text}");
        }
    }
}
