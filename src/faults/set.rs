//! Many faults, of which a call meets only those that can be for it.

use super::{CallFacts, Effect, Fault, InjectionPoint};
use std::collections::HashMap;

/// Something that is a fault, with whatever goes along with it.
pub trait HasFault {
    /// The fault.
    fn fault(&self) -> &Fault;
}

/// Many faults, by id, and where to look for those that can be for a call.
#[derive(Debug)]
pub struct FaultSet<T> {
    faults: Vec<T>,
    /// By when they are decided.
    indices: [Index; InjectionPoint::COUNT],
    keeps_answers: bool,
}

/// Places of faults by the most telling thing they ask for: a call looks up its own, and meets no others.
#[derive(Debug, Default)]
struct Index {
    by_content: HashMap<u128, Vec<usize>>,
    by_key: HashMap<String, Vec<usize>>,
    by_path: HashMap<String, Vec<usize>>,
    by_header: HashMap<String, HashMap<String, Vec<usize>>>,
    by_world: HashMap<String, Vec<usize>>,
    by_operation: HashMap<String, Vec<usize>>,
    by_provider: HashMap<String, Vec<usize>>,
    others: Vec<usize>,
    any: bool,
}

impl<T: HasFault> FaultSet<T> {
    /// A set of these, in the order of their ids.
    pub fn new(mut faults: Vec<T>) -> Self {
        faults.sort_by(|a, b| a.fault().id.cmp(&b.fault().id));
        let mut indices: [Index; InjectionPoint::COUNT] = Default::default();
        for (place, one) in faults.iter().enumerate() {
            let fault = one.fault();
            indices[fault.point().place()].enter(fault, place);
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

    /// Whether there are none for a moment.
    pub fn has_none(&self, point: InjectionPoint) -> bool {
        !self.indices[point.place()].any
    }

    /// Whether one of them gives earlier answers again.
    pub fn keeps_answers(&self) -> bool {
        self.keeps_answers
    }

    /// The faults of a moment that are for a call, in the order of their ids.
    pub fn fitting(&self, point: InjectionPoint, facts: &CallFacts<'_>) -> Vec<&T> {
        let mut places = self.indices[point.place()].places(facts);
        places.sort_unstable();
        let all = places.into_iter().map(|place| &self.faults[place]);
        all.filter(|one| one.fault().scope.fits(facts)).collect()
    }

    /// All, in the order of their ids.
    pub fn all(&self) -> &[T] {
        &self.faults
    }

    /// One by its id.
    pub fn get(&self, id: &str) -> Option<&T> {
        let place = self.faults.binary_search_by(|one| (*one.fault().id).cmp(id));
        place.ok().map(|place| &self.faults[place])
    }
}

impl Index {
    fn enter(&mut self, fault: &Fault, place: usize) {
        let scope = &fault.scope;
        self.any = true;
        let list = if let Some(content) = scope.content {
            self.by_content.entry(content).or_default()
        } else if let Some(path) = scope.whole_path() {
            self.by_path.entry(path.to_owned()).or_default()
        } else if let Some(key) = &scope.key {
            self.by_key.entry(key.clone()).or_default()
        } else if let Some((name, value)) = scope.telling_header() {
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
        list.push(place);
    }

    fn places(&self, facts: &CallFacts<'_>) -> Vec<usize> {
        let mut places = self.others.clone();
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
            places.extend(map.get(name).into_iter().flatten());
        }
        if !self.by_content.is_empty() {
            places.extend(self.by_content.get(&facts.call.content).into_iter().flatten());
        }
        places
    }
}
