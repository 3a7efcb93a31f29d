//! Calls that end early: the vendor refuses, a fault ends them, no provider serves them, or we break.

use super::in_flight::InFlightCall;
use super::{Gateway, Route};
use crate::exchange::{Decision, Failure, Outcome, PipelineStage, Refusal, Reply};
use crate::providers::CallContext;
use std::borrow::Cow;

/// Why the pipeline ends early.
pub enum ShortCircuit {
    /// The vendor refuses.
    Refuse(Refusal),
    /// A fault answers in the provider's place.
    Answer(Box<Reply>),
    /// A fault ends the call on the wire.
    End,
    /// We broke.
    Broken,
}

impl ShortCircuit {
    /// A refusal, entered into the decisions of the call.
    pub fn refuse(
        in_flight: &mut InFlightCall,
        stage: PipelineStage,
        rule: &'static str,
        refusal: impl Into<Refusal>,
    ) -> Self {
        let refusal = refusal.into();
        let why = refusal.to_string();
        Self::refuse_because(in_flight, Decision::refuse(stage, rule, why), refusal)
    }

    /// A refusal, entered into the decisions of the call with what would have changed it.
    pub fn refuse_because(in_flight: &mut InFlightCall, decision: Decision, refusal: Refusal) -> Self {
        in_flight.decisions.push(decision.otherwise(hint(&refusal)));
        Self::Refuse(refusal)
    }
}

/// What would have changed a refusal.
fn hint(refusal: &Refusal) -> Cow<'static, str> {
    let Refusal::Neutral(failure) = refusal else {
        return Cow::Borrowed("an input as GET contracts describes it, or no x-understudy-refusal header");
    };
    Cow::Borrowed(match failure {
        Failure::Unauthenticated(_) => "a request signed with a key of this server, at the present time",
        Failure::KeyDisabled | Failure::KeyExpired => "an active key: PATCH worlds/{world}/keys/{key}",
        Failure::NotPermitted => "a key whose operations include this one",
        Failure::Arrears => "a higher balance_fen, or a key that is not in arrears",
        Failure::PacksExhausted => "another pack in the world's subscriptions, or beyond = charge",
        Failure::RateLimited { .. } | Failure::TooManyConcurrent | Failure::QuotaExhausted => {
            "other limits: PATCH worlds/{world}"
        }
        Failure::Overloaded => "a longer pool.queue, or fewer calls at once",
        Failure::NoSuchOperation | Failure::MethodNotAllowed => {
            "one of the paths and methods of GET contracts"
        }
        Failure::TooLarge { .. } => "a smaller body",
        Failure::Input(_) => "an input as GET contracts describes it",
        Failure::Internal | Failure::Maintenance => "nothing the client does",
    })
}

impl Gateway {
    /// A refusal in the vendor's words.
    pub(super) fn refuse(
        in_flight: &mut InFlightCall,
        route: Route,
        refusal: &Refusal,
        context: &CallContext,
    ) -> Reply {
        let mut reply = route.provider.refuse(refusal, context);
        in_flight.limit = refusal.limit().filter(|_| in_flight.plan.ended_by.is_none());
        if let Some(wait) = in_flight.plan.retry_after {
            // Whole seconds (RFC 9110 §10.2.3), rounded up: earlier would be refused again.
            let seconds = wait.as_millis().div_ceil(1000);
            reply.push_header("retry-after", seconds.to_string());
        }
        route.provider.seal(reply, context)
    }

    /// Answers a call that no provider serves.
    pub fn reply_not_routed(&self, in_flight: &mut InFlightCall) {
        let known: Vec<_> = self.providers.specs().map(|spec| spec.id).collect();
        in_flight.decisions.push(
            Decision::refuse(
                PipelineStage::Route,
                "path",
                "no provider serves this path or host",
            )
            .otherwise(known.join(", ")),
        );
        let body = serde_json::json!({
            "error": "no provider is served at this path",
            "path": in_flight.call.path,
        });
        let mut reply = Reply::json(404, "application/json", body.to_string().into_bytes());
        reply.push_header("x-understudy-cause", "no-such-operation");
        in_flight.set_reply(reply);
    }

    /// Answers a call on which we broke: not as the vendor, not charged, and not in any SLA.
    pub fn reply_internal_error(&self, in_flight: &mut InFlightCall) {
        let mut reply = Reply::json(
            500,
            "application/json",
            br#"{"error":"understudy broke; see its log"}"#.to_vec(),
        );
        reply.push_header("x-understudy-broken", "1");
        in_flight.set_reply(reply);
        in_flight.pending.entry.outcome = Outcome::Broken;
    }
}
