//! Rules for inputs (002 二.4–7): pictures, frames of videos, characters, audio.

use super::ReadingPolicy;
use super::clauses::{ImageSidesReading, TextUnitReading};

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

/// Pixels a side (002 二.4).
const SIDES: std::ops::RangeInclusive<u64> = 256..=512;

/// The number of frames of a video that are to be sent (002 二.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameCount {
    /// The least number.
    pub least: u64,
    /// The greatest number.
    pub most: u64,
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

/// The least sample rate, in samples a second (002 二.7).
const LEAST_RATE: u64 = 8000;

impl PictureSize {
    /// The rules the picture breaks. A call that breaks one does not count as failed.
    pub fn violations(&self, policy: &ReadingPolicy) -> Vec<&'static str> {
        let (short, long) = (self.width.min(self.height), self.width.max(self.height));
        let fits = match policy.get() {
            Some(ImageSidesReading::LongSide) => SIDES.contains(&long),
            Some(ImageSidesReading::ShortSide) => SIDES.contains(&short),
            Some(ImageSidesReading::Area) => {
                (SIDES.start().pow(2)..=SIDES.end().pow(2)).contains(&(short * long))
            }
            Some(ImageSidesReading::EachSide) | None => SIDES.contains(&short) && SIDES.contains(&long),
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

impl FrameCount {
    /// The frames of a video of this length; `None` for one without length.
    pub fn of(milliseconds: u64) -> Option<Self> {
        let minutes = milliseconds.div_ceil(60_000);
        match minutes {
            0 => None,
            1..=10 => Some(Self {
                least: minutes * 10,
                most: minutes * 10,
                minutes,
            }),
            _ => Some(Self {
                least: 100,
                most: 500,
                minutes,
            }),
        }
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

/// The most characters a synchronous or asynchronous interface accepts.
pub fn text_limit(is_async: bool) -> u64 {
    if is_async { 20_000 } else { 2_000 }
}

/// Whether a sample rate is high enough.
pub fn audio_fits(sample_rate_hz: u64) -> bool {
    sample_rate_hz >= LEAST_RATE
}
