//! Packs of files (ZIP), read within limits: what a small file can be blown up to is known before it is unpacked.

use bytes::Bytes;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Limits of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Most files.
    pub entries: usize,
    /// Most bytes of one file.
    pub bytes: u64,
    /// Most bytes of all files.
    pub all_bytes: u64,
}

/// Why a pack is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// No pack, or a broken one.
    #[error("the pack is broken")]
    Broken,
    /// More files, or larger ones, than are read.
    #[error("the pack holds too much")]
    TooMuch,
}

/// A pack of these files, stored as they are.
pub fn packed(files: &[(String, Bytes)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    for (name, content) in files {
        writer.start_file(name, options).expect("memory takes a file");
        writer.write_all(content).expect("memory takes a file");
    }
    writer.finish().expect("memory takes a pack").into_inner()
}

/// Whether bytes begin as a pack does.
pub fn is_pack(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

impl ArchiveLimits {
    /// The files of a pack with their names, in the order of the pack. Folders, and what other systems put beside files,
    /// are left out; nothing is written anywhere.
    ///
    /// # Errors
    /// When it is broken or holds too much.
    pub fn read(self, bytes: &[u8]) -> Result<Vec<(String, Bytes)>, ArchiveError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::Broken)?;
        // Twice as many: folders are entries too.
        if archive.len() > self.entries.saturating_mul(2) {
            return Err(ArchiveError::TooMuch);
        }
        let mut files = Vec::new();
        let mut left = self.all_bytes;
        for nth in 0..archive.len() {
            let mut entry = archive.by_index(nth).map_err(|_| ArchiveError::Broken)?;
            let name = entry.name().map_err(|_| ArchiveError::Broken)?.into_owned();
            if entry.is_dir() || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
                continue;
            }
            // What the pack says of a size need not be true: no more is ever taken than fits.
            let most = self.bytes.min(left);
            let mut content = Vec::new();
            let taken = entry
                .by_ref()
                .take(most.saturating_add(1))
                .read_to_end(&mut content);
            let taken = taken.map_err(|_| ArchiveError::Broken)? as u64;
            if taken > most || files.len() >= self.entries {
                return Err(ArchiveError::TooMuch);
            }
            left -= taken;
            files.push((name, content.into()));
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const LIMITS: ArchiveLimits = ArchiveLimits {
        entries: 3,
        bytes: 1_000,
        all_bytes: 1_500,
    };

    #[test]
    fn files_are_read_in_their_order_and_paths_are_only_names() {
        let bytes = pack(&[
            ("b/2.jpg", b"two"),
            ("../../etc/passwd", b"one"),
            ("__MACOSX/x", b"no"),
        ]);
        assert!(is_pack(&bytes));
        let files = LIMITS.read(&bytes).unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["b/2.jpg", "../../etc/passwd"]);
    }

    #[test]
    fn bombs_and_crowds_are_refused_and_broken_packs_are_broken() {
        let zeros = vec![0; 100_000];
        assert_eq!(
            LIMITS.read(&pack(&[("bomb", &zeros)])),
            Err(ArchiveError::TooMuch)
        );
        let full = vec![1; 900];
        assert_eq!(
            LIMITS.read(&pack(&[("a", &full), ("b", &full)])),
            Err(ArchiveError::TooMuch)
        );
        let many: Vec<(String, &[u8])> = (0..4).map(|n| (n.to_string(), &b"x"[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (&**name, *content)).collect();
        assert_eq!(LIMITS.read(&pack(&many)), Err(ArchiveError::TooMuch));
        let whole = pack(&[("a", b"abc")]);
        assert_eq!(LIMITS.read(&whole[..whole.len() - 10]), Err(ArchiveError::Broken));
        assert_eq!(LIMITS.read(b"PK\x03\x04"), Err(ArchiveError::Broken));
    }
}
