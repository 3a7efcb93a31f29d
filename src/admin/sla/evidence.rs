//! The file of a claim: statement, rows with their chain of hashes, incidents, notices, readings. It is written as it
//! is sent, so that its size costs no memory.

use super::books::{CycleAccounts, StatementKey, StatementQuery};
use super::incidents::incidents;
use super::page::render;
use super::readings::all;
use super::statement::{StatementView, buckets};
use crate::admin::csv::CsvTable;
use crate::admin::{AdminState, ProblemDetails, input};
use crate::exchange::{
    AttributionKey, ChainHash, LEDGER_COLUMNS, LedgerCsvWriter, LedgerEntry, Party, csv_cell,
};
use crate::store::CallRange;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use aws_lc_rs::digest::{Context, SHA256};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;
use tokio::sync::mpsc;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

const README: &str = include_str!("evidence.txt");
/// Parts of the file that may wait for the client.
const QUEUE: usize = 16;

/// The file of a claim.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}/evidence.zip")]
pub(in crate::admin) async fn download(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let query: StatementQuery = input::query(&request)?;
    let accounts = CycleAccounts::with(&admin, path.into_inner().into(), query).await?;
    let StatementKey {
        provider,
        world,
        cycle,
    } = accounts.asked.clone();
    let parts = Parts::of(&accounts)?;
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    let writing = actix_web::rt::task::spawn_blocking(move || {
        let done = parts.write(&admin, &accounts, Outlet(sender.clone()));
        if let Err(why) = done {
            // The client sees a file that breaks off.
            drop(sender.blocking_send(Err(why)));
        }
    });
    drop(writing);
    let body = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((
            "content-disposition",
            format!("attachment; filename=\"{provider}-{world}-{cycle}-evidence.zip\""),
        ))
        .streaming(body))
}

/// What is ready before rows are read.
struct Parts {
    files: Vec<(&'static str, Vec<u8>)>,
}

/// Where the file goes: to the client, in pieces.
struct Outlet(mpsc::Sender<io::Result<Bytes>>);

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0
            .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
            .map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

impl Parts {
    fn of(accounts: &CycleAccounts) -> Result<Self, ProblemDetails> {
        let statement = StatementView::of(accounts)?;
        let vector = json!({"vectors": [statement.vector()]});
        let readings = all(accounts)?;
        let mut times = CsvTable::new(&["from", "to", "requests", "failures"]);
        for own in incidents(accounts) {
            let (from, to) = (own.from.to_string(), own.to.to_string());
            times.row(&[from, to, own.requests.to_string(), own.failures.to_string()]);
        }
        Ok(Self {
            files: vec![
                ("README.txt", README.as_bytes().to_vec()),
                ("statement.json", pretty(&statement)),
                (
                    "statement.html",
                    render(accounts, &readings)?.into_string().into_bytes(),
                ),
                ("vector.json", pretty(&vector)),
                ("readings.json", pretty(&readings)),
                ("incidents.csv", times.into_bytes()),
                ("buckets.csv", buckets(accounts).into_bytes()),
            ],
        })
    }

    fn write(self, admin: &AdminState, accounts: &CycleAccounts, outlet: Outlet) -> io::Result<()> {
        let mut file = Archive::new(outlet);
        for (name, bytes) in self.files {
            file.add(name, |to| to.write_all(&bytes))?;
        }
        let mut found = Found::default();
        file.add("rows.csv", |to| found.write_rows(admin, accounts, to))?;
        let notices = found.notices(accounts);
        file.add("notices.json", |to| to.write_all(&pretty(&notices)))?;
        let causes = found.causes(accounts).into_bytes();
        file.add("causes.csv", |to| to.write_all(&causes))?;
        let manifest = found.manifest(admin, accounts, &file.digests)?;
        file.add("manifest.json", |to| to.write_all(&pretty(&manifest)))?;
        file.zip.finish()?;
        Ok(())
    }
}

/// A file of files, with the digest of each.
struct Archive {
    zip: ZipWriter<StreamWriter<io::BufWriter<Outlet>>>,
    digests: Map<String, Value>,
}

/// A file within it, being written.
struct Member<'a> {
    zip: &'a mut ZipWriter<StreamWriter<io::BufWriter<Outlet>>>,
    digest: Context,
}

impl Write for Member<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.zip.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

impl Archive {
    fn new(outlet: Outlet) -> Self {
        Self {
            zip: ZipWriter::new_stream(io::BufWriter::with_capacity(64 << 10, outlet)),
            digests: Map::new(),
        }
    }

    fn add(&mut self, name: &str, write: impl FnOnce(&mut Member<'_>) -> io::Result<()>) -> io::Result<()> {
        // Beyond 4 GiB a file needs the larger head from the start.
        let options = SimpleFileOptions::default().large_file(name == "rows.csv");
        self.zip.start_file(name, options)?;
        let mut member = Member {
            zip: &mut self.zip,
            digest: Context::new(&SHA256),
        };
        write(&mut member)?;
        let digest = hex::encode(member.digest.finish().as_ref());
        self.digests.insert(name.to_owned(), digest.into());
        Ok(())
    }
}

/// What rows are found to be.
#[derive(Default)]
struct Found {
    rows: u64,
    unchained: u64,
    last: Option<ChainHash>,
    /// Calls that were somebody's trouble, with the notice where it was announced.
    troubled: BTreeMap<(String, AttributionKey), u64>,
}

fn range(accounts: &CycleAccounts) -> CallRange<'_> {
    CallRange {
        world: &accounts.world.name,
        provider: &accounts.asked.provider,
        from: accounts.cycle.start.start(),
        to: accounts.cycle.end.plus(1).start(),
    }
}

fn failed(why: impl std::fmt::Display) -> io::Error {
    io::Error::other(why.to_string())
}

impl Found {
    fn write_rows(
        &mut self,
        admin: &AdminState,
        accounts: &CycleAccounts,
        to: &mut Member<'_>,
    ) -> io::Result<()> {
        writeln!(to, "{},hash", LEDGER_COLUMNS.join(","))?;
        let mut records = LedgerCsvWriter::default();
        let mut broken = None;
        let walked = admin.store.calls(range(accounts), &mut |(entry, hash)| {
            self.note(&entry, hash);
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

    fn note(&mut self, entry: &LedgerEntry, hash: Option<ChainHash>) {
        self.rows += 1;
        self.unchained += u64::from(hash.is_none());
        self.last = hash.or(self.last);
        if let Some(why) = entry.attribution.as_deref() {
            let notice = why.notice.as_ref().map_or("", |(id, _)| id.as_str());
            let key = (csv_cell(notice).into_owned(), AttributionKey::from_entry(entry));
            *self.troubled.entry(key).or_default() += 1;
        }
    }

    fn notices(&self, accounts: &CycleAccounts) -> Vec<Value> {
        let grants = accounts.grants(&accounts.policy);
        let announced = self.troubled.iter().filter(|((notice, _), _)| !notice.is_empty());
        let all = announced.map(|((notice, trouble), calls)| {
            json!({
                "notice": notice,
                "sent": trouble.noticed,
                "window_began": trouble.begun,
                "cause": trouble.cause,
                "granted": grants.cause(trouble),
                "calls": calls,
            })
        });
        all.collect()
    }

    /// Whose trouble calls were, what the provider claims, and what is granted for it.
    fn causes(&self, accounts: &CycleAccounts) -> CsvTable {
        let grants = accounts.grants(&accounts.policy);
        let mut sheet = CsvTable::new(&[
            "party", "cause", "asserted", "notice", "granted", "clause", "calls",
        ]);
        for ((notice, trouble), calls) in &self.troubled {
            let granted = grants
                .cause(trouble)
                .and_then(|code| accounts.contract.cause(code));
            let (party, calls) = (trouble.party.map_or("", Party::name), calls.to_string());
            let (code, clause) = granted.map_or(("", ""), |cause| (cause.code, cause.clause));
            sheet.row(&[
                party,
                &trouble.cause,
                &trouble.asserted,
                notice,
                code,
                clause,
                &calls,
            ]);
        }
        sheet
    }

    fn manifest(
        &self,
        admin: &AdminState,
        accounts: &CycleAccounts,
        digests: &Map<String, Value>,
    ) -> io::Result<Value> {
        let before = admin.store.hash_before(range(accounts)).map_err(failed)?;
        let head = admin
            .store
            .chain_head(&accounts.world.name, &accounts.asked.provider);
        let (head, rows) = head.map_err(failed)?;
        Ok(json!({
            "form": "understudy-evidence/1",
            "provider": accounts.asked.provider,
            "world": accounts.asked.world,
            "cycle": {"start": accounts.cycle.start, "end": accounts.cycle.end},
            "agreement": accounts.contract.agreement,
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
