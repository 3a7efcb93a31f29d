//! The vendors. A provider is a folder with an `sla.rs`, and a line in [`ALL`].
//!
//! To add one: copy a folder; write its README from the vendor's pages; fill its [`Card`]; make `auth.rs`
//! pass the vendor's published vectors; put shapes and errors into `wire.rs`; give one honest answer; enter
//! the contract; add requests to `fixtures/<id>/`; add the line. The compiler asks for every missing arm of
//! `refuse`, the tests in `tests/` for the rest.

mod card;
mod desk;
mod errand;
mod facepp;
pub mod jdcloud;
mod kit;
mod kling;
mod tupu;

pub use card::{Card, CatalogueRow, Operation};
pub use desk::{Answer, Desk, Lie, Work};
pub use errand::Errand;
pub use kit::KitItem;

use crate::clock::Time;
use crate::exchange::{Call, Credential, Failure, Reply, Vendor, Volume};
use crate::jobs::Job;
use crate::sla::Contract;
use std::borrow::Cow;
use std::time::Duration;

/// Every provider, in the order they are listed. Adding one is a folder and a line here.
pub static ALL: &[&dyn Provider] = &[
    &jdcloud::matting::Matting,
    &jdcloud::composing::Composing,
    &tupu::Tupu,
];

/// Every agreement there is, also of products that are not emulated yet.
pub fn contracts() -> [&'static Contract; 5] {
    let [matting, composing] = jdcloud::CONTRACTS;
    [
        matting,
        composing,
        &tupu::CONTRACT,
        &kling::CONTRACT,
        &facepp::CONTRACT,
    ]
}

/// What a call's proof of identity is checked against.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// What the claimed key holds, if it is known.
    pub credential: Option<&'a Credential>,
    /// What the proof's timestamp is compared with.
    pub now: Time,
    /// How far the timestamp may be off, where the world says so; else it is the vendor's.
    pub window: Option<Duration>,
}

impl Proof<'_> {
    /// The same, with the credential left out where it is of another scheme.
    pub fn of(&self, scheme: &str) -> Self {
        Self {
            credential: self.credential.filter(|known| known.scheme == scheme),
            ..*self
        }
    }
}

/// An emulated product. It holds no state, spawns nothing, logs nothing.
pub trait Provider: Sync {
    /// What is known of it beforehand.
    fn card(&self) -> &'static Card;

    /// The operation a call is counted and charged as, where its path alone does not tell.
    fn refine(&self, operation: &'static Operation, _call: &Call) -> &'static Operation {
        operation
    }

    /// The public part of the credential a call claims to have, before anything is verified.
    fn claim<'a>(&self, call: &'a Call) -> Option<Cow<'a, str>>;

    /// Whether the call proves it has the credential.
    ///
    /// # Errors
    /// The flaw in the proof, in the order the vendor checks.
    fn authenticate(&self, call: &Call, proof: &Proof<'_>) -> Result<(), Failure>;

    /// What the proof holds that should be used once only, where it holds such a thing.
    fn nonce<'a>(&self, _call: &'a Call) -> Option<Cow<'a, str>> {
        None
    }

    /// The work an input brings, as far as its head tells without decoding it: what a latency by physics goes by.
    fn volume(&self, operation: &Operation, call: &Call) -> Volume;

    /// What the provider answers. Limits of the input are checked here.
    ///
    /// # Errors
    /// Why the vendor would refuse the input.
    fn answer(&self, operation: &Operation, call: &Call, desk: &Desk) -> Result<Answer, Failure>;

    /// A refusal in the vendor's words. `operation` is absent where the path is nobody's.
    fn refuse(&self, operation: Option<&Operation>, call: &Call, failure: &Failure, desk: &Desk) -> Reply;

    /// The last touch to every reply: headers the vendor's gateway adds, signatures over the answer.
    fn seal(&self, reply: Reply, call: &Call, desk: &Desk) -> Reply;

    /// The body of a job's `nth` report (from 0), sealed. Only for providers with jobs.
    fn report(&self, _job: &Job, _report: (u64, Time), _provider_key: Option<&str>) -> Vec<u8> {
        Vec::new()
    }

    /// Inputs that force a verdict each. Only for providers that recognise.
    fn kit(&self) -> &'static [KitItem] {
        &[]
    }

    /// A sealed reply whose signature is wrong. Only for providers that sign their answers.
    fn forge(&self, reply: Reply) -> Reply {
        reply
    }
}

/// The providers a server emulates.
#[derive(Clone, Copy)]
pub struct Providers(pub &'static [&'static dyn Provider]);

impl Default for Providers {
    fn default() -> Self {
        Self(ALL)
    }
}

impl Providers {
    /// Their cards.
    pub fn cards(self) -> impl Iterator<Item = &'static Card> {
        self.0.iter().map(|provider| provider.card())
    }

    /// A card by its provider's id.
    pub fn card(self, id: &str) -> Option<&'static Card> {
        self.cards().find(|card| card.id == id)
    }

    /// All operations, as `provider/operation`.
    pub fn operations(self) -> Vec<String> {
        let operations = self.cards().flat_map(|card| card.operations);
        operations
            .map(|operation| operation.full_name.to_owned())
            .collect()
    }

    /// The companies whose credentials are taken.
    pub fn vendors(self) -> Vec<&'static Vendor> {
        let mut all: Vec<_> = self.cards().map(|card| card.vendor).collect();
        all.dedup_by_key(|vendor| vendor.id);
        all
    }

    /// Inputs that force a verdict each, of all providers.
    pub fn kit(self) -> impl Iterator<Item = &'static KitItem> {
        self.0.iter().flat_map(|provider| provider.kit())
    }

    /// Every agreement with its provider's id, also of products that are not emulated yet.
    pub fn agreements(self) -> Vec<(&'static str, &'static Contract)> {
        let mut all: Vec<_> = self.cards().map(|card| (card.id, card.contract)).collect();
        for contract in contracts() {
            if all.iter().all(|(id, _)| *id != contract.provider) {
                all.push((contract.provider, contract));
            }
        }
        all
    }
}
