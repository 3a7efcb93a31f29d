//! A vendor that shows what a provider can be; `tests/providers.rs` says what for.

use super::acme::contract;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;
use understudy::billing::PriceTier;
use understudy::exchange::{
    AuthError, Call, CredentialScheme, Failure, InputError, Refusal, Reply, SecretFormat, Vendor,
};
use understudy::jobs::Milestone;
use understudy::outbound::OutboundRequest;
use understudy::providers::{
    Answer, Authentication, CallContext, ChargeTime, ClaimedKey, JobReport, JobRequest, Operation, Provider,
    ProviderSpec, Providers, Services, no_nonce,
};
use understudy::signing::digest::hmac_sha256;
use understudy::world::{ConcurrencyLimit, Record};

static VENDOR: Vendor = Vendor {
    id: "parcel",
    schemes: &[CredentialScheme {
        name: "api",
        id_field: "api_key",
        secret_field: "api_secret",
        id_len: 16,
        secret: SecretFormat::Text(16),
        alphabet: b"abcdef0123456789",
        demo_id: "parceldemo000001",
        demo_secret: "parcelsecret0001",
    }],
    signs_with: None,
};

/// A parameter of the query, or else a field of the body.
fn field<'a>(call: &'a Call, name: &'a str) -> Option<Cow<'a, str>> {
    call.param(name).or_else(|| call.form().ok()?.text(name))
}

/// The key and its secret stand in the query, or in the body in any order among the other fields.
static FORM_FIELDS: Authentication = Authentication {
    name: "form-fields",
    claimed_key: |call| ClaimedKey::from_query_or_body(call, "api_key"),
    verify: |call, context| {
        let known = context.credential.ok_or(AuthError::UnknownKey)?;
        let secret = field(call, "api_secret").ok_or(AuthError::Missing("api_secret"))?;
        (secret == known.secret)
            .then_some(())
            .ok_or(AuthError::BadSignature.into())
    },
    nonce: no_nonce,
};

static PRICES: [PriceTier; 1] = [PriceTier { from: 1, fen: 10 }];

static OPERATIONS: [Operation; 5] = [
    Operation::new("parcel/show", "GET", &["/parcel/boxes/{id}"], show).priced(&PRICES),
    Operation::new("parcel/fill", "POST", &["/parcel/boxes/{id}"], fill).priced(&PRICES),
    Operation::new("parcel/ship", "POST", &["/parcel/ship"], |call, services| {
        submit(3, call, services)
    })
    .priced(&PRICES),
    Operation::new("parcel/post", "POST", &["/parcel/post"], |call, services| {
        submit(1, call, services)
    })
    .priced(&PRICES),
    Operation::new("parcel/track", "POST", &["/parcel/track"], track),
];

static SPEC: LazyLock<ProviderSpec> = LazyLock::new(|| ProviderSpec {
    hosts: &["api.parcel.test"],
    prefixes: &["/parcel/"],
    volatile: &["api_secret"],
    has_jobs: true,
    ..ProviderSpec::new("parcel", "Parcel", &VENDOR, contract("facepp"), &OPERATIONS)
});

/// What is kept of a box, for an hour.
#[derive(Serialize, Deserialize)]
struct ParcelBox {
    content: String,
}

impl Record for ParcelBox {
    const KIND: &'static str = "box";
}

fn show(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let id: u64 = context.call.path_parameters.get("id")?;
    let found = context.records::<ParcelBox>(services).get(&id.to_string());
    let found = found.ok_or_else(|| Refusal::detailed("NO_SUCH_BOX", id.to_string()))?;
    Ok(reply(json!({"id": id, "content": found.content}), 1))
}

fn fill(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let id: u64 = context.call.path_parameters.get("id")?;
    let content = field(&context.call, "content").ok_or(InputError::Field("content"))?;
    let content = content.into_owned();
    let expires = context.arrived + Duration::from_secs(3600);
    context
        .records(services)
        .put(id.to_string(), ParcelBox { content }, Some(expires));
    Ok(reply(json!({"id": id}), 1))
}

fn track(context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let name = field(&context.call, "name").ok_or(InputError::Field("name"))?;
    let now = context.clock.now();
    let found = services
        .jobs
        .find_by_client_id(&context.world, "parcel", &name, now);
    let job = found.ok_or_else(|| Refusal::documented("NO_SUCH_JOB"))?.job();
    Ok(reply(json!({"id": job.id, "state": job.state(now)}), 0))
}

fn reply(body: serde_json::Value, units: u32) -> Answer {
    let mut reply = Reply::json(200, "application/json", body.to_string().into_bytes());
    reply.units = units;
    reply.into()
}

/// Jobs of both operations share a lane of four places, take ten seconds, and are charged when they end.
fn submit(weight: u32, context: &CallContext, services: &Services) -> Result<Answer, Refusal> {
    let own = |name| field(&context.call, name).map(Cow::into_owned);
    let request = JobRequest {
        client_id: own("name"),
        milestones: vec![
            Milestone::at_submission("submitted"),
            Milestone::at_work("packing", 1, 2),
        ],
        lane: Some("parcel/vans".into()),
        weight,
        limit: ConcurrencyLimit::queueing(4),
        callback: own("notify_url"),
        charge: ChargeTime::End(weight),
        ..JobRequest::new(format!("parcel-{}", context.request_id), Duration::from_secs(10))
    };
    let job = context
        .submit(request, services)
        .map_err(|_| Failure::TooManyConcurrent)?;
    Ok(reply(json!({"id": job.id}), 0))
}

struct Parcel;

pub static PROVIDERS: Providers = Providers(&[&Parcel]);

impl Provider for Parcel {
    fn spec(&self) -> &'static ProviderSpec {
        &SPEC
    }

    fn authentication(&self, _: &Call) -> &'static Authentication {
        &FORM_FIELDS
    }

    fn refuse(&self, refusal: &Refusal, _: &CallContext) -> Reply {
        let body = json!({"error": refusal.to_string()}).to_string();
        Reply::json(400, "application/json", body.into_bytes())
    }

    fn callback(&self, report: &JobReport<'_>) -> OutboundRequest {
        let body =
            json!({"id": report.job.id, "status": report.milestone().unwrap_or("delivered")}).to_string();
        let secret = report.credential.map_or("", |key| key.secret.as_str());
        let mut request = OutboundRequest::post_json(report.url, body);
        request.method = "PUT";
        let signature = hex::encode(hmac_sha256(secret.as_bytes(), &request.body));
        request.headers.push(("x-parcel-signature".into(), signature));
        request
    }
}
