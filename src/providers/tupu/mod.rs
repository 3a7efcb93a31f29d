//! Tupu 图普, content recognition; the front page is its README.
//!
#![doc = include_str!("README.md")]

mod answer;
mod auth;
mod envelope;
mod errors;
mod input_rules;
mod marker_samples;
mod settable;
pub mod sign;
mod sla;
mod tasks;
mod verdict;

pub(super) use sla::CONTRACT;

use crate::exchange::{Call, CredentialScheme, Refusal, Reply, SecretFormat, Vendor};
use crate::outbound::OutboundRequest;
use crate::providers::{
    Authentication, BodyKind, CallContext, Handler, JobReport, MarkerSample, Operation, Provider,
    ProviderSpec,
};

/// Tupu's content recognition.
pub struct Tupu;

/// Tupu and its one kind of credentials.
static VENDOR: Vendor = Vendor {
    id: "tupu",
    schemes: &[CredentialScheme {
        name: "rsa",
        id_field: "secret_id",
        secret_field: "private_key_pem",
        id_len: 24,
        secret: SecretFormat::Rsa(1024),
        alphabet: b"0123456789abcdef",
        demo_id: "5d3a5d3a5d3a5d3a5d3a0001",
        demo_secret: include_str!("../../../fixtures/tupu/demo_private_key.pem"),
    }],
    signs_with: Some(include_str!("../../../fixtures/tupu/provider_private_key.pem")),
};

/// Bodies the edge keeps: over the documented 30 MB (`wire/tupu.md` §1.4), so that the vendor's own error can be given.
const BODY_CAP: u64 = 40 << 20;

/// An API of Tupu. The agreement prints no price.
const fn operation(
    full_name: &'static str,
    title: &'static str,
    paths: &'static [&'static str],
    handle: Handler,
) -> Operation {
    Operation::new(full_name, "POST", paths, handle)
        .titled(title)
        .body(BodyKind::Fields, BODY_CAP)
        .workload(answer::workload)
}

/// Its APIs (`wire/tupu.md` §1.2).
static OPERATIONS: [Operation; 26] = [
    operation(
        "tupu/image-sync",
        "Pictures by URL or as files, judged at once",
        &["/v3/recognition/{sid}"],
        answer::image_sync,
    ),
    operation(
        "tupu/image-sync-base64",
        "Pictures in base64, judged at once",
        &["/v3/recognition/image/sync/base64/{sid}"],
        answer::image_base64,
    ),
    operation(
        "tupu/image-async",
        "Pictures by URL, judged later",
        &["/v3/recognition/image/async/{sid}"],
        answer::image_async,
    ),
    operation(
        "tupu/image-async-base64",
        "Pictures in base64, judged later",
        &["/v3/recognition/image/async/base64/{sid}"],
        answer::image_async_base64,
    ),
    operation(
        "tupu/image-async-result",
        "What became of pictures; the path is INFERRED",
        &["/v3/recognition/image/async/result/{sid}"],
        |context, services| answer::result("requestId", "16", context, services),
    ),
    operation(
        "tupu/text-sync",
        "Texts, judged at once",
        &["/v3/recognition/text/{sid}"],
        answer::text_sync,
    ),
    operation(
        "tupu/text-async",
        "A long text, judged later",
        &["/v3/recognition/text/async/{sid}"],
        answer::text_async,
    ),
    operation(
        "tupu/video-sync",
        "A video, judged at once",
        &["/v3/recognition/video/syncscan/{sid}"],
        answer::video_sync,
    ),
    operation(
        "tupu/video-async",
        "A video file, judged later",
        &["/v3/recognition/video/asyncscan/{sid}"],
        answer::video_async,
    ),
    operation(
        "tupu/video-stream",
        "A live video, judged until it is closed",
        &["/v3/recognition/video/stream/{sid}"],
        answer::video_stream,
    ),
    operation(
        "tupu/video-close",
        "Closes a video",
        &["/v3/recognition/video/close/{sid}"],
        |context, services| answer::close("videoId", "16", context, services),
    ),
    operation(
        "tupu/video-result",
        "What became of a video",
        &["/v3/recognition/video/result/{sid}"],
        |context, services| answer::result("videoId", "16", context, services),
    ),
    operation(
        "tupu/video-rate",
        "How many videos run and wait",
        &["/v3/recognition/video/rate/{sid}"],
        |context, services| {
            Ok(answer::rate(
                &["tupu/video-async", "tupu/video-stream"],
                30,
                context,
                services,
            ))
        },
    ),
    operation(
        "tupu/speech-sync",
        "Speech, judged at once",
        &["/v3/recognition/speech/{sid}"],
        answer::speech_sync,
    ),
    operation(
        "tupu/recording-async",
        "A recording, judged later",
        &["/v3/recognition/speech/recording/async/{sid}"],
        answer::recording_async,
    ),
    operation(
        "tupu/recording-result",
        "What became of a recording",
        &["/v3/recognition/speech/recording/result/{sid}"],
        |context, services| answer::result("requestId", "22", context, services),
    ),
    operation(
        "tupu/recording-rate",
        "How many recordings run and wait",
        &["/v3/recognition/speech/recording/async/rate/{sid}"],
        |context, services| Ok(answer::rate(&["tupu/recording-async"], 50, context, services)),
    ),
    operation(
        "tupu/speech-stream",
        "Live speech, judged until it is closed",
        &["/v3/recognition/speech/stream/{sid}"],
        answer::speech_stream,
    ),
    operation(
        "tupu/speech-stream-close",
        "Closes live speech",
        &["/v3/recognition/speech/stream/close/{sid}"],
        answer::speech_stream_close,
    ),
    operation(
        "tupu/speech-stream-search",
        "How live speech is doing",
        &["/v3/recognition/speech/stream/search/{sid}"],
        |context, services| answer::result("requestId", "22", context, services),
    ),
    operation(
        "tupu/face-verify",
        "Whether a face belongs to a name and a number",
        &["/v3/recognition/face/verify/{sid}"],
        answer::face_verify,
    ),
    operation(
        "tupu/feedback-image-file",
        "Feedback on pictures as files",
        &["/v1/feedback/image/file/{sid}"],
        answer::feedback_image_file,
    ),
    operation(
        "tupu/feedback-image-url",
        "Feedback on pictures by URL",
        &["/v1/feedback/image/url/{sid}"],
        answer::feedback_image_url,
    ),
    operation(
        "tupu/feedback-text",
        "Feedback on texts",
        &["/v1/feedback/text/string/{sid}"],
        answer::feedback_text,
    ),
    operation(
        "tupu/history-text",
        "Texts of the past",
        &["/v3/management/history/text/{sid}"],
        answer::history_text,
    ),
    operation(
        "tupu/history-speech",
        "Speech of the past",
        &["/v3/management/history/speech-fragment/{sid}"],
        answer::history_speech,
    ),
];

static SPEC: ProviderSpec = ProviderSpec {
    id: "tupu",
    title: "Tupu content recognition",
    vendor: &VENDOR,
    hosts: &[".tuputech.com"],
    prefixes: &[
        "/v3/recognition",
        "/v3/management",
        "/v1/feedback",
        "/v2/pipe",
        "/v3.1/recognition",
    ],
    operations: &OPERATIONS,
    catalogue: &errors::CATALOGUE,
    limits: &sla::LIMITS,
    contract: &sla::CONTRACT,
    volatile: &["timestamp", "nonce", "signature"],
    signs_answers: true,
    has_jobs: true,
    settable: &settable::SETTABLE,
};

impl Provider for Tupu {
    fn spec(&self) -> &'static ProviderSpec {
        &SPEC
    }

    fn authentication(&self, _: &Call) -> &'static Authentication {
        auth::authentication()
    }

    fn callback(&self, report: &JobReport<'_>) -> OutboundRequest {
        OutboundRequest::post_json(report.url, answer::callback_body(report))
    }

    fn marker_samples(&self) -> &'static [MarkerSample] {
        &marker_samples::KIT
    }

    fn refuse(&self, refusal: &Refusal, context: &CallContext) -> Reply {
        errors::refuse(refusal, context)
    }

    fn seal(&self, mut reply: Reply, context: &CallContext) -> Reply {
        reply.body = envelope::seal(&reply.body, context.provider_key.as_deref()).into();
        reply
    }

    fn corrupt_signature(&self, reply: Reply) -> Reply {
        envelope::corrupt_signature(reply)
    }
}
