//! JD Cloud Image Matting; the front page is its README.
//!
#![doc = include_str!("README.md")]

mod answer;
mod sla;
mod wire;

pub(super) use sla::CONTRACT;

use super::{VENDOR, auth, gateway};
use crate::exchange::{Call, Refusal, Reply, Workload};
use crate::imaging::pixel_count;
use crate::providers::{Authentication, BodyKind, CallContext, Operation, Provider, ProviderSpec};

/// JD Cloud Image Matting and its NeuHub neighbours.
pub struct Matting;

/// Bodies the edge keeps: well over the documented 2 MB, so that the vendor's own error can be given.
const BODY_CAP: u64 = 16 << 20;

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
        Operation {
            id: wire::CUTOUT,
            full_name: "jdcloud-matting/cutout",
            title: "Image matting: a JPEG in, the URL of a transparent PNG out",
            paths: &["/api/cutout", "/api/cutout/"],
            method: Some("POST"),
            body: BodyKind::Raw,
            body_cap: BODY_CAP,
            tiers: &sla::CUTOUT_PRICES,
            workload: body_pixels,
            handle: answer::cutout,
        },
        Operation {
            id: wire::SELFIE,
            full_name: "jdcloud-matting/selfie-seg",
            title: "Selfie segmentation: base64 in, base64 PNG out",
            paths: &["/jdai/SelfieSeg"],
            // Every method: the service itself says that only POST is allowed (1008).
            method: None,
            body: BodyKind::Raw,
            body_cap: BODY_CAP,
            tiers: &[],
            workload: selfie_pixels,
            handle: answer::selfie,
        },
        Operation {
            id: wire::PARSING,
            full_name: "jdcloud-matting/human-parsing",
            title: "Human parsing: a picture in, a class for each pixel out",
            paths: &["/jdai/human_parsing"],
            method: Some("POST"),
            body: BodyKind::Raw,
            body_cap: BODY_CAP,
            tiers: &[],
            workload: body_pixels,
            handle: answer::parsing,
        },
    ],
    catalogue: &wire::CATALOGUE,
    limits: &sla::LIMITS,
    contract: &sla::CONTRACT,
    volatile: &["timestamp", "sign"],
    signs_answers: false,
    has_jobs: false,
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
