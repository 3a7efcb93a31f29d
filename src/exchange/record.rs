//! A row of the ledger as a line of text: what evidence shows, and what its chain of hashes goes over.

use super::Entry;
use aws_lc_rs::digest::{SHA256, digest};
use std::borrow::Cow;

/// A hash of the chain.
pub type Hash = [u8; 32];

/// Names of a line's fields.
pub const RECORD: [&str; 27] = [
    "request_id",
    "world",
    "provider",
    "operation",
    "key",
    "arrived",
    "ended",
    "made",
    "status",
    "outcome",
    "code",
    "units",
    "pack_units",
    "fee_fen",
    "coupon_fen",
    "granted_fen",
    "owed_fen",
    "bytes_in",
    "bytes_out",
    "content",
    "fault",
    "party",
    "cause",
    "asserted",
    "notice",
    "noticed",
    "begun",
];

/// Writes rows as lines of CSV (RFC 4180), one line each whatever is in it.
pub struct Records {
    writer: csv::Writer<Vec<u8>>,
    begun: usize,
}

impl Default for Records {
    fn default() -> Self {
        Self {
            writer: csv::WriterBuilder::new().from_writer(Vec::new()),
            begun: 0,
        }
    }
}

impl Records {
    /// The line of a row, without its end.
    pub fn line(&mut self, entry: &Entry) -> &[u8] {
        const VEC: &str = "a vector takes whatever is written";
        self.writer
            .write_record(fields(entry).iter().map(|field| field.as_bytes()))
            .expect(VEC);
        self.writer.flush().expect(VEC);
        let written = self.writer.get_ref();
        let line = &written[self.begun..written.len() - 1];
        self.begun = written.len();
        line
    }
}

/// The hash of a line that follows another: SHA-256 over the hash before it in hexadecimal, a comma, and the line.
pub fn chained(before: &Hash, line: &[u8]) -> Hash {
    let mut text = hex::encode(before).into_bytes();
    text.push(b',');
    text.extend_from_slice(line);
    let mut hash = Hash::default();
    hash.copy_from_slice(digest(&SHA256, &text).as_ref());
    hash
}

/// Text as a cell that no spreadsheet takes for a formula, and that stays on its line.
pub fn cell(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@']);
    if !is_formula && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 1);
    if is_formula || text.starts_with(char::is_control) {
        safe.push('\'');
    }
    safe.extend(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
    Cow::Owned(safe)
}

fn fields(entry: &Entry) -> [Cow<'_, str>; RECORD.len()] {
    let number = |number: i64| Cow::Owned(number.to_string());
    let status = |status: Option<u16>| status.map_or(Cow::Borrowed(""), |status| number(status.into()));
    let why = entry.attribution.as_deref();
    let text = |text: Option<&'_ str>| Cow::Owned(cell(text.unwrap_or_default()).into_owned());
    let notice = why.and_then(|why| why.notice.as_ref());
    [
        Cow::Owned(entry.request_id.to_string()),
        cell(&entry.world),
        cell(&entry.provider),
        cell(&entry.operation),
        cell(&entry.key),
        Cow::Owned(entry.arrived.to_string()),
        Cow::Owned(entry.ended.to_string()),
        status(entry.made),
        status(entry.status),
        Cow::Borrowed(entry.outcome.name()),
        cell(&entry.code),
        number(entry.units.into()),
        number(entry.paid.pack_units.into()),
        number(entry.fee_fen),
        number(entry.paid.coupon_fen),
        number(entry.paid.granted_fen),
        number(entry.paid.owed_fen),
        number(entry.bytes_in.cast_signed()),
        number(entry.bytes_out.cast_signed()),
        Cow::Owned(format!("{:032x}", entry.content)),
        text(why.map(|why| &*why.fault)),
        text(why.map(|why| why.party.name())),
        text(why.and_then(|why| why.cause.as_deref())),
        text(why.and_then(|why| why.asserted.as_deref())),
        text(notice.map(|(id, _)| id.as_str())),
        notice.map_or(Cow::Borrowed(""), |(_, sent)| Cow::Owned(sent.to_string())),
        why.map_or(Cow::Borrowed(""), |why| Cow::Owned(why.begun.to_string())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_stays_on_its_line() {
        for (text, safe) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2", "'-2"),
            ("+x", "'+x"),
            ("\t=1", "'\u{fffd}=1"),
            ("a\nb", "a\u{fffd}b"),
            ("", ""),
        ] {
            assert_eq!(cell(text), safe);
        }
    }

    #[test]
    fn lines_follow_each_other_and_a_changed_one_breaks_the_chain() {
        let mut records = Records::default();
        let entry = Entry {
            key: "a,\"b\"\n=c".to_owned(),
            ..Entry::default()
        };
        let first = records.line(&entry).to_vec();
        let second = records.line(&Entry::default()).to_vec();
        assert!(!first.contains(&b'\n') && first != second && !second.is_empty());
        assert_eq!(second, Records::default().line(&Entry::default()));
        let hash = chained(&Hash::default(), &first);
        assert_ne!(chained(&hash, &second), chained(&Hash::default(), &second));
    }
}
