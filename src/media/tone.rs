//! Generates a WAV file with a title.

use lofty::config::WriteOptions;
use lofty::tag::{Accessor, Tag, TagExt, TagType};
use std::io::Cursor;

/// Generates a WAV file with a title in its metadata: one second at 16 kHz of a tone that varies in loudness like a voice.
pub fn titled_tone(title: &str) -> Vec<u8> {
    const RATE: u32 = 16_000;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("writing to memory does not fail");
    for n in 0..RATE {
        // A 200 Hz triangle wave, switched on and off six times, in integer arithmetic: the same on every machine.
        let phase = i64::from(n % 80);
        let wave = (phase - 40).abs() * 400 - 8_000;
        let on = (n / (RATE / 12)).is_multiple_of(2);
        let sample = if on { wave } else { wave / 40 };
        writer
            .write_sample(sample as i16)
            .expect("writing to memory does not fail");
    }
    writer.finalize().expect("writing to memory does not fail");
    let mut tag = Tag::new(TagType::RiffInfo);
    tag.set_title(title.to_owned());
    bytes.set_position(0);
    tag.save_to(&mut bytes, WriteOptions::default())
        .expect("a WAV file can hold a title");
    bytes.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{measure_sound, read_facts};

    #[test]
    fn a_titled_tone_has_its_title_and_sounds_like_a_voice() {
        let bytes = titled_tone("understudy:vulgar");
        let head = read_facts(&bytes).unwrap();
        assert_eq!(head.title.as_deref(), Some("understudy:vulgar"));
        assert_eq!(head.sample_rate, Some(16_000));
        assert!(measure_sound(&bytes).unwrap().may_be_voice());
    }
}
