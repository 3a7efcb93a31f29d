//! Reads metadata from the headers of sound and video files.

use super::mp4::{is_mp4, read_mp4};
use lofty::file::{AudioFile, TaggedFile, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::Accessor;
use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Metadata of a sound or video file; absent values are unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaFacts {
    /// Samples per second.
    pub sample_rate: Option<u64>,
    /// Length in milliseconds.
    pub milliseconds: Option<u64>,
    /// The title in its metadata.
    pub title: Option<String>,
}

/// Reads the metadata of a WAV, MP3, MP4, M4A, OGG, FLAC, AMR, FLV or similar file; `None` for other formats.
pub fn read_facts(bytes: &[u8]) -> Option<MediaFacts> {
    if bytes.starts_with(b"#!AMR") {
        return amr(bytes);
    }
    if bytes.starts_with(b"FLV\x01") {
        return flv(bytes);
    }
    if is_mp4(bytes) {
        return read_mp4(bytes);
    }
    let file = tagged_file(bytes)?;
    let title = file
        .tags()
        .iter()
        .find_map(|tag| tag.title().map(Cow::into_owned));
    let properties = file.properties();
    let length = u64::try_from(properties.duration().as_millis()).ok();
    Some(MediaFacts {
        sample_rate: properties.sample_rate().map(u64::from),
        milliseconds: length.filter(|length| *length > 0),
        title,
    })
}

/// The head of a sound. The library breaks on some broken ones: they are as good as unreadable.
fn tagged_file(bytes: &[u8]) -> Option<TaggedFile> {
    let read = || Probe::new(Cursor::new(bytes)).guess_file_type().ok()?.read().ok();
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// Counts frames of 20 ms, whose first byte determines their size (RFC 4867 §5).
fn amr(bytes: &[u8]) -> Option<MediaFacts> {
    const NARROW: [usize; 9] = [13, 14, 16, 18, 20, 21, 27, 32, 6];
    const WIDE: [usize; 10] = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6];
    let (rate, sizes, mut rest) = if let Some(rest) = bytes.strip_prefix(b"#!AMR-WB\n") {
        (16_000, &WIDE[..], rest)
    } else {
        (8_000, &NARROW[..], bytes.strip_prefix(b"#!AMR\n")?)
    };
    let mut frames = 0;
    while let Some(head) = rest.first() {
        let size = sizes.get(usize::from(head >> 3 & 15)).copied().unwrap_or(1);
        rest = rest.get(size..).unwrap_or_default();
        frames += 1;
    }
    Some(MediaFacts {
        sample_rate: Some(rate),
        milliseconds: Some(frames * 20),
        title: None,
    })
}

/// Takes the sample rate from the first sound tag and the length from the time of the last tag (Adobe FLV 10.1, E.4).
fn flv(bytes: &[u8]) -> Option<MediaFacts> {
    const RATES: [u64; 4] = [5_500, 11_025, 22_050, 44_100];
    let offset = usize::try_from(u32::from_be_bytes(bytes.get(5..9)?.try_into().ok()?)).ok()?;
    let mut rest = bytes.get(offset.checked_add(4)?..)?;
    let mut track = MediaFacts::default();
    while let Some(head) = rest.get(..11) {
        let size = usize::from(head[1]) << 16 | usize::from(head[2]) << 8 | usize::from(head[3]);
        let time = u64::from(head[7]) << 24
            | u64::from(head[4]) << 16
            | u64::from(head[5]) << 8
            | u64::from(head[6]);
        track.milliseconds = Some(time);
        if head[0] & 0x1f == 8 && track.sample_rate.is_none() {
            track.sample_rate = rest.get(11).map(|flags| RATES[usize::from(flags >> 2 & 3)]);
        }
        rest = rest.get(11 + size + 4..).unwrap_or_default();
    }
    Some(track)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(rate: u32, samples: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
        for n in 0..samples {
            writer.write_sample((n % 100) as i16).unwrap();
        }
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    #[test]
    fn rates_and_lengths_are_read_from_heads() {
        let read = read_facts(&wav(7_999, 7_999)).unwrap();
        assert_eq!((read.sample_rate, read.milliseconds), (Some(7_999), Some(1_000)));
        let amr: Vec<u8> = [&b"#!AMR\n"[..], &[0x3c; 32].repeat(50)].concat();
        let read = read_facts(&amr).unwrap();
        assert_eq!((read.sample_rate, read.milliseconds), (Some(8_000), Some(1_000)));
        let sound_tag = [8, 0, 0, 1, 0, 0x27, 0x10, 0, 0, 0, 0, 0x2c, 0, 0, 0, 12];
        let flv: Vec<u8> = [&b"FLV\x01\x04\0\0\0\x09\0\0\0\0"[..], &sound_tag].concat();
        let read = read_facts(&flv).unwrap();
        assert_eq!(
            (read.sample_rate, read.milliseconds),
            (Some(44_100), Some(10_000))
        );
    }

    #[test]
    fn an_mp3_is_told_by_its_frames() {
        // MPEG-1 layer III, 128 kbit/s: 417 bytes for 1,152 samples.
        let frame = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 413]].concat();
        let read = read_facts(&frame.repeat(40)).unwrap();
        assert_eq!(read.sample_rate, Some(44_100));
        // 22.05 kHz, MPEG-2, 64 kbit/s.
        let frame = [&[0xff, 0xf3, 0x80, 0x00][..], &[0; 204]].concat();
        assert_eq!(read_facts(&frame.repeat(40)).unwrap().sample_rate, Some(22_050));
    }

    #[test]
    fn what_is_cut_short_or_no_media_breaks_nothing() {
        assert_eq!(read_facts(b"hello"), None);
        assert_eq!(read_facts(b""), None);
        assert_eq!(read_facts(b"FLV\x01\x04\xff\xff\xff\xff"), None);
        let whole = wav(8_000, 100);
        for end in 0..whole.len() {
            drop(read_facts(&whole[..end]));
        }
    }
}
