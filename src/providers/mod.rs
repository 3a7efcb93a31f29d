//! The vendors. A provider is a folder, its `mod` line here, and a line each in [`ALL`] and [`contracts`]. `ADDING.md`
//! beside this file shows how to add one, and what the tests ask for.

mod answer;
mod authentication;
mod context;
mod facepp;
pub mod jdcloud;
mod job_request;
mod kling;
mod marker_samples;
mod operation;
mod services;
mod spec;
pub mod tupu;

pub use answer::{Answer, Computation, FetchedComputation};
pub use authentication::{AuthContext, Authentication, ClaimedKey, no_nonce};
pub use context::{CallContext, FileFormat, WrongVerdict};
pub use job_request::{ChargeTime, JobReport, JobRequest};
pub use marker_samples::MarkerSample;
pub use operation::{BodyKind, Handler, Operation};
pub use services::Services;
pub use spec::{DocumentedError, ProviderSpec};

use crate::exchange::{Call, Refusal, Reply, Vendor};
use crate::outbound::OutboundRequest;
use crate::sla::Contract;
use crate::world::{KnownNames, ProviderNames};

/// The guide, so that its provider is compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("ADDING.md")]
struct AddingGuide;

/// Every provider, in the order they are listed.
pub static ALL: &[&dyn Provider] = &[
    &jdcloud::matting::Matting,
    &jdcloud::composing::Composing,
    &tupu::Tupu,
];

/// Every agreement there is, also of products that are not emulated yet.
pub fn contracts() -> Vec<&'static Contract> {
    let mut all = jdcloud::CONTRACTS.to_vec();
    all.extend([&tupu::CONTRACT, &kling::CONTRACT, &facepp::CONTRACT]);
    all
}

/// An emulated product. It holds no state, spawns nothing, logs nothing.
pub trait Provider: Sync {
    /// What is known of it beforehand, its operations with their handlers among it.
    fn spec(&self) -> &'static ProviderSpec;

    /// The operation a call is counted and charged as, where its path alone does not tell.
    fn resolve_operation(&self, operation: &'static Operation, _call: &Call) -> &'static Operation {
        operation
    }

    /// The way to authenticate that a call chooses. Only the head is known where the body was not read yet.
    fn authentication(&self, call: &Call) -> &'static Authentication;

    /// A refusal in the vendor's words.
    fn refuse(&self, refusal: &Refusal, context: &CallContext) -> Reply;

    /// Completes an answer or a refusal of the provider: headers the vendor's gateway adds, a signature over the body.
    /// What a fault answers in the provider's place, and our own errors, do not come here.
    fn seal(&self, reply: Reply, _context: &CallContext) -> Reply {
        reply
    }

    /// The whole request that reports on a job: method, headers, body, signature. Only for providers with jobs.
    fn callback(&self, report: &JobReport<'_>) -> OutboundRequest {
        OutboundRequest::post_json(report.url, Vec::new())
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
    /// A provider by its id.
    pub fn find(self, id: &str) -> Option<&'static dyn Provider> {
        self.0.iter().copied().find(|provider| provider.spec().id == id)
    }

    /// Their facts.
    pub fn specs(self) -> impl Iterator<Item = &'static ProviderSpec> {
        self.0.iter().map(|provider| provider.spec())
    }

    /// A provider's facts by its id.
    pub fn spec(self, id: &str) -> Option<&'static ProviderSpec> {
        self.specs().find(|spec| spec.id == id)
    }

    /// An operation by its full name, `provider/operation`.
    pub fn operation(self, full_name: &str) -> Option<&'static Operation> {
        let mut all = self.specs().flat_map(|spec| spec.operations);
        all.find(|operation| operation.full_name == full_name)
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
