//! JD Cloud 智能合图, automatic composing; the front page is its README.
//!
#![doc = include_str!("README.md")]

mod answer;
mod request;
mod sla;
mod wire;

pub(super) use sla::CONTRACT;

use super::{VENDOR, auth, gateway};
use crate::exchange::{Call, Failure, Reply, SettableNames, Workload};
use crate::imaging::pixel_count;
use crate::providers::{Answer, AuthContext, CallContext, Operation, Provider, ProviderSpec};
use std::borrow::Cow;

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
        methods: &["POST"],
        body_cap: BODY_CAP,
        tiers: &sla::CUSTOM_PRICES,
    },
    Operation {
        id: wire::INTELLIGENT,
        full_name: "jdcloud-composing/compose-image-intel",
        title: "Intelligent composing: up to ten sizes, with a template or three that fit",
        paths: &["/api/compose-image-intel", "/api/compose-image-intel/"],
        methods: &["POST"],
        body_cap: BODY_CAP,
        tiers: &sla::INTELLIGENT_PRICES,
    },
    Operation {
        id: wire::DESIGN,
        full_name: "jdcloud-composing/design",
        title: "Both of them as the first documents had it; counted and charged as the service it names",
        paths: &["/api/compose/design", "/api/compose/design/"],
        methods: &["POST"],
        body_cap: BODY_CAP,
        tiers: &[],
    },
    Operation {
        id: wire::TEMPLATES,
        full_name: "jdcloud-composing/intel-templates",
        title: "The list of templates, page by page",
        paths: &["/api/intel-templates", "/api/intel-templates/"],
        methods: &["GET"],
        body_cap: 1 << 20,
        tiers: &[],
    },
    Operation {
        id: wire::STYLE,
        full_name: "jdcloud-composing/predict-style",
        title: "The style of a picture: eight probabilities",
        paths: &["/api/predict-style", "/api/predict-style/"],
        methods: &["POST"],
        body_cap: BODY_CAP,
        tiers: &sla::STYLE_PRICES,
    },
    Operation {
        id: wire::COLOURS,
        full_name: "jdcloud-composing/fill-image-color",
        title: "A picture in other colours",
        paths: &["/api/fill-image-color", "/api/fill-image-color/"],
        methods: &["POST"],
        body_cap: BODY_CAP,
        tiers: &sla::STYLE_PRICES,
    },
];

/// What a world may set (`README.md`).
static SETTABLE: SettableNames = SettableNames {
    strictness: &["jdcloud-composing.format"],
    ..SettableNames::NONE
};

static CARD: ProviderSpec = ProviderSpec {
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

impl Provider for Composing {
    fn spec(&self) -> &'static ProviderSpec {
        &CARD
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
        match operation.id {
            wire::STYLE | wire::COLOURS => Workload {
                pixels: pixel_count(&call.body).unwrap_or(0),
                characters: 0,
            },
            _ => request::workload(call),
        }
    }

    fn answer(&self, operation: &Operation, call: &Call, context: &CallContext) -> Result<Answer, Failure> {
        match operation.id {
            wire::TEMPLATES => answer::templates(call, context),
            wire::STYLE => answer::style(call, context),
            wire::COLOURS => answer::colours(call, context),
            id => answer::compose(id, call, context),
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
