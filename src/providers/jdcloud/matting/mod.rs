//! JD Cloud Image Matting; the front page is its README.
//!
#![doc = include_str!("README.md")]

mod answer;
mod sla;
mod wire;

pub(super) use sla::CONTRACT;

use super::{VENDOR, auth, gateway};
use crate::exchange::{Call, Failure, Reply, SettableNames, Workload};
use crate::imaging::pixel_count;
use crate::providers::{Answer, AuthContext, CallContext, Operation, Provider, ProviderSpec};
use std::borrow::Cow;

/// JD Cloud Image Matting and its NeuHub neighbours.
pub struct Matting;

/// Bodies the edge keeps: well over the documented 2 MB, so that the vendor's own error can be given.
const BODY_CAP: u64 = 16 << 20;

/// What a world may set (`README.md`).
static SETTABLE: SettableNames = SettableNames {
    strictness: &["jdcloud-matting.portrait", "jdcloud-matting.person"],
    ..SettableNames::NONE
};

static CARD: ProviderSpec = ProviderSpec {
    id: "jdcloud-matting",
    title: "JD Cloud Image Matting",
    vendor: &VENDOR,
    hosts: &[
        ".jdcloud-api.net",
        "aiapi.jdcloud.com",
        "aiapi.jd.com",
        "ling-console.jdcloud.com",
    ],
    prefixes: &["/api/cutout", "/jdai/"],
    operations: &[
        Operation {
            id: wire::CUTOUT,
            full_name: "jdcloud-matting/cutout",
            title: "Image matting: a JPEG in, the URL of a transparent PNG out",
            paths: &["/api/cutout", "/api/cutout/"],
            methods: &["POST"],
            body_cap: BODY_CAP,
            tiers: &sla::CUTOUT_PRICES,
        },
        Operation {
            id: wire::SELFIE,
            full_name: "jdcloud-matting/selfie-seg",
            title: "Selfie segmentation: base64 in, base64 PNG out",
            paths: &["/jdai/SelfieSeg"],
            // Every method: the service itself says that only POST is allowed (1008).
            methods: &[],
            body_cap: BODY_CAP,
            tiers: &[],
        },
        Operation {
            id: wire::PARSING,
            full_name: "jdcloud-matting/human-parsing",
            title: "Human parsing: a picture in, a class for each pixel out",
            paths: &["/jdai/human_parsing"],
            methods: &["POST"],
            body_cap: BODY_CAP,
            tiers: &[],
        },
    ],
    catalogue: &wire::CATALOGUE,
    limits: &sla::LIMITS,
    contract: &sla::CONTRACT,
    volatile: &["timestamp", "sign"],
    signs_answers: false,
    has_jobs: false,
    settable: &SETTABLE,
};

impl Provider for Matting {
    fn spec(&self) -> &'static ProviderSpec {
        &CARD
    }

    fn claimed_key_id<'a>(&self, call: &'a Call) -> Option<Cow<'a, str>> {
        auth::claimed_key_id(call)
    }

    fn authenticate(&self, call: &Call, proof: &AuthContext<'_>) -> Result<(), Failure> {
        auth::authenticate(call, proof)
    }

    fn nonce<'a>(&self, call: &'a Call) -> Option<Cow<'a, str>> {
        call.headers.get("x-jdcloud-nonce").map(Cow::Borrowed)
    }

    fn workload(&self, operation: &Operation, call: &Call) -> Workload {
        let pixels = match operation.id {
            wire::SELFIE => answer::selfie_picture(&call.body)
                .ok()
                .and_then(|picture| pixel_count(&picture)),
            _ => pixel_count(&call.body),
        };
        Workload {
            pixels: pixels.unwrap_or(0),
            characters: 0,
        }
    }

    fn answer(&self, operation: &Operation, call: &Call, context: &CallContext) -> Result<Answer, Failure> {
        match operation.id {
            wire::SELFIE => answer::selfie(call, context),
            wire::PARSING => answer::parsing(call, context),
            _ => answer::cutout(call, context),
        }
    }

    fn refuse(
        &self,
        operation: Option<&Operation>,
        call: &Call,
        failure: &Failure,
        context: &CallContext,
    ) -> Reply {
        wire::refuse(operation, call, failure, context)
    }

    fn seal(&self, reply: Reply, call: &Call, context: &CallContext) -> Reply {
        gateway::headers(reply, call, context)
    }
}
