//! A set of faults, indexed so that a call is compared only with faults that could match it.

use super::{CallFacts, Effect, Fault, InjectionPoint};
use std::collections::HashMap;

/// A value that carries a fault, such as a fault with its counters.
pub trait HasFault {
    /// The carried fault.
    fn fault(&self) -> &Fault;
}

/// Faults ordered by id, with an index for each injection point.
#[derive(Debug)]
pub struct FaultSet<T> {
    faults: Vec<T>,
    /// By [`InjectionPoint::index`].
    indices: [FaultIndex; InjectionPoint::COUNT],
    keeps_answers: bool,
}

/// Positions of faults by their most selective condition, so that a call is compared only with faults that could
/// match it.
#[derive(Debug, Default)]
struct FaultIndex {
    by_content: HashMap<u128, Vec<usize>>,
    by_key: HashMap<String, Vec<usize>>,
    by_path: HashMap<String, Vec<usize>>,
    by_header: HashMap<String, HashMap<String, Vec<usize>>>,
    by_world: HashMap<String, Vec<usize>>,
    by_operation: HashMap<String, Vec<usize>>,
    by_provider: HashMap<String, Vec<usize>>,
    others: Vec<usize>,
    has_faults: bool,
}

impl<T: HasFault> FaultSet<T> {
    /// Creates a set, ordered by id.
    pub fn new(mut faults: Vec<T>) -> Self {
        faults.sort_by(|a, b| a.fault().id.cmp(&b.fault().id));
        let mut indices: [FaultIndex; InjectionPoint::COUNT] = Default::default();
        for (position, one) in faults.iter().enumerate() {
            let fault = one.fault();
            indices[fault.injection_point().index()].insert(fault, position);
        }
        let keeps_answers = faults
            .iter()
            .any(|one| matches!(one.fault().effect, Effect::StaleResult {}));
        Self {
            faults,
            indices,
            keeps_answers,
        }
    }

    /// Whether no fault is decided at this point.
    pub fn has_none(&self, point: InjectionPoint) -> bool {
        !self.indices[point.index()].has_faults
    }

    /// Whether a fault replays earlier answers, so that answers must be kept.
    pub fn keeps_answers(&self) -> bool {
        self.keeps_answers
    }

    /// The faults decided at a point that match a call, ordered by id.
    pub fn matching(&self, point: InjectionPoint, facts: &CallFacts<'_>) -> Vec<&T> {
        let mut candidates = self.indices[point.index()].candidates(facts);
        candidates.sort_unstable();
        let candidates = candidates.into_iter().map(|position| &self.faults[position]);
        candidates
            .filter(|one| one.fault().scope.matches(facts))
            .collect()
    }

    /// All faults, ordered by id.
    pub fn all(&self) -> &[T] {
        &self.faults
    }

    /// Looks up a fault by id.
    pub fn get(&self, id: &str) -> Option<&T> {
        let position = self.faults.binary_search_by(|one| (*one.fault().id).cmp(id));
        position.ok().map(|position| &self.faults[position])
    }
}

impl FaultIndex {
    fn insert(&mut self, fault: &Fault, position: usize) {
        let scope = &fault.scope;
        self.has_faults = true;
        let list = if let Some(content) = scope.content {
            self.by_content.entry(content).or_default()
        } else if let Some(path) = scope.exact_path() {
            self.by_path.entry(path.to_owned()).or_default()
        } else if let Some(key) = &scope.key {
            self.by_key.entry(key.clone()).or_default()
        } else if let Some((name, value)) = scope.exact_header() {
            let values = self.by_header.entry(name.to_owned()).or_default();
            values.entry(value.to_owned()).or_default()
        } else if let Some(world) = &scope.world {
            self.by_world.entry(world.clone()).or_default()
        } else if let Some(operation) = &scope.operation {
            self.by_operation.entry(operation.clone()).or_default()
        } else if let Some(provider) = &scope.provider {
            self.by_provider.entry(provider.clone()).or_default()
        } else {
            &mut self.others
        };
        list.push(position);
    }

    /// Positions of the faults that could match a call.
    fn candidates(&self, facts: &CallFacts<'_>) -> Vec<usize> {
        let mut positions = self.others.clone();
        let named = [
            (&self.by_path, facts.call.path.as_str()),
            (&self.by_key, facts.key),
            (&self.by_world, facts.world),
            (&self.by_operation, facts.operation),
            (&self.by_provider, facts.provider),
        ];
        let named = named.into_iter().filter(|(map, _)| !map.is_empty());
        let headers = self.by_header.iter().filter_map(|(name, values)| {
            let value = facts.call.headers.get(name)?;
            Some((values, value))
        });
        for (map, name) in named.chain(headers) {
            positions.extend(map.get(name).into_iter().flatten());
        }
        if !self.by_content.is_empty() {
            positions.extend(
                self.by_content
                    .get(&facts.call.content().short())
                    .into_iter()
                    .flatten(),
            );
        }
        positions
    }
}
