//! The agreement's rules for inputs (002 二.4–7). Each is `degrade` unless the world says `strict`: the agreement does
//! not promise a good result for what breaks them, it does not forbid it. `wire/tupu.md` §1.4 gives the limits beside them.

use super::CONTRACT;
use super::sla::INPUTS;
use crate::exchange::{InputError, Refusal};
use crate::imaging::PictureFeatures;
use crate::providers::CallContext;
use crate::sla::{PictureSize, ReadingPolicy, TextLength};
use std::sync::LazyLock;

static READINGS: LazyLock<ReadingPolicy> = LazyLock::new(|| ReadingPolicy::defaults(CONTRACT.settings));

const FRAMES: InputError = InputError::Field("frames");
const SAMPLING: InputError = InputError::Field("sampling");

/// The contract's code for an input that is refused because a rule is strict: it does not count as failed either.
pub(super) fn cause(flaw: &InputError) -> Option<&'static str> {
    let causes = [
        (InputError::PictureSize, "TP-S04"),
        (FRAMES, "TP-S05"),
        (InputError::TooLong, "TP-S06"),
        (SAMPLING, "TP-S07"),
    ];
    causes
        .iter()
        .find(|(own, _)| own == flaw)
        .map(|(_, cause)| *cause)
}

/// The cause that a broken rule is, where the call is served all the same; its error where it is not.
fn broken(is_broken: bool, rule: &str, error: InputError, context: &CallContext) -> OutOfSpecCode {
    match is_broken {
        false => Ok(None),
        true if context.is_lenient(rule) => Ok(cause(&error)),
        true => Err(error.into()),
    }
}

/// The contract's code for what is out of specification and served all the same.
pub(super) type OutOfSpecCode = Result<Option<&'static str>, Refusal>;

/// A text, of so many characters at most (二.6); they are Unicode scalar values (T10).
pub(super) fn characters(text: &str, is_async: bool, context: &CallContext) -> OutOfSpecCode {
    let mut length = TextLength::default();
    length.add(text, 1);
    let is_long = length.counted(&READINGS) > INPUTS.characters(is_async);
    broken(is_long, "tupu.characters", InputError::TooLong, context)
}

/// A picture of 256 to 512 pixels a side and of the ratio of its original, where that is declared (二.4).
pub(super) fn picture(
    seen: &PictureFeatures,
    original: Option<&str>,
    context: &CallContext,
) -> OutOfSpecCode {
    let size = PictureSize {
        width: seen.width as u64,
        height: seen.height as u64,
        original: original.and_then(declared),
    };
    let is_out = !size.violations(INPUTS.picture_side, &READINGS).is_empty();
    broken(is_out, "tupu.pictures", InputError::PictureSize, context)
}

/// A declared size, `1920x1080`.
fn declared(text: &str) -> Option<(u64, u64)> {
    let (width, height) = text.split_once(['x', 'X', '*'])?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}

/// So many frames of a video of so many milliseconds (二.5).
pub(super) fn frames(sent: u64, milliseconds: u64, context: &CallContext) -> OutOfSpecCode {
    let plan = INPUTS.frames.count(milliseconds);
    let fits = plan.is_some_and(|plan| plan.allowed.contains(sent));
    broken(!fits, "tupu.frames", FRAMES, context)
}

/// Audio of so many samples a second (二.7).
pub(super) fn sampling(rate: u64, context: &CallContext) -> OutOfSpecCode {
    broken(rate < INPUTS.sample_rate_hz, "tupu.sampling", SAMPLING, context)
}
