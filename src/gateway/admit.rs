//! Whether a call is served: its proof of identity, then state and permissions of its key, then the world's limits
//! (rate, concurrency, quota) and its money.

use super::in_flight::{InFlightCall, prices};
use super::refuse::ShortCircuit;
use super::{Gateway, Route};
use crate::clock::Time;
use crate::exchange::{AuthError, Decision, Failure, PipelineStage, Refusal};
use crate::providers::AuthContext;
use crate::world::{AdmissionRequest, ApiKey, KeyState, covers};

impl Gateway {
    /// Checks the call's proof of identity; also, in worlds with a `replay_window`, that its nonce was not used before.
    pub(super) fn authenticate(
        &self,
        in_flight: &mut InFlightCall,
        route: Route,
        key: Option<&ApiKey>,
    ) -> Result<(), ShortCircuit> {
        let now = if self.signatures_use_world_clock {
            in_flight.world.clock.now()
        } else {
            self.clock.real_now()
        };
        let now = now.plus_micros(in_flight.plan.skew);
        let context = AuthContext {
            credential: key.map(|key| &key.credential),
            now,
            window: in_flight.settings.signature_window.map(|span| span.0),
        };
        let own = route.provider.authentication(&in_flight.call);
        let verified = (own.verify)(&in_flight.call, &context);
        match verified.and_then(|()| check_nonce(in_flight, (own.nonce)(&in_flight.call), now)) {
            Ok(()) => {
                let why = format!("the proof is right, by {}", own.name);
                let passed = Decision::pass(PipelineStage::Authenticate, "signature", why);
                in_flight.decisions.push(passed);
                Ok(())
            }
            Err(refusal) => {
                let why = format!("{refusal}, by {}", own.name);
                let refused = Decision::refuse(PipelineStage::Authenticate, "signature", why);
                Err(ShortCircuit::refuse_because(in_flight, refused, refusal))
            }
        }
    }

    /// Checks whether the key is active and may call the operation, then the world's limits and whether it can pay.
    pub(super) fn admit(
        in_flight: &mut InFlightCall,
        route: Route,
        key: Option<&ApiKey>,
    ) -> Result<(), ShortCircuit> {
        let Some(operation) = route.operation else {
            return Ok(());
        };
        let name = operation.full_name;
        if let Some(failure) = key.and_then(|key| key_refusal(key, name, in_flight)) {
            return Err(ShortCircuit::refuse(
                in_flight,
                PipelineStage::Admit,
                "key",
                failure,
            ));
        }
        let settings = &in_flight.settings;
        let request = AdmissionRequest {
            operation: name,
            key: &in_flight.pending.entry.key,
            tiers: prices(operation, settings),
            arrived: in_flight.pending.entry.arrived,
        };
        let admission = &in_flight.world.admission;
        let permit = admission.admit(&request, settings, &mut in_flight.decisions);
        in_flight.permit = Some(permit.map_err(|failure| ShortCircuit::Refuse(failure.into()))?);
        Ok(())
    }
}

/// Checks that the nonce of the proof is new, in worlds with a `replay_window`.
fn check_nonce(
    in_flight: &InFlightCall,
    nonce: Option<std::borrow::Cow<'_, str>>,
    now: Time,
) -> Result<(), Refusal> {
    let (Some(window), Some(nonce)) = (in_flight.settings.replay_window, nonce) else {
        return Ok(());
    };
    let used = format!("{}/{nonce}", in_flight.pending.entry.key);
    if in_flight.world.nonces.is_new(&used, now, window.0) {
        Ok(())
    } else {
        Err(AuthError::Replayed.into())
    }
}

/// Why a key may not be used for an operation: its state, its end, or its list of operations.
fn key_refusal(key: &ApiKey, operation: &str, in_flight: &InFlightCall) -> Option<Failure> {
    match key.state {
        KeyState::Disabled => return Some(Failure::KeyDisabled),
        KeyState::Expired => return Some(Failure::KeyExpired),
        KeyState::Arrears => return Some(Failure::Arrears),
        KeyState::Active | KeyState::Leaked => {}
    }
    let arrived = in_flight.pending.entry.arrived;
    if key.expires.is_some_and(|end| end <= arrived) {
        return Some(Failure::KeyExpired);
    }
    let listed = |list: &Vec<String>| list.iter().any(|scope| covers(scope, operation));
    (!key.operations.as_ref().is_none_or(listed)).then_some(Failure::NotPermitted)
}
