//! Streams the evidence of a claim to the client.

use super::page::render;
use super::query;
use crate::admin::{AdminState, ProblemDetails};
use crate::statements::{Evidence, StatementKey};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use std::io::{self, Write};
use tokio::sync::mpsc;

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
    let asked = query::statement(path, &request)?;
    let StatementKey {
        provider,
        world,
        cycle,
    } = asked.key.clone();
    let make = |accounts| {
        Evidence::new(accounts, |accounts, readings| {
            Ok(render(accounts, readings)?.into_string())
        })
    };
    let evidence = admin.statements.report(asked, make).await?;
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    // Not as a report: a client that reads slowly would keep the others waiting.
    let writing = actix_web::rt::task::spawn_blocking(move || {
        if let Err(why) = evidence.write(Outlet(sender.clone())) {
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

/// Sends what is written to the client, in pieces.
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
