//! ZIP archives, unpacked within limits as a protection against decompression bombs.

use bytes::Bytes;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Limits for unpacking an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Maximum number of files.
    pub entries: usize,
    /// Maximum size of one file in bytes.
    pub bytes: u64,
    /// Maximum size of all files in bytes.
    pub all_bytes: u64,
}

/// Why an archive was not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// The bytes are not an archive, or a broken one.
    #[error("the pack is broken")]
    Broken,
    /// The archive exceeds a limit.
    #[error("the pack holds too much")]
    TooMuch,
}

/// Creates an archive of uncompressed files.
pub fn pack(files: &[(String, Bytes)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    for (name, content) in files {
        writer
            .start_file(name, options)
            .expect("writing to memory does not fail");
        writer
            .write_all(content)
            .expect("writing to memory does not fail");
    }
    writer
        .finish()
        .expect("writing to memory does not fail")
        .into_inner()
}

/// Whether the bytes start like a ZIP archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

impl ArchiveLimits {
    /// Unpacks an archive in memory: names and contents in archive order, without folders and macOS metadata files.
    ///
    /// # Errors
    /// If the archive is broken or exceeds a limit.
    pub fn unpack(self, bytes: &[u8]) -> Result<Vec<(String, Bytes)>, ArchiveError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::Broken)?;
        // Allows twice as many entries, as folders are entries too.
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
            // The sizes stated in the archive may be wrong, so the number of bytes read is limited.
            let max = self.bytes.min(left);
            let mut content = Vec::new();
            let size = entry
                .by_ref()
                .take(max.saturating_add(1))
                .read_to_end(&mut content);
            let size = size.map_err(|_| ArchiveError::Broken)? as u64;
            if size > max || files.len() >= self.entries {
                return Err(ArchiveError::TooMuch);
            }
            left -= size;
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
        assert!(is_archive(&bytes));
        let files = LIMITS.unpack(&bytes).unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["b/2.jpg", "../../etc/passwd"]);
    }

    #[test]
    fn bombs_and_crowds_are_refused_and_broken_packs_are_broken() {
        let zeros = vec![0; 100_000];
        assert_eq!(
            LIMITS.unpack(&pack(&[("bomb", &zeros)])),
            Err(ArchiveError::TooMuch)
        );
        let full = vec![1; 900];
        assert_eq!(
            LIMITS.unpack(&pack(&[("a", &full), ("b", &full)])),
            Err(ArchiveError::TooMuch)
        );
        let many: Vec<(String, &[u8])> = (0..4).map(|n| (n.to_string(), &b"x"[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (&**name, *content)).collect();
        assert_eq!(LIMITS.unpack(&pack(&many)), Err(ArchiveError::TooMuch));
        let whole = pack(&[("a", b"abc")]);
        assert_eq!(
            LIMITS.unpack(&whole[..whole.len() - 10]),
            Err(ArchiveError::Broken)
        );
        assert_eq!(LIMITS.unpack(b"PK\x03\x04"), Err(ArchiveError::Broken));
    }
}
