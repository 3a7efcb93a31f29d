//! A fault that was checked: it can be carried out as it stands.

use super::latency::LatencyModel;
use super::spec::EVERY_FAULT_ENDS;
use super::{
    Effect, FaultScope, FaultSpec, FaultStage, FaultWindow, InjectionPoint, SamplingRule, Span,
    ValidationContext,
};
use crate::clock::Time;
use crate::exchange::Attribution;
use crate::spelling::expected_one_of;
use std::sync::Arc;
use std::time::Duration;

/// What is wrong with a fault as written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {expected}")]
pub struct FaultSpecError {
    /// The field, dotted.
    pub field: String,
    /// What was expected of it.
    pub expected: String,
}

impl FaultSpecError {
    /// A flaw in a field.
    pub fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            expected: expected.into(),
        }
    }
}

/// A fault that was checked.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its name.
    pub id: Arc<str>,
    /// As it was written.
    pub spec: FaultSpec,
    /// Which calls it is for.
    pub scope: FaultScope,
    /// Which of them are struck.
    pub draw: SamplingRule,
    /// Where on the road.
    pub stage: FaultStage,
    /// What happens.
    pub effect: Effect,
    /// How long a latency takes.
    pub law: Option<LatencyModel>,
    /// When.
    pub window: FaultWindow,
    /// Whose it is.
    pub cause: Attribution,
    /// When it was defined, on its own clock.
    pub defined: Time,
}

/// Words that are no names of faults: they are paths of the admin API.
const RESERVED: [&str; 3] = ["halt", "tape", "kinds"];

impl Fault {
    /// Checks a fault as written. `id` is its name where it has none; `now` the time on its own clock; `ttl` how
    /// long it lives where it does not say.
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub fn new(
        spec: FaultSpec,
        id: &str,
        known: &ValidationContext,
        now: Time,
        ttl: Option<Duration>,
    ) -> Result<Self, FaultSpecError> {
        let id = spec.id.as_deref().unwrap_or(id);
        check_id(id)?;
        let scope = FaultScope::new(&spec.matching, known)?;
        let draw = SamplingRule::new(&spec)?;
        let effect = Effect::read(&spec.effect)?;
        let provider = scope.provider.as_deref();
        effect.check_known(&scope, known)?;
        let stage = stage(&spec, &effect)?;
        let window = FaultWindow::new(&spec.window, life(&spec, ttl)?, now)?;
        if spec.window.ramp.is_some() && draw.share().is_none() {
            return Err(FaultSpecError::new(
                "window.ramp",
                "expected a toxicity: what is counted cannot rise",
            ));
        }
        if spec.at_once == Some(0) {
            return Err(FaultSpecError::new("at_once", "expected 1 or more"));
        }
        let law = if let Effect::Latency(latency) = &effect {
            Some(latency.law()?)
        } else {
            None
        };
        Ok(Self {
            id: id.into(),
            cause: cause(id, &spec, &effect, &Bounds { known, provider, now })?,
            scope,
            draw,
            stage,
            effect,
            law,
            window,
            defined: now,
            spec,
        })
    }

    /// Whether chance has a say in who is struck: a share within 0 and 1, or one that rises to 1.
    pub fn draws_lots(&self) -> bool {
        let rises =
            self.spec.window.ramp.is_some() && self.draw.share().is_some_and(|share| share.value() > 0.0);
        self.draw.is_chance() || rises
    }

    /// When it is decided.
    pub fn point(&self) -> InjectionPoint {
        let needs_body = self.scope.needs_body() || self.draws_lots() && !self.draw.is_counted();
        if self.effect.is_before_reading() && !needs_body {
            InjectionPoint::BeforeReading
        } else {
            InjectionPoint::At(self.stage)
        }
    }

    /// Whether it decides the end of the call.
    pub fn is_terminal(&self) -> bool {
        super::kinds::kind_named(self.effect.kind()).is_terminal
    }

    /// Whether the attempt number of an input matters to it.
    pub fn needs_attempt(&self) -> bool {
        let chance = self.draws_lots()
            || self.effect.is_chance()
            || self.law.as_ref().is_some_and(LatencyModel::is_chance);
        chance && !self.draw.is_counted()
    }
}

fn check_id(id: &str) -> Result<(), FaultSpecError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if !(1..=64).contains(&id.len()) || !id.chars().all(fits) || id.starts_with('.') {
        return Err(FaultSpecError::new(
            "id",
            format!("expected 1 to 64 of a-z, 0-9, '-', '_' and '.', found {id:?}"),
        ));
    }
    if RESERVED.contains(&id) {
        return Err(FaultSpecError::new(
            "id",
            format!("expected a name other than {}", RESERVED.join(", ")),
        ));
    }
    Ok(())
}

fn stage(spec: &FaultSpec, effect: &Effect) -> Result<FaultStage, FaultSpecError> {
    let possible = effect.stages();
    let stage = spec.stage.unwrap_or(possible[0]);
    if possible.contains(&stage) {
        return Ok(stage);
    }
    let names: Vec<&str> = possible.iter().map(|stage| stage.name()).collect();
    let expected = format!("expected {} for {}", names.join(" or "), effect.kind());
    Err(FaultSpecError::new("stage", expected))
}

fn life(spec: &FaultSpec, usual: Option<Duration>) -> Result<Duration, FaultSpecError> {
    match spec.ttl {
        Some(Span(ttl)) if !ttl.is_zero() => Ok(ttl),
        Some(_) => Err(FaultSpecError::new("ttl", EVERY_FAULT_ENDS)),
        None => usual.ok_or_else(|| FaultSpecError::new("ttl", EVERY_FAULT_ENDS)),
    }
}

/// What a cause is checked against.
struct Bounds<'a> {
    known: &'a ValidationContext,
    provider: Option<&'a str>,
    now: Time,
}

fn cause(
    id: &str,
    spec: &FaultSpec,
    effect: &Effect,
    bounds: &Bounds<'_>,
) -> Result<Attribution, FaultSpecError> {
    let written = spec.cause.clone().unwrap_or_default();
    bounds.check_code("cause.code", written.code.as_deref())?;
    bounds.check_code("cause.asserted", written.asserted.as_deref())?;
    let announced = if let Effect::Maintenance { notice } = effect {
        notice.clone()
    } else {
        None
    };
    if let (Some(one), Some(other)) = (&written.notice, &announced)
        && one != other
    {
        return Err(FaultSpecError::new(
            "cause.notice",
            format!("expected the effect's own notice {other:?}, or none"),
        ));
    }
    let notice = written.notice.or(announced);
    if notice
        .as_ref()
        .is_some_and(|notice| notice.is_empty() || notice.len() > 64)
    {
        return Err(FaultSpecError::new("cause.notice", "expected 1 to 64 characters"));
    }
    if written.notice_at.is_some() && notice.is_none() {
        return Err(FaultSpecError::new(
            "cause.notice",
            "expected the notice that was sent at cause.notice_at",
        ));
    }
    if written.notice_at.is_some_and(|sent| sent > bounds.now) {
        let expected = format!("expected an instant that has been: it is {}", bounds.now);
        return Err(FaultSpecError::new("cause.notice_at", expected));
    }
    let sent = written.notice_at.unwrap_or(bounds.now);
    Ok(Attribution {
        fault: id.into(),
        party: written.party,
        cause: written.code,
        asserted: written.asserted,
        notice: notice.map(|notice| (notice, sent)),
        begun: bounds.now,
    })
}

impl Bounds<'_> {
    fn check_code(&self, field: &str, code: Option<&str>) -> Result<(), FaultSpecError> {
        let Some(code) = code else { return Ok(()) };
        let struck = self.known.struck(self.provider);
        let all: Vec<_> = struck.flat_map(|one| one.causes.iter().copied()).collect();
        if all.contains(&code) {
            return Ok(());
        }
        let expected = format!(
            "a cause of the provider's contract: {}",
            expected_one_of(code, all)
        );
        Err(FaultSpecError::new(field, expected))
    }
}
