//! What a failure is called: by the gateway for access keys, by the platform for app keys, by the service for inputs.

pub(super) mod ling;
pub(super) mod tables;

use super::auth::{AuthMethod, family};
use super::envelope::{self, EnvelopeKind};
use super::gateway;
use crate::exchange::{AuthError, Call, Failure, InputError, Reply};
use crate::providers::CallContext;

/// How one service speaks of what is wrong with its inputs.
pub(super) trait ErrorTable {
    /// The envelope it speaks in.
    fn envelope(&self) -> EnvelopeKind;

    /// The code of a body that is too large.
    fn too_large(&self) -> &'static str;

    /// The code of an input that cannot be worked with.
    fn input(&self, flaw: &InputError) -> &'static str;

    /// The code of a failure of its own, where it has one.
    fn internal(&self) -> Option<&'static str>;

    /// A business failure: the service answered, so the envelope says 10000 and the result says why.
    fn business(&self, code: &str, context: &CallContext) -> Reply;
}

/// Says a failure in JD Cloud's words; `service` is absent where the path is nobody's.
pub(super) fn refuse(
    service: Option<&dyn ErrorTable>,
    call: &Call,
    failure: &Failure,
    context: &CallContext,
) -> Reply {
    let Some(service) = service else {
        return gateway::error("NOT_FOUND", None, context);
    };
    let speaker = Speaker {
        service,
        family: family(call),
        context,
    };
    match failure {
        Failure::Unauthenticated(flaw) => speaker.unauthenticated(flaw),
        Failure::KeyDisabled => speaker.either("HTTP_FORBIDDEN", "10050"),
        Failure::NotPermitted => speaker.either("HTTP_FORBIDDEN", "10048"),
        Failure::KeyExpired => speaker.either("UNAUTHENTICATED", "10048"),
        Failure::RateLimited { .. } => speaker.either("RATE_LIMIT_EXCEEDED", "10043"),
        Failure::TooManyConcurrent => speaker.either("RATE_LIMIT_EXCEEDED", "10044"),
        // No document names packs that are used up; the words for used-up calls are INFERRED.
        Failure::QuotaExhausted | Failure::PacksExhausted => speaker.either("QUOTA_EXCEEDED", "10040"),
        // §3.5 leaves the choice between 429 and 10010; the text of 10010 is about money, so it is taken.
        Failure::Arrears => speaker.system("10010"),
        Failure::Overloaded => speaker.system("10020"),
        Failure::NoSuchOperation | Failure::MethodNotAllowed => gateway::error("NOT_FOUND", None, context),
        Failure::TooLarge { .. } => service.business(service.too_large(), context),
        Failure::Input(flaw) => service.business(service.input(flaw), context),
        // No document names maintenance; the gateway's 503 and the platform's "busy" are INFERRED.
        Failure::Maintenance => speaker.either("UNAVAILABLE", "10020"),
        Failure::Internal => match service.internal() {
            Some(code) => service.business(code, context),
            None => speaker.system("11010"),
        },
        Failure::Catalogue(code) => speaker.catalogue(code),
    }
}

struct Speaker<'a> {
    service: &'a dyn ErrorTable,
    family: AuthMethod,
    context: &'a CallContext,
}

impl Speaker<'_> {
    fn system(&self, code: &str) -> Reply {
        self.service.envelope().system(code, self.context)
    }

    /// The gateway's words for access keys, the system code for app keys.
    fn either(&self, gateway_code: &str, system_code: &str) -> Reply {
        match self.family {
            AuthMethod::AccessKey => gateway::error(gateway_code, None, self.context),
            AuthMethod::AppKey => self.system(system_code),
        }
    }

    fn unauthenticated(&self, flaw: &AuthError) -> Reply {
        match self.family {
            AuthMethod::AccessKey => self.gateway_flaw(flaw),
            AuthMethod::AppKey => self.system(match flaw {
                AuthError::Absent => "10004",
                AuthError::UnknownKey => "10001",
                AuthError::Missing("sign") => "10042",
                AuthError::Missing(_) => "10041",
                AuthError::Malformed(_) => "10046",
                AuthError::Skewed | AuthError::Replayed => "10045",
                AuthError::BadSignature | AuthError::Unsigned(_) => "10047",
            }),
        }
    }

    /// §3.5: the one recorded message, and its pattern for other headers; the rest is INFERRED.
    fn gateway_flaw(&self, flaw: &AuthError) -> Reply {
        let access = |message: String| gateway::error("ACCESS_ERROR", Some(&message), self.context);
        match flaw {
            AuthError::Absent => access("lack of header authorization[gw]".into()),
            AuthError::Missing(name) => access(format!("lack of header {name}[gw]")),
            AuthError::Malformed(part) => access(format!("illegal {part} of header authorization[gw]")),
            AuthError::Unsigned(name) => access(format!("header {name} is not signed[gw]")),
            AuthError::UnknownKey | AuthError::BadSignature | AuthError::Skewed | AuthError::Replayed => {
                gateway::error("UNAUTHENTICATED", None, self.context)
            }
        }
    }

    /// A row of the catalogue by its code, whichever part it stands in.
    fn catalogue(&self, code: &str) -> Reply {
        if gateway::knows(code) {
            gateway::error(code, None, self.context)
        } else if envelope::knows(code) {
            self.system(code)
        } else {
            self.service.business(code, self.context)
        }
    }
}
