//! The vendors. A provider is a folder with an `sla.rs`, and a line in [`ALL`].
//!
//! To add one: copy a folder; write its README from the vendor's pages; fill its [`ProviderSpec`]; make `auth.rs`
//! pass the vendor's published vectors; put shapes and errors into `wire.rs`; give one honest answer; enter
//! the contract; add requests to `fixtures/<id>/`; add the line. The compiler asks for every missing arm of
//! `refuse`, the tests in `tests/` for the rest.

mod context;
mod facepp;
pub mod jdcloud;
mod job_request;
mod kling;
mod marker_samples;
mod spec;
mod tupu;

pub use context::{Answer, BlockingTask, CallContext, WrongVerdict};
pub use job_request::JobRequest;
pub use marker_samples::MarkerSample;
pub use spec::{DocumentedError, Operation, ProviderSpec};

use crate::clock::Time;
use crate::exchange::{Call, Credential, Failure, Reply, Vendor, Workload};
use crate::jobs::Job;
use crate::sla::Contract;
use crate::world::{KnownNames, ProviderNames};
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
pub struct AuthContext<'a> {
    /// What the claimed key holds, if it is known.
    pub credential: Option<&'a Credential>,
    /// What the proof's timestamp is compared with.
    pub now: Time,
    /// How far the timestamp may be off, where the world says so; else it is the vendor's.
    pub window: Option<Duration>,
}

impl AuthContext<'_> {
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
    fn spec(&self) -> &'static ProviderSpec;

    /// The operation a call is counted and charged as, where its path alone does not tell.
    fn resolve_operation(&self, operation: &'static Operation, _call: &Call) -> &'static Operation {
        operation
    }

    /// The public part of the credential a call claims to have, before anything is verified.
    fn claimed_key_id<'a>(&self, call: &'a Call) -> Option<Cow<'a, str>>;

    /// Whether the call proves it has the credential.
    ///
    /// # Errors
    /// The flaw in the proof, in the order the vendor checks.
    fn authenticate(&self, call: &Call, proof: &AuthContext<'_>) -> Result<(), Failure>;

    /// What the proof holds that should be used once only, where it holds such a thing.
    fn nonce<'a>(&self, _call: &'a Call) -> Option<Cow<'a, str>> {
        None
    }

    /// The work an input brings, as far as its head tells without decoding it: what a latency by physics goes by.
    fn workload(&self, operation: &Operation, call: &Call) -> Workload;

    /// What the provider answers. Limits of the input are checked here.
    ///
    /// # Errors
    /// Why the vendor would refuse the input.
    fn answer(&self, operation: &Operation, call: &Call, context: &CallContext) -> Result<Answer, Failure>;

    /// A refusal in the vendor's words. `operation` is absent where the path is nobody's.
    fn refuse(
        &self,
        operation: Option<&Operation>,
        call: &Call,
        failure: &Failure,
        context: &CallContext,
    ) -> Reply;

    /// The last touch to every reply: headers the vendor's gateway adds, signatures over the answer.
    fn seal(&self, reply: Reply, call: &Call, context: &CallContext) -> Reply;

    /// The body of a job's `nth` report (from 0), sealed. Only for providers with jobs.
    fn callback_body(&self, _job: &Job, _report: (u64, Time), _provider_key: Option<&str>) -> Vec<u8> {
        Vec::new()
    }

    /// Inputs that force a verdict each. Only for providers that recognise.
    fn marker_samples(&self) -> &'static [MarkerSample] {
        &[]
    }

    /// A sealed reply whose signature is wrong. Only for providers that sign their answers.
    fn corrupt_signature(&self, reply: Reply) -> Reply {
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
    pub fn specs(self) -> impl Iterator<Item = &'static ProviderSpec> {
        self.0.iter().map(|provider| provider.spec())
    }

    /// A card by its provider's id.
    pub fn spec(self, id: &str) -> Option<&'static ProviderSpec> {
        self.specs().find(|spec| spec.id == id)
    }

    /// All operations, as `provider/operation`.
    pub fn operations(self) -> Vec<String> {
        let operations = self.specs().flat_map(|spec| spec.operations);
        operations
            .map(|operation| operation.full_name.to_owned())
            .collect()
    }

    /// The names that settings and expectations of worlds may use.
    pub fn known_names(self) -> KnownNames {
        let names = |spec: &'static ProviderSpec| ProviderNames {
            id: spec.id,
            operations: spec.operations.iter().map(|own| own.full_name).collect(),
            codes: spec.catalogue.iter().map(|row| row.code).collect(),
            settable: spec.settable,
        };
        KnownNames {
            providers: self.specs().map(names).collect(),
            agreements: self.agreements().iter().map(|(id, _)| *id).collect(),
        }
    }

    /// The companies whose credentials are taken.
    pub fn vendors(self) -> Vec<&'static Vendor> {
        let mut all: Vec<_> = self.specs().map(|spec| spec.vendor).collect();
        all.dedup_by_key(|vendor| vendor.id);
        all
    }

    /// Inputs that force a verdict each, of all providers.
    pub fn marker_samples(self) -> impl Iterator<Item = &'static MarkerSample> {
        self.0.iter().flat_map(|provider| provider.marker_samples())
    }

    /// Every agreement with its provider's id, also of products that are not emulated yet.
    pub fn agreements(self) -> Vec<(&'static str, &'static Contract)> {
        let mut all: Vec<_> = self.specs().map(|spec| (spec.id, spec.contract)).collect();
        for contract in contracts() {
            if all.iter().all(|(id, _)| *id != contract.provider) {
                all.push((contract.provider, contract));
            }
        }
        all
    }
}
