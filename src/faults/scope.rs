//! Which calls a fault is for.

use super::spec::MatchSpec;
use super::{FaultSpecError, ValidationContext};
use crate::clock::Time;
use crate::exchange::Call;
use crate::spelling::expected_one_of;

/// What is known of a call when faults are decided.
#[derive(Clone, Copy)]
pub struct CallFacts<'a> {
    /// The provider.
    pub provider: &'a str,
    /// The operation with its provider; empty where the path is none.
    pub operation: &'a str,
    /// The world.
    pub world: &'a str,
    /// The key it claims.
    pub key: &'a str,
    /// The request; its body is empty until it is read.
    pub call: &'a Call,
    /// Bytes of request body: those that came, or those announced while it is not read.
    pub bytes: u64,
    /// Virtual time of arrival.
    pub arrived: Time,
}

/// Which calls a fault is for. Absent parts fit all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultScope {
    /// The provider.
    pub provider: Option<String>,
    /// The operation with its provider.
    pub operation: Option<String>,
    /// The world.
    pub world: Option<String>,
    /// The key's public part.
    pub key: Option<String>,
    method: Option<String>,
    path: Option<Pattern>,
    header: Vec<(String, Option<String>)>,
    bytes: (u64, u64),
    pub(super) content: Option<u128>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Whole(String),
    Start(String),
}

impl FaultScope {
    /// A scope of what is known here.
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub(super) fn new(spec: &MatchSpec, known: &ValidationContext) -> Result<Self, FaultSpecError> {
        let (provider, operation) = operation(spec, known)?;
        if let Some(world) = spec.world.as_ref().filter(|world| !known.worlds.contains(world)) {
            let expected = expected_one_of(world, known.worlds.iter().map(String::as_str));
            return Err(FaultSpecError::new("match.world", expected));
        }
        let bytes = (spec.min_bytes.unwrap_or(0), spec.max_bytes.unwrap_or(u64::MAX));
        if bytes.0 > bytes.1 {
            return Err(FaultSpecError::new(
                "match.max_bytes",
                "expected at least match.min_bytes",
            ));
        }
        let content = spec
            .content
            .as_deref()
            .map(|hex| u128::from_str_radix(hex, 16))
            .transpose();
        let content =
            content.map_err(|_| FaultSpecError::new("match.content", "expected 32 hexadecimal digits"))?;
        let any = |value: &String| (value != "*").then(|| value.clone());
        Ok(Self {
            provider,
            operation,
            world: spec.world.clone(),
            key: spec.key.clone(),
            method: spec.method.as_ref().map(|method| method.to_ascii_uppercase()),
            path: spec.path.as_deref().map(Pattern::of),
            header: spec
                .header
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), any(value)))
                .collect(),
            bytes,
            content,
        })
    }

    /// Whether a call is meant.
    pub fn fits(&self, facts: &CallFacts<'_>) -> bool {
        let same = |own: &Option<String>, found: &str| own.as_deref().is_none_or(|own| own == found);
        same(&self.provider, facts.provider)
            && same(&self.operation, facts.operation)
            && same(&self.world, facts.world)
            && same(&self.key, facts.key)
            && same(&self.method, &facts.call.method)
            && (self.bytes.0..=self.bytes.1).contains(&facts.bytes)
            && self.content.is_none_or(|content| content == facts.call.content)
            && self.path.as_ref().is_none_or(|path| path.fits(&facts.call.path))
            && self.header.iter().all(|(name, value)| {
                let found = facts.call.headers.get(name);
                found.is_some_and(|found| value.as_deref().is_none_or(|value| value == found))
            })
    }

    /// Whether the head of a request tells if it fits.
    pub fn needs_body(&self) -> bool {
        self.content.is_some()
    }

    /// Whether it fits every call of every world.
    pub fn is_everything(&self) -> bool {
        *self
            == Self {
                bytes: (0, u64::MAX),
                ..Self::default()
            }
    }

    /// The path, where it is for one alone.
    pub(super) fn whole_path(&self) -> Option<&str> {
        match &self.path {
            Some(Pattern::Whole(path)) => Some(path),
            Some(Pattern::Start(_)) | None => None,
        }
    }

    /// The one header field with one value that tells most calls apart from those meant.
    pub(super) fn telling_header(&self) -> Option<(&str, &str)> {
        self.header
            .iter()
            .find_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
    }
}

impl Pattern {
    fn of(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(start) => Self::Start(start.to_owned()),
            None => Self::Whole(text.to_owned()),
        }
    }

    fn fits(&self, path: &str) -> bool {
        match self {
            Self::Whole(own) => own == path,
            Self::Start(own) => path.starts_with(own.as_str()),
        }
    }
}

/// Provider and operation, each known, the operation with its provider's name.
fn operation(
    spec: &MatchSpec,
    known: &ValidationContext,
) -> Result<(Option<String>, Option<String>), FaultSpecError> {
    let (provider, Some(wanted)) = (&spec.provider, &spec.operation) else {
        if let Some(id) = spec
            .provider
            .as_deref()
            .filter(|id| known.struck(Some(id)).next().is_none())
        {
            let expected = expected_one_of(id, known.provider_ids());
            return Err(FaultSpecError::new("match.provider", expected));
        }
        return Ok((spec.provider.clone(), None));
    };
    let (prefix, name) = wanted
        .split_once('/')
        .map_or((None, wanted.as_str()), |(p, n)| (Some(p), n));
    let owners: Vec<_> = known
        .struck(provider.as_deref().or(prefix))
        .filter(|one| prefix.is_none_or(|prefix| prefix == one.id) && one.operations.contains(&name))
        .collect();
    let [owner] = owners[..] else {
        let all = known.struck(provider.as_deref()).flat_map(|one| {
            let full = move |operation: &&str| format!("{}/{operation}", one.id);
            one.operations.iter().map(full)
        });
        let all = all.collect::<Vec<_>>();
        let field = if provider.is_some() && all.is_empty() {
            "match.provider"
        } else {
            "match.operation"
        };
        let found = if field == "match.provider" {
            provider.as_deref().unwrap_or_default()
        } else {
            wanted
        };
        let expected = if all.is_empty() {
            expected_one_of(found, known.provider_ids())
        } else {
            expected_one_of(found, all.iter().map(String::as_str))
        };
        return Err(FaultSpecError::new(field, expected));
    };
    Ok((Some(owner.id.to_owned()), Some(format!("{}/{name}", owner.id))))
}
