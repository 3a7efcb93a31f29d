//! Carries out what faults decided, stage by stage.

use super::Route;
use super::ending::Ending;
use super::road::Gateway;
use super::visit::{Visit, wait_out};
use crate::exchange::{Call, Decision, Failure, Outcome, Reply, Volume, fingerprint};
use crate::faults::{Amount, Effect, Facts, Moment, ResetWhen, Share, Stage};
use crate::providers::Lie;
use crate::world::faults::{Case, Strike, Wish};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The header by which a test asks for a fault, or to be spared.
const WISH: &str = "x-understudy-fault";

/// Where a call goes from a stage.
pub enum Course {
    /// On.
    On,
    /// To this answer, which no provider touches.
    Answer(Reply),
    /// To a refusal in the vendor's words.
    Refuse(Failure),
    /// To an end on the wire.
    End,
}

impl Gateway {
    /// Faults that need nothing of a request but its head. `true`: the body is not to be read.
    pub fn strike_before_reading(&self, visit: &mut Visit, call: &Call, route: Route) -> bool {
        if self.faults.has_none(Moment::BeforeReading) {
            return false;
        }
        let strikes = self.decide(visit, call, route, Moment::BeforeReading);
        matches!(take(visit, strikes), Course::End)
    }

    /// Carries out what strikes a call at arrival or in place of the answer.
    pub async fn strike(&self, visit: &mut Visit, route: Route, stage: Stage) -> Course {
        if self.faults.has_none(Moment::At(stage)) {
            return Course::On;
        }
        let strikes = self.decide_whole(visit, route, stage);
        let course = take(visit, strikes);
        if stage == Stage::Arrival {
            wait_out(visit).await;
        }
        course
    }

    /// Carries out what strikes an answer on its way out.
    pub fn strike_answer(&self, visit: &mut Visit, route: Route) {
        if self.faults.has_none(Moment::At(Stage::Response)) {
            return;
        }
        let strikes = self.decide_whole(visit, route, Stage::Response);
        for strike in &strikes {
            if let Some(ending) = damage(visit, route, strike) {
                visit.ending = ending;
            }
        }
        visit.struck_by(strikes);
    }

    fn decide_whole(&self, visit: &mut Visit, route: Route, stage: Stage) -> Vec<Strike> {
        let call = std::mem::take(&mut visit.call);
        let strikes = self.decide(visit, &call, route, Moment::At(stage));
        visit.call = call;
        strikes
    }

    fn decide(&self, visit: &mut Visit, call: &Call, route: Route, moment: Moment) -> Vec<Strike> {
        let card = route.provider.card();
        let operation = route.operation.map_or("", |operation| operation.full_name);
        let is_read = moment != Moment::BeforeReading;
        let announced = || {
            call.headers
                .get("content-length")
                .and_then(|length| length.parse().ok())
        };
        let wish = call.headers.get(WISH).filter(|_| self.faults.obeys_headers());
        let plan = &visit.plan;
        let print = || {
            *plan
                .fingerprint
                .get_or_init(|| fingerprint(call, operation, card.volatile))
        };
        let volume = || {
            let of = |operation| route.provider.volume(operation, call);
            route.operation.map_or(Volume::default(), of)
        };
        let case = Case {
            facts: Facts {
                provider: card.id,
                operation,
                world: &visit.world.name,
                key: &visit.page.entry.key,
                call,
                bytes: if is_read {
                    call.body_len
                } else {
                    announced().unwrap_or(0)
                },
                arrived: visit.page.entry.arrived,
            },
            dice: visit.world.dice(),
            clock: &visit.world.clock,
            fingerprint: &print,
            volume: &volume,
            wish: Wish::of(wish),
            ended_by: plan.ended_by.as_deref(),
        };
        self.faults.decide(moment, &case, &mut visit.trail)
    }
}

/// Carries strikes out, and says where the call goes.
fn take(visit: &mut Visit, strikes: Vec<Strike>) -> Course {
    let mut course = Course::On;
    for strike in &strikes {
        let next = carry_out(visit, strike);
        if !matches!(next, Course::On) {
            course = next;
        }
    }
    visit.struck_by(strikes);
    course
}

/// What a strike at arrival or in place of the answer does.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all kinds of effect few are meant here"
)]
fn carry_out(visit: &mut Visit, strike: &Strike) -> Course {
    let end = |visit: &mut Visit, ending| {
        visit.ending = ending;
        Course::End
    };
    match strike.effect() {
        Effect::Status {
            status,
            body,
            headers,
        } => Course::Answer(answer(*status, body, headers)),
        Effect::Refusal { retry_after, .. } => {
            visit.plan.retry_after = retry_after.map(|span| span.0);
            Course::Refuse(strike.effect().failure().unwrap_or(Failure::Internal))
        }
        Effect::Maintenance { .. } => Course::Refuse(Failure::Maintenance),
        Effect::Throttle {
            retry_after: told, ..
        } => {
            let retry_after = strike.retry_after.unwrap_or_default();
            visit.plan.retry_after = told.then_some(retry_after);
            Course::Refuse(Failure::RateLimited { retry_after })
        }
        Effect::Hang { span } => end(visit, Ending::Silence(span.map(|span| span.0))),
        Effect::Close {} => end(visit, Ending::Close),
        Effect::Reset {
            when: ResetWhen::BeforeRead,
        } => end(visit, Ending::Reset(Outcome::ResetBeforeRead)),
        Effect::Reset { .. } => end(visit, Ending::Reset(Outcome::ResetAfterRead)),
        Effect::Outage {} => end(visit, Ending::Reset(Outcome::RefusedConnection)),
        Effect::StaleResult {} => stale(visit, strike),
        _ => {
            bend(visit, strike);
            Course::On
        }
    }
}

/// The answer before this one, where there was one.
fn stale(visit: &mut Visit, strike: &Strike) -> Course {
    let operation = visit.operation.map_or("", |operation| operation.full_name);
    if let Some(earlier) = visit.world.last_answer(operation) {
        return Course::Answer((*earlier).clone());
    }
    let because = format!("{}: there is no earlier answer", strike.id());
    let stage = crate::exchange::Stage::Service;
    visit.trail.push(Decision::pass(stage, "fault", because));
    Course::On
}

/// What a strike changes of an answer that is still made.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all kinds of effect few are meant here"
)]
fn bend(visit: &mut Visit, strike: &Strike) {
    let plan = &mut visit.plan;
    match strike.effect() {
        Effect::Latency(_) => plan.delay += strike.delay,
        Effect::ClockSkew { by } => plan.skew = plan.skew.saturating_add(by.0),
        Effect::CorruptImage {} => plan.damage = Some(strike.drawn),
        Effect::WrongVerdict { task, label } => {
            plan.lie = Some(Arc::new(Lie {
                task: task.clone(),
                label: label.clone(),
            }));
        }
        Effect::CallbackDrop {} => plan.fate.drops_callbacks = true,
        Effect::CallbackDuplicate {} => plan.fate.doubles_callbacks = true,
        Effect::CallbackDelay { delay } => plan.fate.callback_delay += delay.0,
        Effect::JobStuck {} => plan.fate.is_stuck = true,
        Effect::JobFail { message } => {
            plan.fate.failure = Some(message.clone().unwrap_or_else(|| "the job failed".into()));
        }
        // The rest ends the call, or strikes the answer.
        _ => {}
    }
}

/// What a strike does to an answer on its way out.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all kinds of effect few are meant here"
)]
fn damage(visit: &mut Visit, route: Route, strike: &Strike) -> Option<Ending> {
    let half = Amount::Part(Share::WHOLE.times(0.5));
    Some(match strike.effect() {
        Effect::Latency(_) => {
            visit.plan.delay += strike.delay;
            return None;
        }
        Effect::CorruptJson {} => {
            if let Some(reply) = &mut visit.reply {
                reply.body = corrupt_json(&reply.body, strike.drawn).into();
            }
            return None;
        }
        Effect::BadSignature {} => {
            let reply = visit.reply.take();
            visit.reply = reply.map(|reply| route.provider.forge(reply));
            return None;
        }
        Effect::Drip { rate, chunk } => {
            // Beside an ending that is not whole, there is nothing to drip.
            if visit.ending != Ending::Whole {
                return None;
            }
            Ending::Drip(rate.0, chunk.map_or((rate.0 / 10).max(1), |chunk| chunk.0))
        }
        Effect::Hang { span } => Ending::Silence(span.map(|span| span.0)),
        Effect::Close {} => Ending::Close,
        Effect::Reset { .. } => Ending::Cut(half, true),
        Effect::Truncate { after } => Ending::Cut(*after, false),
        Effect::Garbage { bytes } => Ending::Garbage(bytes.0, strike.drawn),
        Effect::BadChunk {} => Ending::BadChunk,
        Effect::WrongLength { by } => Ending::WrongLength(*by),
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
