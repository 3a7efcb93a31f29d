//! Whose call it is: the key that the call claims chooses the world, before anything is verified.

use super::in_flight::{InFlightCall, Observers};
use super::{Gateway, Route};
use crate::clock::Time;
use crate::exchange::{Call, Decision, LedgerEntry, PipelineStage};
use crate::providers::{BodyKind, ClaimedKey};
use crate::world::{ApiKey, World};
use std::borrow::Cow;
use std::sync::Arc;

/// Bodies up to this size are parsed where they are first asked for: that takes microseconds.
const PARSED_IN_PLACE: usize = 16 << 10;

/// What is known of a caller before anything is verified.
pub enum Identity {
    /// The key the call claims, where it claims one that is known.
    Key(Option<Arc<ApiKey>>),
    /// Only the body tells.
    InBody,
}

impl Gateway {
    /// Opens the ledger's row of a call of which nothing is read yet. `None`: the server is stopping.
    pub async fn begin_call(&self) -> Option<Box<InFlightCall>> {
        let world = self.worlds.demo();
        let pending = self.ledger.open(blank(&world)).await?;
        let observers = Observers {
            metrics: self.metrics.clone(),
            events: self.events.clone(),
            files: self.services.files.clone(),
            public_headers: self.public_headers,
        };
        Some(InFlightCall::begin(pending, world, observers))
    }

    /// Finds the key that a call claims, and moves the call into the key's world. Where only the body tells and it
    /// was not read yet, nothing is decided.
    pub fn identify(&self, in_flight: &mut InFlightCall, call: &Call, route: Option<Route>) -> Identity {
        let claimed = match route {
            Some(route) => (route.provider.authentication(call).claimed_key)(call),
            None => ClaimedKey::Absent,
        };
        let id = match claimed {
            ClaimedKey::InBody if !call.is_body_read => return Identity::InBody,
            ClaimedKey::InBody | ClaimedKey::Absent => None,
            ClaimedKey::Id(id) => Some(id),
        };
        let key = match (route, &id) {
            (Some(route), Some(id)) => self.worlds.key(route.provider.spec().vendor.id, id),
            (None, _) | (_, None) => None,
        };
        let world = key.as_ref().and_then(|key| self.worlds.get(&key.world));
        enter_world(
            in_flight,
            world.unwrap_or_else(|| self.worlds.demo()),
            key.is_some(),
        );
        in_flight.pending.entry.key = id.map(kept_id).unwrap_or_default();
        if let Some(route) = route {
            in_flight.set_route(route);
        }
        Identity::Key(key)
    }

    /// Parses a long body on the pool, so that no async worker does. Where the pool is full it is parsed later, by
    /// whoever asks first.
    pub async fn parse_body(&self, in_flight: &InFlightCall, route: Route) {
        let has_fields = route
            .operation
            .is_some_and(|operation| operation.body == BodyKind::Fields);
        if has_fields && in_flight.call.body.len() > PARSED_IN_PLACE {
            let call = in_flight.call.clone();
            drop(self.pool.run(move || call.form().is_ok()).await);
        }
    }
}

/// Most bytes of a claimed key that a row keeps: no key that exists has more.
const MOST_KEY: usize = 256;

/// A claimed id as rows keep it.
fn kept_id(id: Cow<'_, str>) -> String {
    let mut id = id.into_owned();
    if id.len() > MOST_KEY {
        id.truncate(id.floor_char_boundary(MOST_KEY));
        id.push('…');
    }
    id
}

/// The row of a call of which nothing is known but that it came.
fn blank(world: &World) -> LedgerEntry {
    let real = world.clock.real_now();
    let now = world.clock.mapping().at(real);
    LedgerEntry {
        world: world.name.clone(),
        provider: Cow::Borrowed("none"),
        operation: Cow::Borrowed("none"),
        arrived: now,
        ended: now,
        arrived_real: real,
        ..LedgerEntry::default()
    }
}

/// The instant of arrival is that of the head, also where only the body tells the world.
fn enter_world(in_flight: &mut InFlightCall, world: Arc<World>, is_claimed: bool) {
    let arrived: Time = world.clock.mapping().at(in_flight.pending.entry.arrived_real);
    in_flight.assign_world(world, arrived);
    let why = if is_claimed {
        "the claimed key is one of this world"
    } else {
        "no known key is claimed, so the call is of the demo world"
    };
    let found = Decision::pass(PipelineStage::World, "world", why);
    in_flight
        .decisions
        .push(found.otherwise("a key of another world"));
}
