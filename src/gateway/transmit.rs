//! How a reply leaves: whole, or as a fault would have it. The call is settled when its last byte is handed over.

use super::connection::Connection;
use super::ending::Ending;
use super::in_flight::{InFlightCall, sleep_virtual};
use crate::clock::real_sleep;
use crate::dice::Dice;
use crate::exchange::{Outcome, Reply};
use crate::faults::BytesOrShare;
use actix_web::body::{BodySize, BodyStream, MessageBody, SizedStream};
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::{Stream, stream};
use rand::Rng;
use std::fmt::Write;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// actix flushes what it has when a body makes it wait, and forgets it when a body fails at once.
const FLUSH: Duration = Duration::from_millis(1);

/// Why a body stops short.
#[derive(Debug, thiserror::Error)]
#[error("a fault ends this answer here")]
struct Stop;

/// Sends the reply of a call, or ends its connection as a fault decided. The call travels with the body, so that its
/// row records what was delivered.
pub async fn send(mut in_flight: Box<InFlightCall>, connection: Option<&Connection>) -> HttpResponse {
    match in_flight.ending {
        Ending::Whole => whole(in_flight),
        Ending::Drip { rate, chunk } => drip(in_flight, rate, chunk),
        Ending::Silence { span } => {
            in_flight.pending.entry.outcome = Outcome::NoResponse;
            sleep_virtual(&mut in_flight, span).await;
            end(in_flight)
        }
        Ending::Close => end(in_flight),
        Ending::Reset { .. } => {
            if let Some(connection) = connection {
                connection.reset();
            }
            end(in_flight)
        }
        Ending::Garbage { length, drawn } => {
            let bytes = garbage(length, drawn);
            raw(in_flight, connection, bytes).await
        }
        Ending::BadChunk => {
            let bytes = in_flight.reply.as_ref().map(|reply| bad_chunk(reply, &in_flight));
            in_flight.mark_head_sent();
            raw(in_flight, connection, bytes.unwrap_or_default()).await
        }
        Ending::Cut { after, resets } => cut(in_flight, after, connection.filter(|_| resets)),
        Ending::WrongLength { by } => wrong_length(in_flight, by),
        Ending::Twice => twice(in_flight),
    }
}

/// Status line and fields of the answer.
fn head(reply: &Reply, in_flight: &mut InFlightCall) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponseBuilder::new(status);
    for (name, value) in &reply.headers {
        response.append_header((&**name, &**value));
    }
    for (name, value) in in_flight.own_headers() {
        response.insert_header((name, value));
    }
    response
}

fn whole(mut in_flight: Box<InFlightCall>) -> HttpResponse {
    let Some(reply) = in_flight.reply.take() else {
        return HttpResponse::InternalServerError()
            .insert_header(("x-understudy-broken", "1"))
            .finish();
    };
    let mut response = head(&reply, &mut in_flight);
    let bytes = reply.body.clone();
    in_flight.reply = Some(reply);
    if bytes.is_empty() {
        // An empty body is never polled.
        in_flight.mark_delivered(0);
        return response.finish();
    }
    response.body(Delivery {
        left: Some(bytes),
        in_flight,
    })
}

/// A body that knows when it was delivered.
struct Delivery {
    left: Option<Bytes>,
    in_flight: Box<InFlightCall>,
}

impl MessageBody for Delivery {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.left.as_ref().map_or(0, Bytes::len) as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let next = self.left.take();
        if let Some(bytes) = &next {
            let length = bytes.len() as u64;
            self.in_flight.mark_delivered(length);
        }
        Poll::Ready(next.map(Ok))
    }
}

/// A body that fails before its first byte: actix closes the connection and writes nothing.
struct Nothing;

impl MessageBody for Nothing {
    type Error = Stop;

    fn size(&self) -> BodySize {
        BodySize::Sized(1)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Stop>>> {
        Poll::Ready(Some(Err(Stop)))
    }
}

/// Resets a connection there is no call on.
pub fn reset(connection: Option<&Connection>) -> HttpResponse {
    if let Some(connection) = connection {
        connection.reset();
    }
    HttpResponse::Ok().body(Nothing)
}

/// Closes the connection without another byte.
fn end(mut in_flight: Box<InFlightCall>) -> HttpResponse {
    in_flight.pending.entry.outcome = in_flight.ending.outcome();
    drop(in_flight);
    HttpResponse::Ok().body(Nothing)
}

/// Writes bytes past actix, then closes.
async fn raw(
    mut in_flight: Box<InFlightCall>,
    connection: Option<&Connection>,
    bytes: Vec<u8>,
) -> HttpResponse {
    if let Some(connection) = connection
        && connection.write(&bytes).await.is_ok()
    {
        in_flight.pending.entry.bytes_out = bytes.len() as u64;
    }
    end(in_flight)
}

/// Bytes that are not HTTP, drawn from a value.
fn garbage(length: u64, drawn: u64) -> Vec<u8> {
    let mut bytes = vec![0; length as usize];
    Dice::new(drawn).stream(&[b"garbage"]).fill_bytes(&mut bytes);
    // Whatever is drawn, it does not begin as an answer does.
    bytes[0] |= 0x80;
    bytes
}

/// A whole answer as it would be on the wire, with the framing field given.
fn written(reply: &Reply, in_flight: &InFlightCall, framing: &str) -> Vec<u8> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n{framing}\r\n", status.as_u16());
    let fields = reply.headers.iter().map(|(name, value)| (&**name, &**value));
    let own = in_flight.own_headers();
    let own = own.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in fields.chain(own) {
        write!(head, "{name}: {value}\r\n").expect("writing to text does not fail");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn bad_chunk(reply: &Reply, in_flight: &InFlightCall) -> Vec<u8> {
    let mut bytes = written(reply, in_flight, "transfer-encoding: chunked");
    let first = &reply.body[..reply.body.len().div_ceil(2)];
    if !first.is_empty() {
        bytes.extend(format!("{:x}\r\n", first.len()).bytes());
        bytes.extend(first);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"ZZZ\r\n");
    bytes.extend(&reply.body[first.len()..]);
    bytes
}

/// A body of pieces, each made after the one before was taken.
fn pieces<S, F, N>(state: S, next: N) -> impl Stream<Item = Result<Bytes, Stop>> + 'static
where
    S: 'static,
    F: Future<Output = Option<(Result<Bytes, Stop>, S)>> + 'static,
    N: FnMut(S) -> F + 'static,
{
    Box::pin(stream::unfold(state, next))
}

fn cut(mut in_flight: Box<InFlightCall>, after: BytesOrShare, reset: Option<&Connection>) -> HttpResponse {
    let reply = in_flight.reply.take().unwrap_or_default();
    let sent = reply
        .body
        .slice(..after.resolve(reply.body.len() as u64) as usize);
    let mut response = head(&reply, &mut in_flight);
    // The connection outlives the body, but a reference to it cannot be kept there.
    let reset = reset.and_then(|connection| connection.duplicate().ok());
    let length = (reply.body.len() as u64).max(1);
    in_flight.reply = Some(reply);
    in_flight.mark_head_sent();
    in_flight.pending.entry.bytes_out = sent.len() as u64;
    let left = Some(sent).filter(|sent| !sent.is_empty());
    let body = pieces((left, in_flight, reset), |(left, mut in_flight, reset)| async {
        if let Some(bytes) = left {
            return Some((Ok(bytes), (None, in_flight, reset)));
        }
        real_sleep(FLUSH).await;
        if let Some(connection) = &reset {
            connection.reset();
        }
        in_flight.pending.entry.outcome = in_flight.ending.outcome();
        Some((Err(Stop), (None, in_flight, None)))
    });
    response.body(SizedStream::new(length, body))
}

fn drip(mut in_flight: Box<InFlightCall>, rate: u64, chunk: u64) -> HttpResponse {
    let reply = in_flight.reply.take().unwrap_or_default();
    let mut response = head(&reply, &mut in_flight);
    let bytes = reply.body.clone();
    in_flight.mark_head_sent();
    let length = bytes.len() as u64;
    in_flight.reply = Some(reply);
    if bytes.is_empty() {
        in_flight.mark_delivered(0);
        return response.finish();
    }
    let pause = Duration::from_micros(chunk.saturating_mul(1_000_000) / rate);
    let body = pieces((bytes, in_flight), move |(mut left, mut in_flight)| async move {
        if left.is_empty() {
            return None;
        }
        if (left.len() as u64) < length {
            sleep_virtual(&mut in_flight, Some(pause)).await;
        }
        let size = if in_flight.is_released() {
            left.len()
        } else {
            left.len().min(chunk as usize)
        };
        let piece = left.split_to(size);
        if left.is_empty() {
            in_flight.mark_delivered(length);
        }
        Some((Ok(piece), (left, in_flight)))
    });
    response.body(SizedStream::new(length, body))
}

fn wrong_length(mut in_flight: Box<InFlightCall>, by: i64) -> HttpResponse {
    let reply = in_flight.reply.take().unwrap_or_default();
    let mut response = head(&reply, &mut in_flight);
    let bytes = reply.body.clone();
    in_flight.reply = Some(reply);
    response.no_chunking((bytes.len() as u64).saturating_add_signed(by));
    let body = pieces(
        (Some(bytes), in_flight),
        move |(left, mut in_flight)| async move {
            if let Some(bytes) = left {
                in_flight.mark_delivered(bytes.len() as u64);
                in_flight.pending.entry.outcome = in_flight.ending.outcome();
                return Some((Ok(bytes), (None, in_flight)));
            }
            if by < 0 {
                return None;
            }
            real_sleep(FLUSH).await;
            Some((Err(Stop), (None, in_flight)))
        },
    );
    response.body(BodyStream::new(body))
}

fn twice(mut in_flight: Box<InFlightCall>) -> HttpResponse {
    let reply = in_flight.reply.take().unwrap_or_default();
    let mut response = head(&reply, &mut in_flight);
    let first = reply.body.clone();
    let mut again = written(&reply, &in_flight, &format!("content-length: {}", first.len()));
    again.extend(&first);
    in_flight.reply = Some(reply);
    response.no_chunking(first.len() as u64);
    let both = Bytes::from([&first[..], &again].concat());
    let body = pieces((Some(both), in_flight), |(left, mut in_flight)| async {
        let bytes = left?;
        in_flight.mark_delivered(bytes.len() as u64);
        Some((Ok(bytes), (None, in_flight)))
    });
    response.body(BodyStream::new(body))
}
