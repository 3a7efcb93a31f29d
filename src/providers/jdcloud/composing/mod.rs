//! JD Cloud 智能合图, automatic composing; the front page is its README.
//!
#![doc = include_str!("README.md")]

mod answer;
mod request;
mod sla;
mod wire;

pub(super) use sla::CONTRACT;

use super::{VENDOR, auth, gateway};
use crate::exchange::{Call, Refusal, Reply, SettableNames, Workload};
use crate::imaging::pixel_count;
use crate::providers::{Authentication, BodyKind, CallContext, Operation, Provider, ProviderSpec};

/// JD Cloud Automatic Composing and its Ling neighbours.
pub struct Composing;

/// Bodies the edge keeps: ten pictures of 2 MB and more, so that the vendor's own error can be given.
const BODY_CAP: u64 = 32 << 20;

static OPERATIONS: [Operation; 6] = [
    Operation::new(
        "jdcloud-composing/compose-image",
        "POST",
        &["/api/compose-image", "/api/compose-image/"],
        answer::compose,
    )
    .titled("Composing with a template: pictures and copy in, one JPEG out")
    .body(BodyKind::Fields, BODY_CAP)
    .priced(&sla::CUSTOM_PRICES)
    .workload(request::workload),
    Operation::new(
        "jdcloud-composing/compose-image-intel",
        "POST",
        &["/api/compose-image-intel", "/api/compose-image-intel/"],
        answer::compose,
    )
    .titled("Intelligent composing: up to ten sizes, with a template or three that fit")
    .body(BodyKind::Fields, BODY_CAP)
    .priced(&sla::INTELLIGENT_PRICES)
    .workload(request::workload),
    Operation::new(
        "jdcloud-composing/design",
        "POST",
        &["/api/compose/design", "/api/compose/design/"],
        answer::compose,
    )
    .titled("Both of them as the first documents had it; counted and charged as the service it names")
    .body(BodyKind::Fields, BODY_CAP)
    .workload(request::workload),
    Operation::new(
        "jdcloud-composing/intel-templates",
        "GET",
        &["/api/intel-templates", "/api/intel-templates/"],
        answer::templates,
    )
    .titled("The list of templates, page by page")
    .body(BodyKind::Raw, 1 << 20),
    Operation::new(
        "jdcloud-composing/predict-style",
        "POST",
        &["/api/predict-style", "/api/predict-style/"],
        answer::style,
    )
    .titled("The style of a picture: eight probabilities")
    .body(BodyKind::Raw, BODY_CAP)
    .priced(&sla::STYLE_PRICES)
    .workload(body_pixels),
    Operation::new(
        "jdcloud-composing/fill-image-color",
        "POST",
        &["/api/fill-image-color", "/api/fill-image-color/"],
        answer::colours,
    )
    .titled("A picture in other colours")
    .body(BodyKind::Raw, BODY_CAP)
    .priced(&sla::STYLE_PRICES)
    .workload(body_pixels),
];

/// What a world may set (`README.md`).
static SETTABLE: SettableNames = SettableNames {
    strictness: &["jdcloud-composing.format"],
    ..SettableNames::NONE
};

static SPEC: ProviderSpec = ProviderSpec {
    id: "jdcloud-composing",
    title: "JD Cloud Automatic Composing",
    vendor: &VENDOR,
    hosts: &[
        "wkq5y1h4uomy.cn-north-1.jdcloud-api.net",
        "wko74nw3nxr2.cn-north-1.jdcloud-api.net",
        "wkorw62jikwy.cn-north-1.jdcloud-api.net",
    ],
    prefixes: &["/api/compose", "/api/intel-templates"],
    operations: &OPERATIONS,
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

impl Provider for Composing {
    fn spec(&self) -> &'static ProviderSpec {
        &SPEC
    }

    /// One path of the first documents serves both services (§1.2).
    fn resolve_operation(&self, operation: &'static Operation, call: &Call) -> &'static Operation {
        if operation.id != wire::DESIGN {
            return operation;
        }
        let named = request::named_service(call).map(request::ComposingService::operation);
        let found = named.and_then(|id| OPERATIONS.iter().find(|operation| operation.id == id));
        found.unwrap_or(operation)
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
