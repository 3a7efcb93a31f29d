//! What a failure is called: by the gateway for access keys, by the platform for app keys, by the service for inputs.

pub(super) mod ling;
pub(super) mod tables;

use super::auth::{AuthMethod, auth_method};
use super::envelope::{self, EnvelopeKind};
use super::gateway;
use crate::exchange::{AuthError, Failure, InputError, Refusal, Reply};
use crate::providers::CallContext;

/// How one service speaks of what is wrong with its inputs.
pub(super) trait ErrorTable {
    /// The envelope it speaks in.
    fn envelope(&self) -> EnvelopeKind;

    /// The code of a body that is too large.
    fn too_large(&self) -> &'static str;

    /// The code of an input that cannot be worked with.
    fn input(&self, error: &InputError) -> &'static str;

    /// The code of a failure of its own, where it has one.
    fn internal(&self) -> Option<&'static str>;

    /// A business failure: the service answered, so the envelope says 10000 and the result says why.
    fn business(&self, code: &str, context: &CallContext) -> Reply;
}

/// A refusal in JD Cloud's words; `service` is absent where the path is none of its operations.
pub(super) fn refuse(service: Option<&dyn ErrorTable>, refusal: &Refusal, context: &CallContext) -> Reply {
    let Some(service) = service else {
        return gateway::error("NOT_FOUND", None, context);
    };
    let writer = ErrorWriter {
        service,
        method: auth_method(&context.call),
        context,
    };
    match refusal {
        Refusal::Neutral(failure) => writer.neutral(failure),
        Refusal::Documented(own) => writer.documented(&own.code),
    }
}

/// Writes errors as one service does, for a caller who authenticates in one way.
struct ErrorWriter<'a> {
    service: &'a dyn ErrorTable,
    method: AuthMethod,
    context: &'a CallContext,
}

impl ErrorWriter<'_> {
    fn neutral(&self, failure: &Failure) -> Reply {
        match failure {
            Failure::Unauthenticated(error) => self.unauthenticated(error),
            Failure::KeyDisabled => self.either("HTTP_FORBIDDEN", "10050"),
            Failure::NotPermitted => self.either("HTTP_FORBIDDEN", "10048"),
            Failure::KeyExpired => self.either("UNAUTHENTICATED", "10048"),
            Failure::RateLimited { .. } => self.either("RATE_LIMIT_EXCEEDED", "10043"),
            Failure::TooManyConcurrent => self.either("RATE_LIMIT_EXCEEDED", "10044"),
            // No document names packs that are used up; the words for used-up calls are INFERRED.
            Failure::QuotaExhausted | Failure::PacksExhausted => self.either("QUOTA_EXCEEDED", "10040"),
            // §3.5 leaves the choice between 429 and 10010; the text of 10010 is about money, so it is taken.
            Failure::Arrears => self.system("10010"),
            Failure::Overloaded => self.system("10020"),
            Failure::NoSuchOperation | Failure::MethodNotAllowed => {
                gateway::error("NOT_FOUND", None, self.context)
            }
            Failure::TooLarge { .. } => self.service.business(self.service.too_large(), self.context),
            Failure::Input(error) => self.service.business(self.service.input(error), self.context),
            // No document names maintenance; the gateway's 503 and the platform's "busy" are INFERRED.
            Failure::Maintenance => self.either("UNAVAILABLE", "10020"),
            Failure::Internal => match self.service.internal() {
                Some(code) => self.service.business(code, self.context),
                None => self.system("11010"),
            },
        }
    }

    fn system(&self, code: &str) -> Reply {
        self.service.envelope().system(code, self.context)
    }

    /// The gateway's words for access keys, the system code for app keys.
    fn either(&self, gateway_code: &str, system_code: &str) -> Reply {
        match self.method {
            AuthMethod::AccessKey => gateway::error(gateway_code, None, self.context),
            AuthMethod::AppKey => self.system(system_code),
        }
    }

    fn unauthenticated(&self, flaw: &AuthError) -> Reply {
        match self.method {
            AuthMethod::AccessKey => self.gateway_flaw(flaw),
            AuthMethod::AppKey => self.system(match flaw {
                AuthError::Absent => "10004",
                AuthError::UnknownKey | AuthError::UnknownIssuer => "10001",
                AuthError::Missing("sign") => "10042",
                AuthError::Missing(_) => "10041",
                AuthError::Malformed(_) => "10046",
                AuthError::Skewed | AuthError::Replayed | AuthError::TooEarly | AuthError::Expired => "10045",
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
            AuthError::UnknownKey
            | AuthError::BadSignature
            | AuthError::Skewed
            | AuthError::TooEarly
            | AuthError::Expired
            | AuthError::UnknownIssuer
            | AuthError::Replayed => gateway::error("UNAUTHENTICATED", None, self.context),
        }
    }

    /// A row of the error table by its code, whichever part it stands in.
    fn documented(&self, code: &str) -> Reply {
        if gateway::knows(code) {
            gateway::error(code, None, self.context)
        } else if envelope::knows(code) {
            self.system(code)
        } else {
            self.service.business(code, self.context)
        }
    }
}
