//! JD Cloud Image Matting; the front page is its README.
//!
#![doc = include_str!("README.md")]

mod answer;
mod sla;
mod wire;

pub(super) use sla::CONTRACT;

use super::{VENDOR, auth, gateway};
use crate::exchange::{Call, Refusal, Reply, SettableNames, Workload};
use crate::imaging::pixel_count;
use crate::providers::{Authentication, BodyKind, CallContext, Operation, Provider, ProviderSpec};

/// JD Cloud Image Matting and its NeuHub neighbours.
pub struct Matting;

/// Bodies the edge keeps: well over the documented 2 MB, so that the vendor's own error can be given.
const BODY_CAP: u64 = 16 << 20;

/// What a world may set (`README.md`).
static SETTABLE: SettableNames = SettableNames {
    strictness: &["jdcloud-matting.portrait", "jdcloud-matting.person"],
    ..SettableNames::NONE
};

static SPEC: ProviderSpec = ProviderSpec {
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
        Operation::new(
            "jdcloud-matting/cutout",
            "POST",
            &["/api/cutout", "/api/cutout/"],
            answer::cutout,
        )
        .titled("Image matting: a JPEG in, the URL of a transparent PNG out")
        .body(BodyKind::Raw, BODY_CAP)
        .priced(&sla::CUTOUT_PRICES)
        .workload(body_pixels),
        Operation::new(
            "jdcloud-matting/selfie-seg",
            "POST",
            &["/jdai/SelfieSeg"],
            answer::selfie,
        )
        .titled("Selfie segmentation: base64 in, base64 PNG out")
        .body(BodyKind::Raw, BODY_CAP)
        .workload(selfie_pixels)
        // Every method: the service itself says that only POST is allowed (1008).
        .any_method(),
        Operation::new(
            "jdcloud-matting/human-parsing",
            "POST",
            &["/jdai/human_parsing"],
            answer::parsing,
        )
        .titled("Human parsing: a picture in, a class for each pixel out")
        .body(BodyKind::Raw, BODY_CAP)
        .workload(body_pixels),
    ],
    catalogue: &wire::CATALOGUE,
    limits: &sla::LIMITS,
    contract: &sla::CONTRACT,
    volatile: &["timestamp", "sign"],
    signs_answers: false,
    has_jobs: false,
    settable: &SETTABLE,
};

fn body_pixels(call: &Call) -> Workload {
    Workload::pixels(pixel_count(&call.body))
}

fn selfie_pixels(call: &Call) -> Workload {
    let picture = answer::selfie_picture(&call.body).ok();
    Workload::pixels(picture.and_then(|picture| pixel_count(&picture)))
}

impl Provider for Matting {
    fn spec(&self) -> &'static ProviderSpec {
        &SPEC
    }

    fn authentication(&self, call: &Call) -> &'static Authentication {
        auth::authentication(call)
    }

    fn refuse(&self, refusal: &Refusal, context: &CallContext) -> Reply {
        wire::refuse(refusal, context)
    }

    fn seal(&self, reply: Reply, context: &CallContext) -> Reply {
        gateway::headers(reply, context)
    }
}
