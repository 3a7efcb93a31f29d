//! Between actix and the pipeline: the request is read whole into a value, the reply is sent.

use super::connection::Connection;
use super::identify::Identity;
use super::in_flight::InFlightCall;
use super::{Gateway, files, transmit};
use crate::clock::real_sleep;
use crate::exchange::{Call, ContentHasher, Headers};
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Bodies of calls nobody serves are read this far, so that the client can read the answer.
const UNROUTED_BODY: u64 = 64 << 10;

/// A body of which nothing more comes for so long is given up.
const BODY_IDLE: Duration = Duration::from_secs(30);

/// The one handler of the provider listener.
pub async fn receive(request: HttpRequest, payload: Payload, gateway: Data<Gateway>) -> HttpResponse {
    let connection = request.conn_data::<Connection>();
    if request.path().starts_with(files::PREFIX) || request.path().starts_with(files::KIT) {
        return if gateway.is_in_total_outage.load(Ordering::Relaxed) {
            transmit::reset(connection)
        } else {
            files::serve(&request, &gateway)
        };
    }
    let Some(mut in_flight) = gateway.begin_call().await else {
        return HttpResponse::ServiceUnavailable().finish();
    };
    let mut call = head(&request);
    let route = gateway.routes.find(&mut call);
    let mut identity = gateway.identify(&mut in_flight, &call, route);
    if let (Some(route), Identity::Key(_)) = (route, &identity)
        && gateway.inject_before_reading(&mut in_flight, &call, route)
    {
        in_flight.call = Arc::new(call);
        return transmit::send(in_flight, connection).await;
    }
    let operation = route.and_then(|route| route.operation);
    let cap = operation.map_or(UNROUTED_BODY, |operation| operation.body_cap);
    let whole = read_body(&mut call, payload, cap, &mut in_flight).await;
    in_flight.call = Arc::new(call);
    if !whole {
        // The client is gone; the row says so.
        return HttpResponse::BadRequest().finish();
    }
    let Some(route) = route else {
        gateway.reply_not_routed(&mut in_flight);
        return transmit::send(in_flight, connection).await;
    };
    gateway.parse_body(&in_flight, route).await;
    if let Identity::InBody = identity {
        let call = in_flight.call.clone();
        identity = gateway.identify(&mut in_flight, &call, Some(route));
    }
    let key = match identity {
        Identity::Key(key) => key,
        Identity::InBody => None,
    };
    let pipeline = AssertUnwindSafe(gateway.run_pipeline(&mut in_flight, route, key));
    if pipeline.catch_unwind().await.is_err() {
        gateway.reply_internal_error(&mut in_flight);
    }
    transmit::send(in_flight, connection).await
}

fn head(request: &HttpRequest) -> Call {
    let own = request.headers();
    let bytes: usize = own
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let mut headers = Headers::with_capacity(own.len() + 1, bytes + 64);
    for (name, value) in own {
        headers.push(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
    }
    let uri = request.uri();
    if let Some(authority) = uri.authority().filter(|_| headers.get("host").is_none()) {
        headers.push("host", authority.as_str());
    }
    let named = headers.get("host").filter(|host| is_host(host));
    let base_url = match named {
        Some(host) => ["http://", host].concat(),
        None => format!("http://{}", request.app_config().local_addr()),
    };
    Call {
        method: request.method().as_str().to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        peer: request.peer_addr().map(|addr| addr.ip()),
        base_url: base_url.into(),
        headers,
        ..Call::default()
    }
}

/// Whether a `Host` can be put into a link.
fn is_host(host: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.len() <= 255 && host.chars().all(fits)
}

/// Reads the body up to `cap`; what is beyond is counted and thrown away, up to as much again. `false`: the
/// client went away before the end.
async fn read_body(call: &mut Call, mut stream: Payload, cap: u64, in_flight: &mut InFlightCall) -> bool {
    let announced = call
        .headers
        .get("content-length")
        .and_then(|n| n.parse::<u64>().ok())
        .unwrap_or(0);
    let mut kept = BytesMut::with_capacity(announced.min(cap).min(4 << 20) as usize);
    let mut hasher = ContentHasher::default();
    let mut whole = true;
    loop {
        let next = tokio::select! {
            next = stream.next() => next,
            () = real_sleep(BODY_IDLE) => Some(Err(PayloadError::Incomplete(None))),
        };
        let chunk = match next {
            None => break,
            Some(Ok(chunk)) => chunk,
            Some(Err(_)) => {
                whole = false;
                break;
            }
        };
        call.body_len += chunk.len() as u64;
        if call.body_len <= cap {
            kept.extend_from_slice(&chunk);
            hasher.update(&chunk);
        } else if call.body_len > cap.saturating_mul(2) {
            break;
        }
    }
    call.body = if call.body_len <= cap {
        kept.freeze()
    } else {
        Bytes::new()
    };
    call.is_body_read = true;
    in_flight.pending.entry.bytes_in = call.body_len;
    if call.body_len <= cap {
        call.digest = hasher.finish().into();
    }
    in_flight.pending.entry.content = call.content().short();
    whole
}
