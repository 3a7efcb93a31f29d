//! The facts of one call, as a provider's code meets them.

use super::{Operation, ProviderSpec, Services};
use crate::clock::{Clock, Time};
use crate::exchange::{Call, ContentDigest, RequestId};
use crate::imaging::corrupt_headers;
use crate::jobs::JobFaults;
use crate::world::{Expectations, MessageLanguage, Record, RecordSet, ResultFile, Strictness, WorldSettings};
use bytes::Bytes;
use std::sync::Arc;

/// The facts of one call. Cheap to clone.
#[derive(Clone)]
pub struct CallContext {
    /// The request.
    pub call: Arc<Call>,
    /// The facts of the provider that is called.
    pub provider: &'static ProviderSpec,
    /// The operation that is called; absent where the path is none of the provider's.
    pub operation: Option<&'static Operation>,
    /// The call's name.
    pub request_id: RequestId,
    /// Whose call it is.
    pub world: Arc<str>,
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
    /// Verdicts that the world's user decided beforehand.
    pub expectations: Arc<Expectations>,
    /// The private key the vendor signs with in this world, where it signs.
    pub provider_key: Option<Arc<str>>,
    /// How far the clock that the provider shows its clients is off, in microseconds.
    pub skew: i64,
    /// The verdict to give in place of the true one, where a fault says so.
    pub wrong_verdict: Option<Arc<WrongVerdict>>,
    /// The value that shapes the damage to result pictures, where a fault damages them.
    pub damage: Option<u64>,
    /// What faults make of a job that the call submits.
    pub job_faults: JobFaults,
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
    /// `provider/operation`; empty where the path is no operation.
    pub fn operation_name(&self) -> &'static str {
        self.operation.map_or("", |operation| operation.full_name)
    }

    /// Language of the vendor's messages.
    pub fn language(&self) -> MessageLanguage {
        self.settings.language
    }

    /// Whether what breaks a rule gets the vendor's error. For rules that are strict unless the world's `strictness`
    /// setting says otherwise.
    pub fn is_strict(&self, rule: &str) -> bool {
        self.settings.strictness(rule, Strictness::Strict) == Strictness::Strict
    }

    /// Whether what breaks a rule is served all the same, with a less reliable result. For rules that are lenient unless
    /// the world's `strictness` setting says otherwise; [`is_strict`](Self::is_strict) is for the others.
    pub fn is_lenient(&self, rule: &str) -> bool {
        self.settings.strictness(rule, Strictness::Degrade) == Strictness::Degrade
    }

    /// A result picture as it goes out with its digest: whole, or damaged by a fault.
    pub fn apply_picture_damage(&self, picture: &Bytes, digest: ContentDigest) -> (Bytes, ContentDigest) {
        match self.damage {
            None => (picture.clone(), digest),
            Some(drawn) => {
                let damaged = corrupt_headers(picture, drawn);
                let digest = ContentDigest::of(&damaged);
                (damaged.into(), digest)
            }
        }
    }

    /// Virtual milliseconds since the call came.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.clock.now().since(self.arrived).as_millis()).unwrap_or(u64::MAX)
    }

    /// The records of a kind that this provider keeps in the call's world.
    pub fn records<'a, T: Record>(&self, services: &'a Services) -> RecordSet<'a, T> {
        services
            .records
            .of(&self.world, self.provider.id, self.clock.now())
    }

    /// Lays out a result picture, damaged where a fault says so, and gives its absolute URL on the address the
    /// client used. The name depends on the world and the content's digest alone.
    pub fn publish_picture(
        &self,
        picture: &Bytes,
        digest: ContentDigest,
        format: FileFormat,
        services: &Services,
    ) -> String {
        let (bytes, digest) = self.apply_picture_damage(picture, digest);
        let owned = format!("{}/{}", digest.hex(), self.world);
        let name = ContentDigest::of(owned.as_bytes()).short();
        let name = format!("{name:032x}.{}", format.extension);
        let url = format!("{}/_files/{name}", self.call.base_url);
        let file = ResultFile::new(self.world.clone(), &self.clock, bytes, format.content_type);
        services.files.put(name, file);
        url
    }
}

/// The format of a result file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileFormat {
    extension: &'static str,
    content_type: &'static str,
}

impl FileFormat {
    /// PNG.
    pub const PNG: Self = Self {
        extension: "png",
        content_type: "image/png",
    };
    /// JPEG.
    pub const JPEG: Self = Self {
        extension: "jpg",
        content_type: "image/jpeg",
    };
}
