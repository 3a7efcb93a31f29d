//! Reads from an MP4 (ISO/IEC 14496-12) what tells its length, its sample rate and its title, and nothing else.
//!
//! Every byte is looked at a few times at most: what a box declares is only believed as far as its bytes go, nothing is
//! allocated for a declared count, and nothing is searched deeper than the standard nests it.

use super::MediaFacts;

/// More tracks than a player shows. Each fragment looks for its own among them.
const MOST_TRACKS: usize = 64;

/// The boxes one after another in a part of a file: their kinds and contents. Ends where one is malformed.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.0.get(4..8)?;
        let (size, head) = match u32_at(self.0, 0)? {
            // To the end of what surrounds it.
            0 => (self.0.len(), 8),
            1 => (usize::try_from(u64_at(self.0, 8)?).ok()?, 16),
            size => (size as usize, 8),
        };
        let content = self.0.get(head..size)?;
        self.0 = &self.0[size..];
        Some((kind, content))
    }
}

impl<'a> Boxes<'a> {
    /// The content of the first box of a kind.
    fn find(self, kind: [u8; 4]) -> Option<&'a [u8]> {
        self.of_kind(kind).next()
    }

    fn of_kind(self, kind: [u8; 4]) -> impl Iterator<Item = &'a [u8]> {
        self.filter_map(move |(own, content)| (own == kind).then_some(content))
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*part))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let part = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_be_bytes(*part))
}

/// The version and the flags of a box that has them.
fn flags(content: &[u8]) -> Option<(u8, u32)> {
    let word = u32_at(content, 0)?;
    Some(((word >> 24) as u8, word & 0x00ff_ffff))
}

/// A track, as far as it matters here.
struct Track {
    id: u32,
    /// Units of time in a second.
    timescale: u64,
    /// The length that its head declares, in units of time; 0 in a file in fragments.
    declared: u64,
    /// The length of the samples that are listed, in units of time.
    listed: u64,
    /// Samples a second, of sound.
    sample_rate: Option<u64>,
    /// The length of a sample in fragments that do not say.
    usual_sample: u64,
}

/// Whether a file starts as an MP4 or a QuickTime movie does.
pub(super) fn is_mp4(bytes: &[u8]) -> bool {
    let kind = bytes.get(4..8).unwrap_or_default();
    [&b"ftyp"[..], b"moov", b"wide", b"mdat"].contains(&kind)
}

/// What the head of an MP4 tells; `None` where it has none, or a broken one.
pub(super) fn read_mp4(bytes: &[u8]) -> Option<MediaFacts> {
    let movie = Boxes(bytes).find(*b"moov")?;
    let mut tracks: Vec<Track> = Boxes(movie)
        .of_kind(*b"trak")
        .filter_map(Track::read)
        .take(MOST_TRACKS)
        .collect();
    let extends = Boxes(movie).find(*b"mvex").unwrap_or_default();
    for defaults in Boxes(extends).of_kind(*b"trex") {
        let track = tracks
            .iter_mut()
            .find(|track| u32_at(defaults, 4) == Some(track.id));
        if let (Some(track), Some(usual)) = (track, u32_at(defaults, 12)) {
            track.usual_sample = u64::from(usual);
        }
    }
    for fragment in Boxes(bytes)
        .of_kind(*b"moof")
        .flat_map(|part| Boxes(part).of_kind(*b"traf"))
    {
        add_fragment(&mut tracks, fragment, bytes.len());
    }
    Some(MediaFacts {
        sample_rate: tracks.iter().find_map(|track| track.sample_rate),
        milliseconds: tracks.iter().filter_map(Track::milliseconds).max(),
        title: title(movie),
    })
}

impl Track {
    fn read(content: &[u8]) -> Option<Self> {
        let head = Boxes(content).find(*b"tkhd")?;
        let id = u32_at(head, if flags(head)?.0 == 1 { 20 } else { 12 })?;
        let media = Boxes(content).find(*b"mdia")?;
        let head = Boxes(media).find(*b"mdhd")?;
        let (timescale, declared) = match flags(head)?.0 {
            1 => (u32_at(head, 20)?, u64_at(head, 24)?),
            _ => (u32_at(head, 12)?, u64::from(u32_at(head, 16)?)),
        };
        let handler = Boxes(media).find(*b"hdlr").and_then(|handler| handler.get(8..12));
        let samples = Boxes(media)
            .find(*b"minf")
            .and_then(|part| Boxes(part).find(*b"stbl"))?;
        let is_sound = handler == Some(b"soun");
        let sample_rate = Boxes(samples)
            .find(*b"stsd")
            .filter(|_| is_sound)
            .and_then(sample_rate);
        Some(Self {
            id,
            timescale: u64::from(timescale),
            // All bits set: unknown.
            declared: if declared == u64::from(u32::MAX) || declared == u64::MAX {
                0
            } else {
                declared
            },
            listed: Boxes(samples).find(*b"stts").map_or(0, listed),
            // Rates that do not fit the field are those of the track's time.
            sample_rate: sample_rate
                .or(is_sound.then_some(u64::from(timescale)))
                .filter(|rate| *rate > 0),
            usual_sample: 0,
        })
    }

    fn milliseconds(&self) -> Option<u64> {
        let length = u128::from(self.declared.max(self.listed)) * 1000;
        let length = length.checked_div(u128::from(self.timescale))?;
        u64::try_from(length).ok().filter(|length| *length > 0)
    }
}

/// The sample rate of a sound's first description, where its field holds it.
fn sample_rate(descriptions: &[u8]) -> Option<u64> {
    let (_, first) = Boxes(descriptions.get(8..)?).next()?;
    let rate = u64::from(u32_at(first, 24)? >> 16);
    // Version 2 of QuickTime writes 1 here, and the rate as a number with a fraction further on.
    match first.get(8..10)? {
        [0, 2] => {
            let rate = f64::from_bits(u64_at(first, 32)?);
            (1.0..=1e9).contains(&rate).then_some(rate as u64)
        }
        _ => (rate > 0).then_some(rate),
    }
}

/// The length of all samples of a table of runs: how many, and how long each.
fn listed(table: &[u8]) -> u64 {
    let runs = table.get(8..).unwrap_or_default().chunks_exact(8);
    let declared = u32_at(table, 4).unwrap_or(0) as usize;
    let lengths = runs
        .take(declared)
        .filter_map(|run| Some((u32_at(run, 0)?, u32_at(run, 4)?)));
    lengths.fold(0, |sum: u64, (count, each)| {
        sum.saturating_add(u64::from(count).saturating_mul(u64::from(each)))
    })
}

/// Adds the samples of a fragment to its track. Every sample takes a byte at least: a run of more samples than the file
/// has bytes is not believed.
fn add_fragment(tracks: &mut [Track], fragment: &[u8], file_bytes: usize) {
    let Some(head) = Boxes(fragment).find(*b"tfhd") else {
        return;
    };
    let (Some((_, set)), Some(id)) = (flags(head), u32_at(head, 4)) else {
        return;
    };
    let Some(track) = tracks.iter_mut().find(|track| track.id == id) else {
        return;
    };
    // Two fields may stand before the usual length of a sample, where there is one.
    let before = 8 * usize::from(set & 0x1 != 0) + 4 * usize::from(set & 0x2 != 0);
    let usual = (set & 0x8 != 0).then(|| u32_at(head, 8 + before)).flatten();
    let usual = usual.map_or(track.usual_sample, u64::from);
    for run in Boxes(fragment).of_kind(*b"trun") {
        let length = run_length(run, usual, file_bytes).unwrap_or(0);
        track.listed = track.listed.saturating_add(length);
    }
}

fn run_length(run: &[u8], usual: u64, file_bytes: usize) -> Option<u64> {
    let (_, set) = flags(run)?;
    let count = u32_at(run, 4)? as usize;
    if count > file_bytes {
        return None;
    }
    if set & 0x100 == 0 {
        return Some(usual.saturating_mul(count as u64));
    }
    let fields = [0x100, 0x200, 0x400, 0x800]
        .into_iter()
        .filter(|flag| set & flag != 0)
        .count();
    let before = 8 + 4 * usize::from(set & 0x1 != 0) + 4 * usize::from(set & 0x4 != 0);
    let samples = run.get(before..)?.chunks_exact(4 * fields).take(count);
    Some(
        samples
            .filter_map(|sample| u32_at(sample, 0))
            .map(u64::from)
            .sum(),
    )
}

/// The title, as iTunes and FFmpeg write it.
fn title(movie: &[u8]) -> Option<String> {
    let meta = Boxes(movie)
        .find(*b"udta")
        .and_then(|user| Boxes(user).find(*b"meta"))?;
    // ISO gives the box a version, QuickTime does not.
    let list = [4, 0]
        .into_iter()
        .find_map(|at| Boxes(meta.get(at..)?).find(*b"ilst"))?;
    let name = Boxes(list)
        .find(*b"\xa9nam")
        .and_then(|name| Boxes(name).find(*b"data"))?;
    Some(String::from_utf8_lossy(name.get(8..)?).into_owned())
}
