//! Names that a user may have misspelled: what was expected, and the nearest known name.

use std::fmt::Write;

/// Likeness, 0 to 1, from which a known name may be the one that was meant.
const NEAR: f64 = 0.82;

/// The known name that is most like a word, where one is near enough to be meant by it. Case and the difference
/// between `-` and `_` do not count; a word without its prefix (`pictures`) is near the name with it (`tupu.pictures`).
pub fn nearest_name<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = folded(found);
    let has_prefix = found.contains(['/', '.']);
    let likeness = |name: &str| {
        let name = folded(name);
        let whole = strsim::jaro_winkler(&found, &name);
        match name.rsplit(['/', '.']).next() {
            Some(last) if !has_prefix => whole.max(strsim::jaro_winkler(&found, last)),
            Some(_) | None => whole,
        }
    };
    let near = known.into_iter().map(|name| (likeness(name), name));
    let near = near.filter(|(likeness, _)| *likeness >= NEAR);
    let best = near.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, name)| name)
}

/// What is said of an unknown name: `expected one of x-axis, y-axis, found "x-axs"; did you mean "x-axis"?`
pub fn expected_one_of<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let mut text = match known[..] {
        [] => format!("expected nothing here, found {found:?}"),
        [only] => format!("expected {only}, found {found:?}"),
        _ => format!("expected one of {}, found {found:?}", known.join(", ")),
    };
    suggest(&mut text, nearest_name(found, known));
    text
}

/// A message of serde's, with the nearest of the names it lists where it is about an unknown one.
pub fn with_suggestion(message: &str) -> String {
    let mut text = message.trim_end().to_owned();
    let listed = ["unknown field `", "unknown variant `"]
        .iter()
        .find_map(|start| message.split_once(start));
    if let Some((_, listed)) = listed {
        // Every second part stands between backticks; the first of them is what was found.
        let mut names = listed.split('`').step_by(2);
        let found = names.next().unwrap_or_default();
        suggest(&mut text, nearest_name(found, names));
    }
    text
}

/// The field an error of serde's is about: its path, with the name of a field that is missing there.
pub fn field_of(path: &str, message: &str) -> String {
    let path = path.trim_end_matches(".?").trim_matches('.');
    let missing = message
        .split_once("missing field `")
        .and_then(|(_, rest)| rest.split('`').next());
    match missing {
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// Adds the name that may have been meant to a message.
pub fn suggest(text: &mut String, nearest: Option<&str>) {
    if let Some(nearest) = nearest {
        write!(text, "; did you mean {nearest:?}?").expect("a text takes whatever is written to it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let known = [
            "listen",
            "admin_listen",
            "tupu.pictures",
            "jdcloud-matting/cutout",
        ];
        let near = |found| nearest_name(found, known);
        assert_eq!(near("lissten"), Some("listen"));
        assert_eq!(near("ADMIN-LISTEN"), Some("admin_listen"));
        assert_eq!(near("pictur"), Some("tupu.pictures"));
        assert_eq!(near("cut-out"), Some("jdcloud-matting/cutout"));
        assert_eq!(near("tupu.picture"), Some("tupu.pictures"));
        assert_eq!(near("sound"), None);
        assert_eq!(near(""), None);
    }

    #[test]
    fn messages_of_serde_get_a_suggestion() {
        let text = "unknown field `nam`, expected `name` or `settings` at line 1 column 6";
        assert_eq!(with_suggestion(text), format!("{text}; did you mean \"name\"?"));
        let text = "unknown variant `day`, expected one of `total`, `month`, `week`";
        assert_eq!(with_suggestion(text), text);
        assert_eq!(with_suggestion("invalid type: map\n"), "invalid type: map");
    }

    #[test]
    fn a_missing_field_is_named_with_its_path() {
        assert_eq!(field_of(".", "missing field `name`"), "name");
        assert_eq!(field_of("a[0]", "missing field `name`"), "a[0].name");
        assert_eq!(field_of("a.b.?", "unknown variant `x`"), "a.b");
    }
}
