//! Rules for inputs (002 二.4–7): pictures, frames of videos, characters, audio.

use super::ReadingPolicy;
use super::clauses::{ImageSidesReading, TextUnitReading};
use serde::Serialize;

/// What an agreement asks of inputs. In which readings a failed call that breaks a rule is left out, its causes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct InputRules {
    /// Least and greatest number of pixels a side of a picture.
    pub picture_side: NumberRange,
    /// How many frames of a video are to be sent.
    pub frames: FrameRule,
    /// The most characters of a text, answered at once.
    pub characters_sync: u64,
    /// The most characters of a text, answered later.
    pub characters_async: u64,
    /// The least sample rate of audio, in samples a second.
    pub sample_rate_hz: u64,
}

/// A least and a greatest number, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NumberRange {
    /// The least number.
    pub least: u64,
    /// The greatest number.
    pub most: u64,
}

/// How many frames of a video are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FrameRule {
    /// So many for each started minute,
    pub by_minute: u64,
    /// of a video of so many started minutes at most.
    pub through_minutes: u64,
    /// The number for a longer one.
    pub longer: NumberRange,
}

impl InputRules {
    /// The most characters of a text, by whether it is answered later.
    pub fn characters(&self, is_async: bool) -> u64 {
        if is_async {
            self.characters_async
        } else {
            self.characters_sync
        }
    }
}

impl NumberRange {
    /// Whether a number is in the range.
    pub fn contains(self, number: u64) -> bool {
        (self.least..=self.most).contains(&number)
    }
}

/// A picture as it was sent, and the one it was made from where that is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// Pixels.
    pub width: u64,
    /// Pixels.
    pub height: u64,
    /// Width and height of the original.
    pub original: Option<(u64, u64)>,
}

/// The number of frames of a video that are to be sent (002 二.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameCount {
    /// How many are allowed.
    pub allowed: NumberRange,
    /// Started minutes.
    pub minutes: u64,
}

/// Length of a text in its several units (002 二.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextLength {
    /// Unicode scalar values.
    pub scalars: u64,
    /// UTF-16 code units.
    pub utf16: u64,
    /// Bytes of UTF-8.
    pub utf8: u64,
}

impl PictureSize {
    /// The rules the picture breaks. A call that breaks one does not count as failed.
    pub fn violations(&self, sides: NumberRange, policy: &ReadingPolicy) -> Vec<&'static str> {
        let (short, long) = (self.width.min(self.height), self.width.max(self.height));
        let fits = match policy.get() {
            Some(ImageSidesReading::LongSide) => sides.contains(long),
            Some(ImageSidesReading::ShortSide) => sides.contains(short),
            Some(ImageSidesReading::Area) => {
                (sides.least.pow(2)..=sides.most.pow(2)).contains(&(short * long))
            }
            Some(ImageSidesReading::EachSide) | None => sides.contains(short) && sides.contains(long),
        };
        let size = (!fits).then_some("size_out_of_range");
        let ratio = (!self.is_equal_ratio()).then_some("not_equal_ratio");
        size.into_iter().chain(ratio).collect()
    }

    /// Whether some real scale rounds both sides of the original to those sent (T9): with halves doubled, the
    /// open intervals of scales of both sides must meet.
    fn is_equal_ratio(&self) -> bool {
        let Some((width, height)) = self.original else {
            return true;
        };
        // scale of the width in [(2w - 1) / 2W, (2w + 1) / 2W), and so for the height.
        let bounds = |sent: u64, own: u64| {
            (
                u128::from(2 * sent).saturating_sub(1),
                u128::from(2 * sent) + 1,
                u128::from(own),
            )
        };
        let (low_w, high_w, of_w) = bounds(self.width, width);
        let (low_h, high_h, of_h) = bounds(self.height, height);
        low_w * of_h < high_h * of_w && low_h * of_w < high_w * of_h
    }
}

impl FrameRule {
    /// The frames of a video of this length; `None` for one without length.
    pub fn count(self, milliseconds: u64) -> Option<FrameCount> {
        let minutes = milliseconds.div_ceil(60_000);
        let exactly = minutes * self.by_minute;
        let allowed = if minutes <= self.through_minutes {
            NumberRange {
                least: exactly,
                most: exactly,
            }
        } else {
            self.longer
        };
        (minutes > 0).then_some(FrameCount { allowed, minutes })
    }
}

impl TextLength {
    /// Adds a text `times` times.
    pub fn add(&mut self, text: &str, times: u64) {
        self.scalars += text.chars().count() as u64 * times;
        self.utf16 += text.encode_utf16().count() as u64 * times;
        self.utf8 += text.len() as u64 * times;
    }

    /// The length in the unit of a policy (T10).
    pub fn counted(&self, policy: &ReadingPolicy) -> u64 {
        if policy.is(TextUnitReading::Utf16) {
            self.utf16
        } else {
            self.scalars
        }
    }
}
