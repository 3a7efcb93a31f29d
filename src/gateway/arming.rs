//! Arms faults, once they are checked against what is served here.

use super::Gateway;
use crate::clock::Clock;
use crate::faults::{FaultSpec, Flaw, Known, KnownProvider};
use crate::providers::Providers;
use crate::world::faults::Armed;
use std::sync::Arc;

impl Gateway {
    /// What the providers and worlds here know, as far as faults must fit it.
    pub fn known(&self) -> Known {
        let worlds = self.worlds.all();
        Known {
            providers: known_providers(self.providers),
            worlds: worlds.iter().map(|world| world.name.to_string()).collect(),
        }
    }

    /// Adds faults, in place of those with the same names; of `instead`, where given, those that fit it go. All
    /// or nothing.
    ///
    /// # Errors
    /// Which of them, counted from 0, cannot be carried out, and why. Nothing changes then.
    pub fn put_faults(
        &self,
        specs: Vec<FaultSpec>,
        instead: Option<&dyn Fn(&Armed) -> bool>,
    ) -> Result<Vec<Arc<Armed>>, (usize, Flaw)> {
        self.faults
            .put(specs, &self.known(), &|world| self.clock_of(world), instead)
    }

    /// A world's clock.
    pub fn clock_of(&self, world: &str) -> Option<Clock> {
        self.worlds.get(world).map(|world| world.clock.clone())
    }
}

/// What the providers served here know, as far as faults must fit it.
pub fn known_providers(providers: Providers) -> Vec<KnownProvider> {
    let cards = providers.cards();
    let known = cards.map(|card| KnownProvider {
        id: card.id,
        operations: card.operations.iter().map(|operation| operation.id).collect(),
        causes: card.contract.causes.iter().map(|cause| cause.code).collect(),
        errors: card.catalogue.iter().map(|row| row.code).collect(),
        signs_answers: card.signs_answers,
        has_jobs: card.has_jobs,
    });
    known.collect()
}
