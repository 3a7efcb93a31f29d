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
mod sla;
mod tasks;
mod verdict;

pub(super) use sla::CONTRACT;

use crate::clock::Time;
use crate::exchange::{Call, CredentialScheme, Failure, Reply, SecretFormat, Vendor, Workload};
use crate::jobs::Job;
use crate::providers::{Answer, AuthContext, CallContext, MarkerSample, Operation, Provider, ProviderSpec};
use std::borrow::Cow;

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

const fn operation(
    (id, full_name): (&'static str, &'static str),
    title: &'static str,
    paths: &'static [&'static str],
) -> Operation {
    Operation {
        id,
        full_name,
        title,
        paths,
        methods: &["POST"],
        body_cap: BODY_CAP,
        // The agreement prints no price.
        tiers: &[],
    }
}

/// Its APIs (`wire/tupu.md` §1.2).
static OPERATIONS: [Operation; 26] = [
    operation(
        ("image-sync", "tupu/image-sync"),
        "Pictures by URL or as files, judged at once",
        &["/v3/recognition/{sid}"],
    ),
    operation(
        ("image-sync-base64", "tupu/image-sync-base64"),
        "Pictures in base64, judged at once",
        &["/v3/recognition/image/sync/base64/{sid}"],
    ),
    operation(
        ("image-async", "tupu/image-async"),
        "Pictures by URL, judged later",
        &["/v3/recognition/image/async/{sid}"],
    ),
    operation(
        ("image-async-base64", "tupu/image-async-base64"),
        "Pictures in base64, judged later",
        &["/v3/recognition/image/async/base64/{sid}"],
    ),
    operation(
        ("image-async-result", "tupu/image-async-result"),
        "What became of pictures; the path is INFERRED",
        &["/v3/recognition/image/async/result/{sid}"],
    ),
    operation(
        ("text-sync", "tupu/text-sync"),
        "Texts, judged at once",
        &["/v3/recognition/text/{sid}"],
    ),
    operation(
        ("text-async", "tupu/text-async"),
        "A long text, judged later",
        &["/v3/recognition/text/async/{sid}"],
    ),
    operation(
        ("video-sync", "tupu/video-sync"),
        "A video, judged at once",
        &["/v3/recognition/video/syncscan/{sid}"],
    ),
    operation(
        ("video-async", "tupu/video-async"),
        "A video file, judged later",
        &["/v3/recognition/video/asyncscan/{sid}"],
    ),
    operation(
        ("video-stream", "tupu/video-stream"),
        "A live video, judged until it is closed",
        &["/v3/recognition/video/stream/{sid}"],
    ),
    operation(
        ("video-close", "tupu/video-close"),
        "Closes a video",
        &["/v3/recognition/video/close/{sid}"],
    ),
    operation(
        ("video-result", "tupu/video-result"),
        "What became of a video",
        &["/v3/recognition/video/result/{sid}"],
    ),
    operation(
        ("video-rate", "tupu/video-rate"),
        "How many videos run and wait",
        &["/v3/recognition/video/rate/{sid}"],
    ),
    operation(
        ("speech-sync", "tupu/speech-sync"),
        "Speech, judged at once",
        &["/v3/recognition/speech/{sid}"],
    ),
    operation(
        ("recording-async", "tupu/recording-async"),
        "A recording, judged later",
        &["/v3/recognition/speech/recording/async/{sid}"],
    ),
    operation(
        ("recording-result", "tupu/recording-result"),
        "What became of a recording",
        &["/v3/recognition/speech/recording/result/{sid}"],
    ),
    operation(
        ("recording-rate", "tupu/recording-rate"),
        "How many recordings run and wait",
        &["/v3/recognition/speech/recording/async/rate/{sid}"],
    ),
    operation(
        ("speech-stream", "tupu/speech-stream"),
        "Live speech, judged until it is closed",
        &["/v3/recognition/speech/stream/{sid}"],
    ),
    operation(
        ("speech-stream-close", "tupu/speech-stream-close"),
        "Closes live speech",
        &["/v3/recognition/speech/stream/close/{sid}"],
    ),
    operation(
        ("speech-stream-search", "tupu/speech-stream-search"),
        "How live speech is doing",
        &["/v3/recognition/speech/stream/search/{sid}"],
    ),
    operation(
        ("face-verify", "tupu/face-verify"),
        "Whether a face belongs to a name and a number",
        &["/v3/recognition/face/verify/{sid}"],
    ),
    operation(
        ("feedback-image-file", "tupu/feedback-image-file"),
        "Feedback on pictures as files",
        &["/v1/feedback/image/file/{sid}"],
    ),
    operation(
        ("feedback-image-url", "tupu/feedback-image-url"),
        "Feedback on pictures by URL",
        &["/v1/feedback/image/url/{sid}"],
    ),
    operation(
        ("feedback-text", "tupu/feedback-text"),
        "Feedback on texts",
        &["/v1/feedback/text/string/{sid}"],
    ),
    operation(
        ("history-text", "tupu/history-text"),
        "Texts of the past",
        &["/v3/management/history/text/{sid}"],
    ),
    operation(
        ("history-speech", "tupu/history-speech"),
        "Speech of the past",
        &["/v3/management/history/speech-fragment/{sid}"],
    ),
];

static CARD: ProviderSpec = ProviderSpec {
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
        &CARD
    }

    fn claimed_key_id<'a>(&self, call: &'a Call) -> Option<Cow<'a, str>> {
        auth::sid(&call.path).map(Cow::Borrowed)
    }

    fn authenticate(&self, call: &Call, proof: &AuthContext<'_>) -> Result<(), Failure> {
        auth::authenticate(call, proof)
    }

    fn nonce<'a>(&self, call: &'a Call) -> Option<Cow<'a, str>> {
        auth::nonce(call).map(Cow::Owned)
    }

    fn workload(&self, _: &Operation, call: &Call) -> Workload {
        answer::workload(call)
    }

    fn answer(&self, operation: &Operation, call: &Call, context: &CallContext) -> Result<Answer, Failure> {
        let ready = match operation.id {
            "image-sync" => return answer::image_sync(call, context),
            "image-sync-base64" => return answer::image_base64(call, context),
            "image-async" => return answer::image_async(call, context),
            "image-async-base64" => return answer::image_async_base64(call, context),
            "video-sync" => return answer::video_sync(call, context),
            "video-async" => return answer::video_async(call, context),
            "speech-sync" => return answer::speech_sync(call, context),
            "recording-async" => return answer::recording_async(call, context),
            "face-verify" => return answer::face_verify(call, context),
            "image-async-result" => answer::result(call, "requestId", "16", context),
            "text-sync" => answer::text_sync(call, context),
            "text-async" => answer::text_async(call, context),
            "video-stream" => answer::video_stream(call, context),
            "video-close" => answer::close(call, "videoId", "16", context),
            "video-result" => answer::result(call, "videoId", "16", context),
            "video-rate" => Ok(answer::rate(
                &["tupu/video-async", "tupu/video-stream"],
                30,
                context,
            )),
            "recording-result" => answer::result(call, "requestId", "22", context),
            "recording-rate" => Ok(answer::rate(&["tupu/recording-async"], 50, context)),
            "speech-stream" => answer::speech_stream(call, context),
            "speech-stream-close" => answer::speech_stream_close(call, context),
            "speech-stream-search" => answer::speech_stream_search(call, context),
            "history-text" => answer::history_text(call, context),
            "history-speech" => answer::history_speech(call, context),
            kind => answer::feedback(kind, call, context),
        };
        ready.map(Answer::Ready)
    }

    fn callback_body(&self, job: &Job, report: (u64, Time), provider_key: Option<&str>) -> Vec<u8> {
        answer::callback_body(job, report, provider_key)
    }

    fn marker_samples(&self) -> &'static [MarkerSample] {
        &marker_samples::KIT
    }

    fn refuse(
        &self,
        operation: Option<&Operation>,
        call: &Call,
        failure: &Failure,
        context: &CallContext,
    ) -> Reply {
        errors::refuse(operation, call, failure, context)
    }

    fn seal(&self, mut reply: Reply, _: &Call, context: &CallContext) -> Reply {
        reply.body = envelope::seal(&reply.body, context.provider_key.as_deref()).into();
        reply
    }

    fn corrupt_signature(&self, reply: Reply) -> Reply {
        envelope::corrupt_signature(reply)
    }
}
