//! A validated fault, ready to be applied.

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

/// Why a fault specification was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {expected}")]
pub struct FaultSpecError {
    /// Dotted path of the field.
    pub field: String,
    /// What was expected there.
    pub expected: String,
}

impl FaultSpecError {
    /// Creates an error for a field.
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
    /// The fault's id.
    pub id: Arc<str>,
    /// The specification it was made from.
    pub spec: FaultSpec,
    /// Which calls match the fault.
    pub scope: FaultScope,
    /// Which of the matching calls are affected.
    pub sampling: SamplingRule,
    /// The stage of the request pipeline at which the effect is applied.
    pub stage: FaultStage,
    /// What happens to an affected call.
    pub effect: Effect,
    /// The delay model of a latency effect.
    pub latency: Option<LatencyModel>,
    /// When the fault is in force.
    pub window: FaultWindow,
    /// Cause and responsible party recorded for affected calls.
    pub attribution: Attribution,
    /// When the fault was defined, on its own clock.
    pub defined_at: Time,
}

/// Ids that no fault may have: paths of the admin API, and what the header `x-understudy-fault` says for no fault.
const RESERVED_IDS: [&str; 4] = ["halt", "tape", "kinds", "none"];

impl Fault {
    /// Validates a specification. `id` and `ttl` are defaults for a specification without them; `now` is the time on
    /// the fault's clock.
    ///
    /// # Errors
    /// Names the field and what was expected.
    pub fn new(
        spec: FaultSpec,
        id: &str,
        context: &ValidationContext,
        now: Time,
        ttl: Option<Duration>,
    ) -> Result<Self, FaultSpecError> {
        let id = spec.id.as_deref().unwrap_or(id);
        check_id(id)?;
        let scope = FaultScope::new(&spec.matching, context)?;
        let sampling = SamplingRule::new(&spec)?;
        let effect = Effect::parse(&spec.effect)?;
        let provider = scope.provider.as_deref();
        effect.check_known(&scope, context)?;
        let stage = stage(&spec, &effect)?;
        let window = FaultWindow::new(&spec.window, time_to_live(&spec, ttl)?, now)?;
        if spec.window.ramp.is_some() && sampling.share().is_none() {
            return Err(FaultSpecError::new(
                "window.ramp",
                "expected a toxicity: every, first and requests cannot ramp up",
            ));
        }
        if spec.at_once == Some(0) {
            return Err(FaultSpecError::new("at_once", "expected 1 or more"));
        }
        let latency = if let Effect::Latency(latency) = &effect {
            Some(latency.model()?)
        } else {
            None
        };
        let causes = CauseContext {
            context,
            provider,
            now,
        };
        Ok(Self {
            id: id.into(),
            attribution: attribution(id, &spec, &effect, &causes)?,
            scope,
            sampling,
            stage,
            effect,
            latency,
            window,
            defined_at: now,
            spec,
        })
    }

    /// Whether affected calls are chosen at random: by a share between 0 and 1, or one that ramps up to 1.
    pub fn is_sampled_randomly(&self) -> bool {
        let ramps_up =
            self.spec.window.ramp.is_some() && self.sampling.share().is_some_and(|share| share.value() > 0.0);
        self.sampling.is_random() || ramps_up
    }

    /// When the decision is made whether a call is affected.
    pub fn injection_point(&self) -> InjectionPoint {
        let needs_body =
            self.scope.needs_body() || self.is_sampled_randomly() && !self.sampling.is_count_based();
        if self.effect.is_before_reading() && !needs_body {
            InjectionPoint::BeforeReading
        } else {
            InjectionPoint::At(self.stage)
        }
    }

    /// Whether the effect determines how the call ends.
    pub fn is_terminal(&self) -> bool {
        super::kinds::find_kind(self.effect.kind()).is_terminal
    }

    /// Whether the decision depends on how many times the input was seen.
    pub fn needs_attempt(&self) -> bool {
        let is_random = self.is_sampled_randomly()
            || self.effect.is_random()
            || self.latency.as_ref().is_some_and(LatencyModel::is_random);
        is_random && !self.sampling.is_count_based()
    }
}

fn check_id(id: &str) -> Result<(), FaultSpecError> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if !(1..=64).contains(&id.len()) || !id.chars().all(is_allowed) || id.starts_with('.') {
        return Err(FaultSpecError::new(
            "id",
            format!("expected 1 to 64 of a-z, 0-9, '-', '_' and '.', found {id:?}"),
        ));
    }
    if RESERVED_IDS.contains(&id) {
        return Err(FaultSpecError::new(
            "id",
            format!("expected a name other than {}", RESERVED_IDS.join(", ")),
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

fn time_to_live(spec: &FaultSpec, default: Option<Duration>) -> Result<Duration, FaultSpecError> {
    match spec.ttl {
        Some(Span(ttl)) if !ttl.is_zero() => Ok(ttl),
        Some(_) => Err(FaultSpecError::new("ttl", EVERY_FAULT_ENDS)),
        None => default.ok_or_else(|| FaultSpecError::new("ttl", EVERY_FAULT_ENDS)),
    }
}

/// What a fault's cause is validated against.
struct CauseContext<'a> {
    context: &'a ValidationContext,
    provider: Option<&'a str>,
    now: Time,
}

fn attribution(
    id: &str,
    spec: &FaultSpec,
    effect: &Effect,
    causes: &CauseContext<'_>,
) -> Result<Attribution, FaultSpecError> {
    let cause = spec.cause.clone().unwrap_or_default();
    causes.check_code("cause.code", cause.code.as_deref())?;
    causes.check_code("cause.asserted", cause.asserted.as_deref())?;
    let effect_notice = if let Effect::Maintenance { notice } = effect {
        notice.clone()
    } else {
        None
    };
    if let (Some(one), Some(other)) = (&cause.notice, &effect_notice)
        && one != other
    {
        return Err(FaultSpecError::new(
            "cause.notice",
            format!("expected the effect's own notice {other:?}, or none"),
        ));
    }
    let notice = cause.notice.or(effect_notice);
    if notice
        .as_ref()
        .is_some_and(|notice| notice.is_empty() || notice.len() > 64)
    {
        return Err(FaultSpecError::new("cause.notice", "expected 1 to 64 characters"));
    }
    if cause.notice_at.is_some() && notice.is_none() {
        return Err(FaultSpecError::new(
            "cause.notice",
            "expected the notice that was sent at cause.notice_at",
        ));
    }
    if cause.notice_at.is_some_and(|sent| sent > causes.now) {
        let expected = format!("expected an instant in the past: it is {}", causes.now);
        return Err(FaultSpecError::new("cause.notice_at", expected));
    }
    let sent = cause.notice_at.unwrap_or(causes.now);
    Ok(Attribution {
        fault: id.into(),
        party: cause.party,
        cause: cause.code,
        asserted: cause.asserted,
        notice: notice.map(|notice| (notice, sent)),
        begun: causes.now,
    })
}

impl CauseContext<'_> {
    fn check_code(&self, field: &str, code: Option<&str>) -> Result<(), FaultSpecError> {
        let Some(code) = code else { return Ok(()) };
        let struck = self.context.providers_in_scope(self.provider);
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
