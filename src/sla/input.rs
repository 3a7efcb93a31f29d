//! Rules for inputs (002 二.4–7): pictures, frames of videos, characters, audio.

use super::ReadingPolicy;

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

/// How many frames of a video are to be sent (002 二.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameCount {
    /// At least so many.
    pub least: u64,
    /// At most so many.
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

/// Least samples a second (002 二.7).
const LEAST_RATE: u64 = 8000;

impl PictureSize {
    /// The rules it breaks; where there is one, the call does not count as failed.
    pub fn violations(&self, policy: &ReadingPolicy) -> Vec<&'static str> {
        let (short, long) = (self.width.min(self.height), self.width.max(self.height));
        let fits = match policy.reading("image_sides") {
            "long_side" => SIDES.contains(&long),
            "short_side" => SIDES.contains(&short),
            "area" => (SIDES.start().pow(2)..=SIDES.end().pow(2)).contains(&(short * long)),
            _ => SIDES.contains(&short) && SIDES.contains(&long),
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
    /// The plan for a video of so many milliseconds; none for one without length.
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
    /// Adds a text so many times.
    pub fn add(&mut self, text: &str, times: u64) {
        self.scalars += text.chars().count() as u64 * times;
        self.utf16 += text.encode_utf16().count() as u64 * times;
        self.utf8 += text.len() as u64 * times;
    }

    /// As a policy counts (T10).
    pub fn counted(&self, policy: &ReadingPolicy) -> u64 {
        match policy.reading("text_unit") {
            "utf16" => self.utf16,
            _ => self.scalars,
        }
    }
}

/// The most characters an interface takes.
pub fn text_limit(is_async: bool) -> u64 {
    if is_async { 20_000 } else { 2_000 }
}

/// Whether audio has enough samples a second.
pub fn audio_fits(sample_rate_hz: u64) -> bool {
    sample_rate_hz >= LEAST_RATE
}
