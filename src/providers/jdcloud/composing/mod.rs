//! JD Cloud 智能合图, automatic composing; the front page is its README.
//!
#![doc = include_str!("README.md")]

mod answer;
mod request;
mod sla;
mod wire;

pub(super) use sla::CONTRACT;

use super::{VENDOR, auth, gateway};
use crate::exchange::{Call, Refusal, Reply, Workload};
use crate::imaging::pixel_count;
use crate::providers::{Authentication, BodyKind, CallContext, Operation, Provider, ProviderSpec};

/// JD Cloud Automatic Composing and its Ling neighbours.
pub struct Composing;

/// Bodies the edge keeps: ten pictures of 2 MB and more, so that the vendor's own error can be given.
const BODY_CAP: u64 = 32 << 20;

static OPERATIONS: [Operation; 6] = [
    Operation {
        id: wire::CUSTOM,
        full_name: "jdcloud-composing/compose-image",
        title: "Composing with a template: pictures and copy in, one JPEG out",
        paths: &["/api/compose-image", "/api/compose-image/"],
        method: Some("POST"),
        body: BodyKind::Fields,
        body_cap: BODY_CAP,
        tiers: &sla::CUSTOM_PRICES,
        workload: request::workload,
        handle: answer::compose,
    },
    Operation {
        id: wire::INTELLIGENT,
        full_name: "jdcloud-composing/compose-image-intel",
        title: "Intelligent composing: up to ten sizes, with a template or three that fit",
        paths: &["/api/compose-image-intel", "/api/compose-image-intel/"],
        method: Some("POST"),
        body: BodyKind::Fields,
        body_cap: BODY_CAP,
        tiers: &sla::INTELLIGENT_PRICES,
        workload: request::workload,
        handle: answer::compose,
    },
    Operation {
        id: wire::DESIGN,
        full_name: "jdcloud-composing/design",
        title: "Both of them as the first documents had it; counted and charged as the service it names",
        paths: &["/api/compose/design", "/api/compose/design/"],
        method: Some("POST"),
        body: BodyKind::Fields,
        body_cap: BODY_CAP,
        tiers: &[],
        workload: request::workload,
        handle: answer::compose,
    },
    Operation {
        id: wire::TEMPLATES,
        full_name: "jdcloud-composing/intel-templates",
        title: "The list of templates, page by page",
        paths: &["/api/intel-templates", "/api/intel-templates/"],
        method: Some("GET"),
        body: BodyKind::Raw,
        body_cap: 1 << 20,
        tiers: &[],
        workload: |_| Workload::default(),
        handle: answer::templates,
    },
    Operation {
        id: wire::STYLE,
        full_name: "jdcloud-composing/predict-style",
        title: "The style of a picture: eight probabilities",
        paths: &["/api/predict-style", "/api/predict-style/"],
        method: Some("POST"),
        body: BodyKind::Raw,
        body_cap: BODY_CAP,
        tiers: &sla::STYLE_PRICES,
        workload: body_pixels,
        handle: answer::style,
    },
    Operation {
        id: wire::COLOURS,
        full_name: "jdcloud-composing/fill-image-color",
        title: "A picture in other colours",
        paths: &["/api/fill-image-color", "/api/fill-image-color/"],
        method: Some("POST"),
        body: BodyKind::Raw,
        body_cap: BODY_CAP,
        tiers: &sla::STYLE_PRICES,
        workload: body_pixels,
        handle: answer::colours,
    },
];

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
