//! What a failure is called: by the gateway for access keys, by the platform for app keys, by the service for inputs.

use super::auth::{Family, family};
use super::envelope::{self, Envelope};
use super::gateway;
use crate::exchange::{AuthFlaw, Call, Failure, InputFlaw, Reply};
use crate::providers::Desk;

/// How one service speaks of what is wrong with its inputs.
pub(super) trait Service {
    /// The envelope it speaks in.
    fn envelope(&self) -> Envelope;

    /// The code of a body that is too large.
    fn too_large(&self) -> &'static str;

    /// The code of an input that cannot be worked with.
    fn input(&self, flaw: &InputFlaw) -> &'static str;

    /// The code of a failure of its own, where it has one.
    fn internal(&self) -> Option<&'static str>;

    /// A business failure: the service answered, so the envelope says 10000 and the result says why.
    fn business(&self, code: &str, desk: &Desk) -> Reply;
}

/// Says a failure in JD Cloud's words; `service` is absent where the path is nobody's.
pub(super) fn refuse(service: Option<&dyn Service>, call: &Call, failure: &Failure, desk: &Desk) -> Reply {
    let Some(service) = service else {
        return gateway::error("NOT_FOUND", None, desk);
    };
    let speaker = Speaker {
        service,
        family: family(call),
        desk,
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
        Failure::NoSuchOperation | Failure::MethodNotAllowed => gateway::error("NOT_FOUND", None, desk),
        Failure::TooLarge { .. } => service.business(service.too_large(), desk),
        Failure::Input(flaw) => service.business(service.input(flaw), desk),
        // No document names maintenance; the gateway's 503 and the platform's "busy" are INFERRED.
        Failure::Maintenance => speaker.either("UNAVAILABLE", "10020"),
        Failure::Internal => match service.internal() {
            Some(code) => service.business(code, desk),
            None => speaker.system("11010"),
        },
        Failure::Catalogue(code) => speaker.catalogue(code),
    }
}

struct Speaker<'a> {
    service: &'a dyn Service,
    family: Family,
    desk: &'a Desk,
}

impl Speaker<'_> {
    fn system(&self, code: &str) -> Reply {
        self.service.envelope().system(code, self.desk)
    }

    /// The gateway's words for access keys, the system code for app keys.
    fn either(&self, gateway_code: &str, system_code: &str) -> Reply {
        match self.family {
            Family::AccessKey => gateway::error(gateway_code, None, self.desk),
            Family::AppKey => self.system(system_code),
        }
    }

    fn unauthenticated(&self, flaw: &AuthFlaw) -> Reply {
        match self.family {
            Family::AccessKey => self.gateway_flaw(flaw),
            Family::AppKey => self.system(match flaw {
                AuthFlaw::Absent => "10004",
                AuthFlaw::UnknownKey => "10001",
                AuthFlaw::Missing("sign") => "10042",
                AuthFlaw::Missing(_) => "10041",
                AuthFlaw::Malformed(_) => "10046",
                AuthFlaw::Skewed | AuthFlaw::Replayed => "10045",
                AuthFlaw::BadSignature | AuthFlaw::Unsigned(_) => "10047",
            }),
        }
    }

    /// §3.5: the one recorded message, and its pattern for other headers; the rest is INFERRED.
    fn gateway_flaw(&self, flaw: &AuthFlaw) -> Reply {
        let access = |message: String| gateway::error("ACCESS_ERROR", Some(&message), self.desk);
        match flaw {
            AuthFlaw::Absent => access("lack of header authorization[gw]".into()),
            AuthFlaw::Missing(name) => access(format!("lack of header {name}[gw]")),
            AuthFlaw::Malformed(part) => access(format!("illegal {part} of header authorization[gw]")),
            AuthFlaw::Unsigned(name) => access(format!("header {name} is not signed[gw]")),
            AuthFlaw::UnknownKey | AuthFlaw::BadSignature | AuthFlaw::Skewed | AuthFlaw::Replayed => {
                gateway::error("UNAUTHENTICATED", None, self.desk)
            }
        }
    }

    /// A row of the catalogue by its code, whichever part it stands in.
    fn catalogue(&self, code: &str) -> Reply {
        if gateway::knows(code) {
            gateway::error(code, None, self.desk)
        } else if envelope::knows(code) {
            self.system(code)
        } else {
            self.service.business(code, self.desk)
        }
    }
}
