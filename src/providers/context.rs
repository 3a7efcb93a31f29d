//! The tools a provider has for one call.

use crate::clock::{Clock, Time};
use crate::composition::Composer;
use crate::exchange::{Failure, Reply, RequestId};
use crate::imaging::{Studio, corrupt_headers};
use crate::jobs::JobFaults;
use crate::outbound::OutboundClient;
use crate::world::{
    Expectations, Jobs, MessageLanguage, RecognitionHistory, ResultFiles, Strictness, TemplateStore,
    WorldSettings,
};
use bytes::Bytes;
use std::sync::Arc;

/// The tools for one call. Cheap to clone, so that work can take it along.
#[derive(Clone)]
pub struct CallContext {
    /// The call's name.
    pub request_id: RequestId,
    /// Whose call it is.
    pub world: Arc<str>,
    /// `provider/operation`; empty where the path is no operation.
    pub operation: &'static str,
    /// The public part of the key that calls.
    pub key: Arc<str>,
    /// The world's clock.
    pub clock: Clock,
    /// When the call came, on that clock.
    pub arrived: Time,
    /// Settings of the world.
    pub settings: Arc<WorldSettings>,
    /// Charged calls left of the tightest quota, where there is one.
    pub remaining: Option<u64>,
    /// Where pictures are worked on.
    pub studio: Arc<Studio>,
    /// Where pictures are composed.
    pub composer: Arc<Composer>,
    /// Templates users uploaded.
    pub templates: Arc<TemplateStore>,
    /// Where result files are laid out.
    pub files: Arc<ResultFiles>,
    /// What the provider's console would list of the past.
    pub history: Arc<RecognitionHistory>,
    /// Every job.
    pub jobs: Arc<Jobs>,
    /// What faults make of a job that the call submits.
    pub job_faults: JobFaults,
    /// What fetches pictures by their URLs.
    pub outbound: Arc<OutboundClient>,
    /// Verdicts the world's user decided beforehand.
    pub expectations: Arc<Expectations>,
    /// The private key the vendor signs with in this world, where it signs.
    pub provider_key: Option<Arc<str>>,
    /// The address the client used.
    pub base_url: Arc<str>,
    /// How far the provider's clock, as far as a client can see it, is off, in microseconds.
    pub skew: i64,
    /// The verdict to lie with, where a fault says so.
    pub wrong_verdict: Option<Arc<WrongVerdict>>,
    /// The value that shapes the damage to result pictures, where a fault damages them.
    pub damage: Option<u64>,
}

/// A verdict a fault puts in place of the true one; what is absent the provider chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrongVerdict {
    /// The task it is about; all where absent.
    pub task: Option<String>,
    /// The label to give.
    pub label: Option<String>,
}

impl CallContext {
    /// Language of the vendor's messages.
    pub fn language(&self) -> MessageLanguage {
        self.settings.language
    }

    /// How strictly a rule is taken.
    pub fn is_strict(&self, rule: &str) -> bool {
        self.settings.strictness(rule, Strictness::Strict) == Strictness::Strict
    }

    /// The same for a rule that is lenient unless the world says otherwise.
    pub fn is_lenient(&self, rule: &str) -> bool {
        self.settings.strictness(rule, Strictness::Degrade) == Strictness::Degrade
    }

    /// A result picture as it goes out: whole, or damaged by a fault.
    pub fn apply_picture_damage(&self, picture: &Bytes, digest: u128) -> (Bytes, u128) {
        match self.damage {
            None => (picture.clone(), digest),
            Some(drawn) => {
                let damaged = corrupt_headers(picture, drawn);
                let digest = xxhash_rust::xxh3::xxh3_128(&damaged);
                (damaged.into(), digest)
            }
        }
    }

    /// Virtual milliseconds since the call came.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.clock.now().since(self.arrived).as_millis()).unwrap_or(u64::MAX)
    }

    /// Lays out a result file and gives its absolute URL, on the address the client used. The name depends on
    /// the world and the content's digest alone.
    pub fn publish(
        &self,
        (bytes, digest): (Bytes, u128),
        extension: &str,
        content_type: &'static str,
    ) -> String {
        let mut seed = self.world.as_bytes().to_vec();
        seed.extend_from_slice(&digest.to_be_bytes());
        let name = format!("{:032x}.{extension}", xxhash_rust::xxh3::xxh3_128(&seed));
        let url = format!("{}/_files/{name}", self.base_url);
        self.files
            .put((self.world.clone(), &self.clock), name, bytes, content_type);
        url
    }
}

/// What a provider makes of a call.
pub enum Answer {
    /// It is ready.
    Ready(Reply),
    /// It takes CPU time, and is made on the bounded pool.
    Work(BlockingTask),
}

/// CPU work that ends in a reply.
pub type BlockingTask = Box<dyn FnOnce() -> Result<Reply, Failure> + Send>;
