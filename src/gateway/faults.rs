//! Applies what faults decided, stage by stage.

use super::ending::Ending;
use super::in_flight::{InFlightCall, sleep_pending_delay};
use super::refuse::ShortCircuit;
use super::{Gateway, Route};
use crate::exchange::{Call, Decision, Failure, Outcome, Reply, Workload, fingerprint};
use crate::faults::{BytesOrShare, CallFacts, Effect, FaultStage, InjectionPoint, Proportion, ResetWhen};
use crate::providers::WrongVerdict;
use crate::world::faults::{FaultContext, FaultOverride, Injection};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The header by which a test asks for a fault, or to be spared.
const FAULT_OVERRIDE_HEADER: &str = "x-understudy-fault";

impl Gateway {
    /// Injects the faults that need nothing of a request but its head. `true`: the body is not to be read.
    pub fn inject_before_reading(&self, in_flight: &mut InFlightCall, call: &Call, route: Route) -> bool {
        if self.faults.has_none(InjectionPoint::BeforeReading) {
            return false;
        }
        let injections = self.decide(in_flight, call, route, InjectionPoint::BeforeReading);
        matches!(apply_injections(in_flight, injections), Err(ShortCircuit::End))
    }

    /// Injects the faults at arrival or in place of the answer.
    ///
    /// # Errors
    /// Where a fault ends the call or answers in the provider's place.
    pub async fn inject(
        &self,
        in_flight: &mut InFlightCall,
        route: Route,
        stage: FaultStage,
    ) -> Result<(), ShortCircuit> {
        if self.faults.has_none(InjectionPoint::At(stage)) {
            return Ok(());
        }
        let injections = self.decide_whole(in_flight, route, stage);
        let applied = apply_injections(in_flight, injections);
        if stage == FaultStage::Arrival {
            sleep_pending_delay(in_flight).await;
        }
        applied
    }

    /// Injects the faults into an answer on its way out.
    pub fn inject_into_response(&self, in_flight: &mut InFlightCall, route: Route) {
        if self.faults.has_none(InjectionPoint::At(FaultStage::Response)) {
            return;
        }
        let injections = self.decide_whole(in_flight, route, FaultStage::Response);
        for injection in &injections {
            if let Some(ending) = apply_to_response(in_flight, route, injection) {
                in_flight.ending = ending;
            }
        }
        in_flight.record_injections(injections);
    }

    fn decide_whole(&self, in_flight: &mut InFlightCall, route: Route, stage: FaultStage) -> Vec<Injection> {
        let call = in_flight.call.clone();
        self.decide(in_flight, &call, route, InjectionPoint::At(stage))
    }

    fn decide(
        &self,
        in_flight: &mut InFlightCall,
        call: &Call,
        route: Route,
        point: InjectionPoint,
    ) -> Vec<Injection> {
        let spec = route.provider.spec();
        let operation = route.operation.map_or("", |operation| operation.full_name);
        let is_read = point != InjectionPoint::BeforeReading;
        let announced = || {
            call.headers
                .get("content-length")
                .and_then(|length| length.parse().ok())
        };
        let wish = call
            .headers
            .get(FAULT_OVERRIDE_HEADER)
            .filter(|_| self.faults.allows_header_override());
        let plan = &in_flight.plan;
        let print = || {
            *plan
                .fingerprint
                .get_or_init(|| fingerprint(call, operation, spec.volatile))
        };
        let workload = || {
            let operation = route.operation;
            operation.map_or(Workload::default(), |operation| (operation.workload)(call))
        };
        let case = FaultContext {
            facts: CallFacts {
                provider: spec.id,
                operation,
                world: &in_flight.world.name,
                key: &in_flight.pending.entry.key,
                call,
                bytes: if is_read {
                    call.body_len
                } else {
                    announced().unwrap_or(0)
                },
                arrived: in_flight.pending.entry.arrived,
            },
            dice: in_flight.world.dice(),
            clock: &in_flight.world.clock,
            fingerprint: &print,
            workload: &workload,
            fault_override: FaultOverride::from_header(wish),
            ended_by: plan.ended_by.as_deref(),
        };
        self.faults.decide(point, &case, &mut in_flight.decisions)
    }
}

/// Applies injections in their order. One of them at most ends the call: `FaultRegistry::decide` gives no second one.
fn apply_injections(in_flight: &mut InFlightCall, injections: Vec<Injection>) -> Result<(), ShortCircuit> {
    let mut applied = Ok(());
    for injection in &injections {
        let next = apply_before_answer(in_flight, injection);
        if next.is_err() {
            applied = next;
        }
    }
    in_flight.record_injections(injections);
    applied
}

/// Applies an injection at arrival or in place of the answer.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all kinds of effect few are meant here"
)]
fn apply_before_answer(in_flight: &mut InFlightCall, injection: &Injection) -> Result<(), ShortCircuit> {
    let reset = |outcome| Ending::Reset { outcome };
    let end = |in_flight: &mut InFlightCall, ending| {
        in_flight.ending = ending;
        Err(ShortCircuit::End)
    };
    match injection.effect() {
        Effect::Status {
            status,
            body,
            headers,
        } => Err(ShortCircuit::Answer(Box::new(answer(*status, body, headers)))),
        Effect::Refusal { retry_after, .. } => {
            in_flight.plan.retry_after = retry_after.map(|span| span.0);
            let refusal = injection.effect().refusal();
            Err(ShortCircuit::Refuse(refusal.unwrap_or(Failure::Internal.into())))
        }
        Effect::Maintenance { .. } => Err(ShortCircuit::Refuse(Failure::Maintenance.into())),
        Effect::Throttle {
            retry_after: told, ..
        } => {
            let retry_after = injection.retry_after.unwrap_or_default();
            in_flight.plan.retry_after = told.then_some(retry_after);
            Err(ShortCircuit::Refuse(Failure::RateLimited { retry_after }.into()))
        }
        Effect::Hang { span } => {
            let span = span.map(|span| span.0);
            end(in_flight, Ending::Silence { span })
        }
        Effect::Close {} => end(in_flight, Ending::Close),
        Effect::Reset {
            when: ResetWhen::BeforeRead,
        } => end(in_flight, reset(Outcome::ResetBeforeRead)),
        Effect::Reset { .. } => end(in_flight, reset(Outcome::ResetAfterRead)),
        Effect::Outage {} => end(in_flight, reset(Outcome::RefusedConnection)),
        Effect::StaleResult {} => replay_last_answer(in_flight, injection),
        _ => {
            adjust_plan(in_flight, injection);
            Ok(())
        }
    }
}

/// The answer before this one, where there was one.
fn replay_last_answer(in_flight: &mut InFlightCall, injection: &Injection) -> Result<(), ShortCircuit> {
    let operation = in_flight.operation.map_or("", |operation| operation.full_name);
    if let Some(earlier) = in_flight.world.last_answer(operation) {
        return Err(ShortCircuit::Answer(Box::new((*earlier).clone())));
    }
    let because = format!("{}: there is no earlier answer", injection.id());
    let stage = crate::exchange::PipelineStage::Service;
    in_flight.decisions.push(Decision::pass(stage, "fault", because));
    Ok(())
}

/// Changes the plan for an answer that is still made.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all kinds of effect few are meant here"
)]
fn adjust_plan(in_flight: &mut InFlightCall, injection: &Injection) {
    let plan = &mut in_flight.plan;
    match injection.effect() {
        Effect::Latency(_) => plan.delay += injection.delay,
        Effect::ClockSkew { by } => plan.skew = plan.skew.saturating_add(by.0),
        Effect::CorruptImage {} => plan.damage = Some(injection.drawn),
        Effect::WrongVerdict { task, label } => {
            plan.wrong_verdict = Some(Arc::new(WrongVerdict {
                task: task.clone(),
                label: label.clone(),
            }));
        }
        Effect::CallbackDrop {} => plan.job_faults.drops_callbacks = true,
        Effect::CallbackDuplicate {} => plan.job_faults.doubles_callbacks = true,
        Effect::CallbackDelay { delay } => plan.job_faults.callback_delay += delay.0,
        Effect::JobStuck {} => plan.job_faults.is_stuck = true,
        Effect::JobFail { message } => {
            plan.job_faults.failure = Some(message.clone().unwrap_or_else(|| "the job failed".into()));
        }
        // The rest ends the call, or strikes the answer.
        _ => {}
    }
}

/// Applies an injection to an answer on its way out; returns how the call then ends, where that changes.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all kinds of effect few are meant here"
)]
fn apply_to_response(in_flight: &mut InFlightCall, route: Route, injection: &Injection) -> Option<Ending> {
    let half = BytesOrShare::Part(Proportion::WHOLE.times(0.5));
    Some(match injection.effect() {
        Effect::Latency(_) => {
            in_flight.plan.delay += injection.delay;
            return None;
        }
        Effect::CorruptJson {} => {
            if let Some(reply) = &mut in_flight.reply {
                reply.body = corrupt_json(&reply.body, injection.drawn).into();
            }
            return None;
        }
        Effect::BadSignature {} => {
            let reply = in_flight.reply.take();
            in_flight.reply = reply.map(|reply| route.provider.corrupt_signature(reply));
            return None;
        }
        Effect::Drip { rate, chunk } => {
            // Beside an ending that is not whole, there is nothing to drip.
            if in_flight.ending != Ending::Whole {
                return None;
            }
            Ending::Drip {
                rate: rate.0,
                chunk: chunk.map_or((rate.0 / 10).max(1), |chunk| chunk.0),
            }
        }
        Effect::Hang { span } => Ending::Silence {
            span: span.map(|span| span.0),
        },
        Effect::Close {} => Ending::Close,
        Effect::Reset { .. } => Ending::Cut {
            after: half,
            resets: true,
        },
        Effect::Truncate { after } => Ending::Cut {
            after: *after,
            resets: false,
        },
        Effect::Garbage { bytes } => Ending::Garbage {
            length: bytes.0,
            drawn: injection.drawn,
        },
        Effect::BadChunk {} => Ending::BadChunk,
        Effect::WrongLength { by } => Ending::WrongLength { by: *by },
        Effect::Duplicate {} => Ending::Twice,
        _ => return None,
    })
}

/// A status with a body: text as it is, anything else as JSON.
fn answer(status: u16, body: &Value, headers: &BTreeMap<String, String>) -> Reply {
    let (kind, bytes) = match body {
        Value::Null => ("", Vec::new()),
        Value::String(text) => ("text/plain; charset=utf-8", text.clone().into_bytes()),
        json @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            ("application/json", json.to_string().into_bytes())
        }
    };
    let mut reply = Reply {
        status,
        body: bytes.into(),
        ..Reply::default()
    };
    for (name, value) in headers {
        reply.push_header(name.to_ascii_lowercase(), value.clone());
    }
    if !kind.is_empty() && reply.header("content-type").is_none() {
        reply.push_header("content-type", Cow::Borrowed(kind));
    }
    reply
}

/// JSON of the same length that ends before it is complete, blanks in place of the rest. What is no object or
/// list stays as it is.
fn corrupt_json(body: &[u8], drawn: u64) -> Vec<u8> {
    let mut bytes = body.to_vec();
    let end = body.trim_ascii_end().len();
    if matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) && end > 1 {
        let start = body.len() - body.trim_ascii_start().len() + 1;
        let cut = start + ((u128::from(drawn) * (end - start) as u128) >> 64) as usize;
        bytes[cut..end].fill(b' ');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn corrupt_json_never_parses_and_keeps_its_length(text in "[a-z\"\\\\{}]{0,20}", n: i32, drawn: u64) {
            for value in [serde_json::json!({"a": text, "b": [n]}), serde_json::json!([text, n]), serde_json::json!({})] {
                let body = format!(" {value}\n");
                let corrupt = corrupt_json(body.as_bytes(), drawn);
                prop_assert_eq!(corrupt.len(), body.len());
                prop_assert!(serde_json::from_slice::<Value>(&corrupt).is_err());
            }
        }
    }
}
