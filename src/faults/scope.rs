//! Which calls match a fault.

use super::spec::MatchSpec;
use super::{FaultSpecError, ValidationContext};
use crate::clock::Time;
use crate::exchange::Call;
use crate::spelling::expected_one_of;

/// What is known about a call when faults are decided.
#[derive(Clone, Copy)]
pub struct CallFacts<'a> {
    /// The provider's id.
    pub provider: &'a str,
    /// `provider/operation`; empty if no operation has the path.
    pub operation: &'a str,
    /// The world's name.
    pub world: &'a str,
    /// The public part of the key the call claims.
    pub key: &'a str,
    /// The request; its body is empty until it has been read.
    pub call: &'a Call,
    /// Size of the request body: the bytes received or, before the body is read, the announced length.
    pub bytes: u64,
    /// Virtual time of arrival.
    pub arrived: Time,
}

/// Which calls match a fault. Absent conditions match every call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultScope {
    /// The provider's id.
    pub provider: Option<String>,
    /// `provider/operation`.
    pub operation: Option<String>,
    /// The world's name.
    pub world: Option<String>,
    /// The public part of the key.
    pub key: Option<String>,
    method: Option<String>,
    path: Option<PathPattern>,
    headers: Vec<(String, Option<String>)>,
    bytes: (u64, u64),
    pub(super) content: Option<u128>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathPattern {
    Exact(String),
    Prefix(String),
}

impl FaultScope {
    /// Validates the conditions of a specification.
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub(super) fn new(spec: &MatchSpec, context: &ValidationContext) -> Result<Self, FaultSpecError> {
        let (provider, operation) = provider_and_operation(spec, context)?;
        if let Some(world) = spec
            .world
            .as_ref()
            .filter(|world| !context.worlds.contains(world))
        {
            let expected = expected_one_of(world, context.worlds.iter().map(String::as_str));
            return Err(FaultSpecError::new("match.world", expected));
        }
        let bytes = (spec.min_bytes.unwrap_or(0), spec.max_bytes.unwrap_or(u64::MAX));
        if bytes.0 > bytes.1 {
            return Err(FaultSpecError::new(
                "match.max_bytes",
                "expected at least match.min_bytes",
            ));
        }
        let method = spec.method.as_deref().map(known_method).transpose()?;
        let content = spec.content.as_deref().map(short_digest).transpose()?;
        let exact_value = |value: &String| (value != "*").then(|| value.clone());
        Ok(Self {
            provider,
            operation,
            world: spec.world.clone(),
            key: spec.key.clone(),
            method,
            path: spec.path.as_deref().map(PathPattern::parse),
            headers: spec
                .header
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), exact_value(value)))
                .collect(),
            bytes,
            content,
        })
    }

    /// Whether a call meets all conditions.
    pub fn matches(&self, facts: &CallFacts<'_>) -> bool {
        let same = |own: &Option<String>, found: &str| own.as_deref().is_none_or(|own| own == found);
        same(&self.provider, facts.provider)
            && same(&self.operation, facts.operation)
            && same(&self.world, facts.world)
            && same(&self.key, facts.key)
            && same(&self.method, &facts.call.method)
            && (self.bytes.0..=self.bytes.1).contains(&facts.bytes)
            && self
                .content
                .is_none_or(|content| content == facts.call.content().short())
            && self
                .path
                .as_ref()
                .is_none_or(|path| path.matches(&facts.call.path))
            && self.headers.iter().all(|(name, value)| {
                let found = facts.call.headers.get(name);
                found.is_some_and(|found| value.as_deref().is_none_or(|value| value == found))
            })
    }

    /// Whether the body must be read before this scope can be matched.
    pub fn needs_body(&self) -> bool {
        self.content.is_some()
    }

    /// Whether every call of every world matches.
    pub fn is_everything(&self) -> bool {
        *self
            == Self {
                bytes: (0, u64::MAX),
                ..Self::default()
            }
    }

    /// The path, if the scope requires an exact one.
    pub(super) fn exact_path(&self) -> Option<&str> {
        match &self.path {
            Some(PathPattern::Exact(path)) => Some(path),
            Some(PathPattern::Prefix(_)) | None => None,
        }
    }

    /// The first header condition with an exact value.
    pub(super) fn exact_header(&self) -> Option<(&str, &str)> {
        self.headers
            .iter()
            .find_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
    }
}

impl PathPattern {
    fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) => Self::Prefix(prefix.to_owned()),
            None => Self::Exact(text.to_owned()),
        }
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == path,
            Self::Prefix(prefix) => path.starts_with(prefix.as_str()),
        }
    }
}

/// The provider's id and `provider/operation`, both checked against what is served here.
fn provider_and_operation(
    spec: &MatchSpec,
    context: &ValidationContext,
) -> Result<(Option<String>, Option<String>), FaultSpecError> {
    let (provider, Some(wanted)) = (&spec.provider, &spec.operation) else {
        if let Some(id) = spec
            .provider
            .as_deref()
            .filter(|id| context.providers_in_scope(Some(id)).next().is_none())
        {
            let expected = expected_one_of(id, context.provider_ids());
            return Err(FaultSpecError::new("match.provider", expected));
        }
        return Ok((spec.provider.clone(), None));
    };
    let (prefix, name) = wanted
        .split_once('/')
        .map_or((None, wanted.as_str()), |(p, n)| (Some(p), n));
    let owners: Vec<_> = context
        .providers_in_scope(provider.as_deref().or(prefix))
        .filter(|one| prefix.is_none_or(|prefix| prefix == one.id) && one.operations.contains(&name))
        .collect();
    let [owner] = owners[..] else {
        let all = context.providers_in_scope(provider.as_deref()).flat_map(|one| {
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
            expected_one_of(found, context.provider_ids())
        } else {
            expected_one_of(found, all.iter().map(String::as_str))
        };
        return Err(FaultSpecError::new(field, expected));
    };
    Ok((Some(owner.id.to_owned()), Some(format!("{}/{name}", owner.id))))
}

/// The methods that calls have.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

fn known_method(method: &str) -> Result<String, FaultSpecError> {
    let upper = method.to_ascii_uppercase();
    if METHODS.contains(&upper.as_str()) {
        Ok(upper)
    } else {
        let expected = expected_one_of(method, METHODS);
        Err(FaultSpecError::new("match.method", expected))
    }
}

fn short_digest(hex: &str) -> Result<u128, FaultSpecError> {
    let is_hex = hex.len() == 32 && hex.chars().all(|digit| digit.is_ascii_hexdigit());
    let digest = is_hex.then(|| u128::from_str_radix(hex, 16).ok()).flatten();
    digest.ok_or_else(|| FaultSpecError::new("match.content", "expected 32 hexadecimal digits"))
}
