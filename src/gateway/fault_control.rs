//! Installs faults, after checking them against the providers and worlds of this server.

use super::Gateway;
use crate::clock::Clock;
use crate::faults::{FaultSpec, FaultSpecError, ProviderFacts, ValidationContext};
use crate::providers::Providers;
use crate::world::faults::InstalledFault;
use std::sync::Arc;

impl Gateway {
    /// The providers and worlds of this server, for checking faults against.
    pub fn validation_context(&self) -> ValidationContext {
        let worlds = self.worlds.all();
        ValidationContext {
            providers: known_providers(self.providers),
            worlds: worlds.iter().map(|world| world.name.to_string()).collect(),
        }
    }

    /// Installs faults: all of them, or none. Each replaces the fault of its id; those for which `instead` is true are
    /// removed.
    ///
    /// # Errors
    /// Which of them, counted from 0, cannot be carried out, and why. Nothing changes then.
    pub fn put_faults(
        &self,
        specs: Vec<FaultSpec>,
        instead: Option<&dyn Fn(&InstalledFault) -> bool>,
    ) -> Result<Vec<Arc<InstalledFault>>, (usize, FaultSpecError)> {
        self.faults.replace(
            specs,
            &self.validation_context(),
            &|world| self.clock_of(world),
            instead,
        )
    }

    /// A world's clock.
    pub fn clock_of(&self, world: &str) -> Option<Clock> {
        self.worlds.get(world).map(|world| world.clock.clone())
    }
}

/// The facts of the providers, for checking faults against.
pub fn known_providers(providers: Providers) -> Vec<ProviderFacts> {
    let specs = providers.specs();
    let known = specs.map(|spec| ProviderFacts {
        id: spec.id,
        operations: spec.operations.iter().map(|operation| operation.id).collect(),
        causes: spec.contract.causes.iter().map(|cause| cause.code).collect(),
        errors: spec.catalogue.iter().map(|row| row.code).collect(),
        signs_answers: spec.signs_answers,
        has_jobs: spec.has_jobs,
        tasks: spec.settable.tasks,
    });
    known.collect()
}
