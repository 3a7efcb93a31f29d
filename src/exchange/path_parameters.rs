//! What the variable parts of a path stand for: `id` in `/v1/videos/{id}`.

use super::InputError;
use std::str::FromStr;

/// The variable parts of a path by their names, percent-encoding removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathParameters(Vec<(String, String)>);

impl PathParameters {
    /// The text of a part.
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A part as a value of a type.
    ///
    /// # Errors
    /// When the path has no such part, or its text is no value of the type.
    pub fn get<T: FromStr>(&self, name: &'static str) -> Result<T, InputError> {
        let value = self.text(name).and_then(|text| text.parse().ok());
        value.ok_or(InputError::Field(name))
    }
}

/// Pairs of a name and its text as it stands in the path.
impl<'a> FromIterator<(&'a str, &'a str)> for PathParameters {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        Self(
            pairs
                .into_iter()
                .map(|(name, text)| (name.to_owned(), decoded(text)))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded_and_typed() {
        let parameters: PathParameters = [("id", "42"), ("name", "%E5%9B%BE")].into_iter().collect();
        assert_eq!(parameters.get::<u64>("id"), Ok(42));
        assert_eq!(parameters.text("name"), Some("图"));
        assert_eq!(parameters.get::<u64>("name"), Err(InputError::Field("name")));
        assert_eq!(parameters.get::<u64>("none"), Err(InputError::Field("none")));
    }
}
