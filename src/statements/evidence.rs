//! The evidence of a claim: statement, rows with their chain of hashes, incidents, notices, readings. The archive is
//! written as it is sent, so that its size costs no memory.

use super::archive::{Archive, Member};
use super::{
    AlternativeReading, CsvTable, CycleAccounts, StatementError, StatementView, alternative_readings,
    buckets_table, incidents,
};
use crate::exchange::{
    AttributionKey, ChainHash, LEDGER_COLUMNS, LedgerCsvWriter, LedgerEntry, Party, csv_cell,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

const README: &str = include_str!("evidence.txt");

/// The evidence of a claim, ready to be written.
pub struct Evidence {
    accounts: CycleAccounts,
    /// The files that are made before rows are read.
    files: Vec<(&'static str, Vec<u8>)>,
}

impl Evidence {
    /// Makes everything but the rows and what depends on them. `page` renders the statement for people.
    ///
    /// # Errors
    /// When the cycle cannot be settled.
    pub fn new(
        accounts: CycleAccounts,
        page: impl FnOnce(&CycleAccounts, &[AlternativeReading]) -> Result<String, StatementError>,
    ) -> Result<Self, StatementError> {
        let statement = StatementView::new(&accounts)?;
        let vector = json!({"vectors": [statement.vector()]});
        let readings = alternative_readings(&accounts)?;
        let mut times = CsvTable::new(&["from", "to", "requests", "failures"]);
        for own in incidents(&accounts) {
            let (from, to) = (own.from.to_string(), own.to.to_string());
            times.row(&[from, to, own.requests.to_string(), own.failures.to_string()]);
        }
        let files = vec![
            ("README.txt", README.as_bytes().to_vec()),
            ("statement.json", to_pretty_json(&statement)),
            ("statement.html", page(&accounts, &readings)?.into_bytes()),
            ("vector.json", to_pretty_json(&vector)),
            ("readings.json", to_pretty_json(&readings)),
            ("incidents.csv", times.into_bytes()),
            ("buckets.csv", buckets_table(&accounts).into_bytes()),
        ];
        Ok(Self { accounts, files })
    }

    /// Writes the evidence as a ZIP archive, reading the ledger page by page. Blocks, as long as `to` does too.
    ///
    /// # Errors
    /// When `to` or the store fails.
    pub fn write(self, to: impl Write) -> io::Result<()> {
        let accounts = &self.accounts;
        let mut archive = Archive::new(to);
        for (name, bytes) in self.files {
            archive.add(name, false, |to| to.write_all(&bytes))?;
        }
        let mut summary = RowSummary::default();
        archive.add("rows.csv", true, |to| summary.write_rows(accounts, to))?;
        let notices = summary.notices(accounts);
        archive.add("notices.json", false, |to| {
            to.write_all(&to_pretty_json(&notices))
        })?;
        let causes = summary.causes(accounts).into_bytes();
        archive.add("causes.csv", false, |to| to.write_all(&causes))?;
        let manifest = summary.manifest(accounts, &archive.digests)?;
        archive.add("manifest.json", false, |to| {
            to.write_all(&to_pretty_json(&manifest))
        })?;
        archive.finish()
    }
}

fn to_pretty_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn failed(why: impl std::fmt::Display) -> io::Error {
    io::Error::other(why.to_string())
}

/// What the rows of the cycle are, summed up while they are written.
#[derive(Default)]
struct RowSummary {
    rows: u64,
    unchained: u64,
    last: Option<ChainHash>,
    /// How many calls a fault struck, by the notice that announced it (or an empty one) and the attribution.
    attributed: BTreeMap<(String, AttributionKey), u64>,
}

impl RowSummary {
    fn write_rows<W: Write>(&mut self, accounts: &CycleAccounts, to: &mut Member<'_, W>) -> io::Result<()> {
        writeln!(to, "{},hash", LEDGER_COLUMNS.join(","))?;
        let mut records = LedgerCsvWriter::default();
        let mut broken = None;
        let walked = accounts.store.calls(accounts.range(), &mut |(entry, hash)| {
            self.count(&entry, hash);
            let hash = hash.map(hex::encode).unwrap_or_default();
            let line = records.line(&entry);
            match to.write_all(line).and_then(|()| writeln!(to, ",{hash}")) {
                Ok(()) => ControlFlow::Continue(()),
                Err(why) => {
                    broken = Some(why);
                    ControlFlow::Break(())
                }
            }
        });
        walked.map_err(failed)?;
        broken.map_or(Ok(()), Err)
    }

    fn count(&mut self, entry: &LedgerEntry, hash: Option<ChainHash>) {
        self.rows += 1;
        self.unchained += u64::from(hash.is_none());
        self.last = hash.or(self.last);
        if let Some(why) = entry.attribution.as_deref() {
            let notice = why.notice.as_ref().map_or("", |(id, _)| id.as_str());
            let key = (csv_cell(notice).into_owned(), AttributionKey::from_entry(entry));
            *self.attributed.entry(key).or_default() += 1;
        }
    }

    /// The notices that were sent, and which causes they made count.
    fn notices(&self, accounts: &CycleAccounts) -> Vec<Value> {
        let rules = accounts.exclusion_rules();
        let announced = self
            .attributed
            .iter()
            .filter(|((notice, _), _)| !notice.is_empty());
        let all = announced.map(|((notice, attribution), calls)| {
            json!({
                "notice": notice,
                "sent": attribution.noticed,
                "window_began": attribution.begun,
                "cause": attribution.cause,
                "granted": rules.cause(attribution),
                "calls": calls,
            })
        });
        all.collect()
    }

    /// The responsible party of calls, the cause, the cause the provider claims, and the cause that is granted.
    fn causes(&self, accounts: &CycleAccounts) -> CsvTable {
        let rules = accounts.exclusion_rules();
        let mut sheet = CsvTable::new(&[
            "party", "cause", "asserted", "notice", "granted", "clause", "calls",
        ]);
        for ((notice, attribution), calls) in &self.attributed {
            let granted = rules
                .cause(attribution)
                .and_then(|code| accounts.terms.contract.cause(code));
            let (party, calls) = (attribution.party.map_or("", Party::name), calls.to_string());
            let (code, clause) = granted.map_or(("", ""), |cause| (cause.code, cause.clause));
            sheet.row(&[
                party,
                &attribution.cause,
                &attribution.asserted,
                notice,
                code,
                clause,
                &calls,
            ]);
        }
        sheet
    }

    fn manifest(&self, accounts: &CycleAccounts, digests: &Map<String, Value>) -> io::Result<Value> {
        let (range, terms) = (accounts.range(), &accounts.terms);
        let before = accounts.store.hash_before(range).map_err(failed)?;
        let head = accounts.store.chain_head(range.world, range.provider);
        let (head, rows) = head.map_err(failed)?;
        Ok(json!({
            "form": "understudy-evidence/1",
            "provider": terms.key.provider,
            "world": terms.key.world,
            "cycle": {"start": terms.cycle.start, "end": terms.cycle.end},
            "agreement": terms.contract.agreement,
            "is_final": accounts.is_final(),
            "made_at": accounts.now,
            "files": digests,
            "chain": {
                "before": hex::encode(before.unwrap_or_default()),
                "rows": self.rows,
                "unchained": self.unchained,
                "last": self.last.map(hex::encode),
                "ledger_head": hex::encode(head),
                "ledger_rows": rows,
            },
        }))
    }
}
