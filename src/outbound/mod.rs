//! Requests that leave the machine: pictures that are fetched, callbacks that are sent. They are asynchronous and
//! bounded: of number, time, size and redirects; and they go only where the configuration allows.

mod policy;

use bytes::{Bytes, BytesMut};
use policy::OutboundPolicy;
pub use policy::OwnListeners;
use reqwest::{Client, Method, Response, redirect};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Where requests may go, and how many.
#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// Hosts beside loopback: `example.com`, `.example.com` with all below it, or `*` for every public address.
    pub hosts: Vec<String>,
    /// The listeners of this server, which are not reached.
    pub own: Option<OwnListeners>,
    /// Longest a request may take.
    pub timeout: Duration,
    /// Redirects that are followed.
    pub redirects: u32,
    /// Fetches at once.
    pub concurrent: usize,
    /// Fetches that wait for their turn at most.
    pub queue: usize,
}

/// Why nothing was fetched or sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address is not one of those that may be reached.
    #[error("{0} is neither loopback nor one of outbound.hosts")]
    NotAllowed(String),
    /// The address is one of this server's own.
    #[error("{0} is this server itself: only its files are fetched")]
    OwnListener(String),
    /// Not an http address.
    #[error("{0:?} is no http or https address")]
    NotHttp(String),
    /// The other side does not answer, or not well.
    #[error("{0}")]
    Failed(String),
    /// More bytes than were asked for.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// Too many fetches wait already.
    #[error("too many fetches are waiting")]
    Busy,
}

/// Something to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchRequest {
    /// The address.
    pub url: String,
    /// The `Referer` to send.
    pub referer: Option<String>,
    /// Most bytes of the body.
    pub max_bytes: u64,
}

/// What was fetched.
pub type FetchResult = Result<Bytes, OutboundError>;

/// A whole request to send, such as a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundRequest {
    /// `POST`.
    pub method: &'static str,
    /// The address.
    pub url: String,
    /// Header fields, a signature among them where there is one.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl OutboundRequest {
    /// A POST of JSON.
    pub fn post_json(url: impl Into<String>, json: impl Into<Bytes>) -> Self {
        Self {
            method: "POST",
            url: url.into(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: json.into(),
        }
    }
}

/// Fetches and sends. Cheap to clone.
#[derive(Clone)]
pub struct OutboundClient {
    client: Client,
    policy: OutboundPolicy,
    fetches: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    queue: usize,
}

impl OutboundClient {
    /// A client with these settings.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(settings: OutboundSettings) -> Result<Self, OutboundError> {
        let policy = OutboundPolicy::new(settings.hosts, settings.own);
        let client = Client::builder()
            .timeout(settings.timeout)
            .redirect(checked_redirects(policy.clone(), settings.redirects as usize))
            .dns_resolver(Arc::new(policy.clone()))
            .no_proxy()
            .user_agent("understudy")
            .build()
            .map_err(|why| OutboundError::Failed(why.to_string()))?;
        Ok(Self {
            client,
            policy,
            fetches: Arc::new(Semaphore::new(settings.concurrent.max(1))),
            waiting: Arc::default(),
            queue: settings.queue,
        })
    }

    /// Checks whether an address could be reached, by its form alone; no name is resolved.
    ///
    /// # Errors
    /// When it is no http or https address, or may not be reached.
    pub fn check(&self, url: &str) -> Result<(), OutboundError> {
        self.policy.check(url).map(drop)
    }

    /// Fetches several things at once. The results stand in the order of the requests.
    pub async fn fetch_all(&self, requests: &[FetchRequest]) -> Vec<FetchResult> {
        futures_util::future::join_all(requests.iter().map(|request| self.fetch(request))).await
    }

    /// Fetches the body at an address. Waits for its turn where many fetches are under way.
    ///
    /// # Errors
    /// When the address may not be reached or does not answer well, the body is too large, or too many wait.
    pub async fn fetch(&self, request: &FetchRequest) -> FetchResult {
        let url = self.policy.check(&request.url)?;
        let _permit = self.permit().await?;
        let mut get = self.client.get(url);
        if let Some(referer) = &request.referer {
            get = get.header("referer", referer);
        }
        let answer = get.send().await.map_err(|why| failed(&why))?;
        if !answer.status().is_success() {
            let why = format!("{} answers {}", request.url, answer.status());
            return Err(OutboundError::Failed(why));
        }
        read_body(answer, request.max_bytes).await
    }

    /// Sends a request; gives the status of the answer, whose body is not read.
    ///
    /// # Errors
    /// When the address may not be reached or does not answer.
    pub async fn send(&self, request: OutboundRequest) -> Result<u16, OutboundError> {
        let url = self.policy.check(&request.url)?;
        let method = Method::from_bytes(request.method.as_bytes());
        let method = method.map_err(|why| OutboundError::Failed(why.to_string()))?;
        let mut own = self.client.request(method, url).body(request.body);
        for (name, value) in &request.headers {
            own = own.header(name, value);
        }
        let answer = own.send().await.map_err(|why| failed(&why))?;
        Ok(answer.status().as_u16())
    }

    /// A place among the fetches under way.
    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, OutboundError> {
        if let Ok(permit) = self.fetches.try_acquire() {
            return Ok(permit);
        }
        let _waiting = Waiting::enter(&self.waiting, self.queue).ok_or(OutboundError::Busy)?;
        let permit = self.fetches.acquire().await;
        permit.map_err(|_| OutboundError::Busy)
    }
}

/// Counts a waiting fetch for as long as it waits, also when it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize, most: usize) -> Option<Self> {
        let more = |n: usize| (n < most).then_some(n + 1);
        let entered = count.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        entered.ok().map(|_| Self(count))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Follows so many redirects, each only to where the policy allows.
fn checked_redirects(policy: OutboundPolicy, most: usize) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > most {
            return attempt.error(OutboundError::Failed(format!("more than {most} redirects")));
        }
        match policy.check_parsed(attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(why),
        }
    })
}

async fn read_body(mut answer: Response, most: u64) -> FetchResult {
    if answer.content_length().is_some_and(|length| length > most) {
        return Err(OutboundError::TooLarge(most));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|why| failed(&why))? {
        if (body.len() + chunk.len()) as u64 > most {
            return Err(OutboundError::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The innermost reason: that is where the policy's own refusals are, and what people understand.
fn failed(why: &reqwest::Error) -> OutboundError {
    let mut innermost: &(dyn std::error::Error + 'static) = why;
    while let Some(source) = innermost.source() {
        if let Some(own) = source.downcast_ref::<OutboundError>() {
            return own.clone();
        }
        innermost = source;
    }
    let text = if why.is_timeout() {
        "timeout".to_owned()
    } else {
        innermost.to_string()
    };
    OutboundError::Failed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(redirects: u32) -> OutboundClient {
        let settings = OutboundSettings {
            hosts: Vec::new(),
            own: None,
            timeout: Duration::from_secs(5),
            redirects,
            concurrent: 1,
            queue: 1,
        };
        OutboundClient::new(settings).unwrap()
    }

    fn request(url: String, max_bytes: u64) -> FetchRequest {
        FetchRequest {
            url,
            referer: None,
            max_bytes,
        }
    }

    /// A server that answers once with this head.
    fn once(head: &'static str) -> String {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            drop(socket.read(&mut [0; 4096]));
            socket.write_all(head.as_bytes()).unwrap();
        });
        format!("http://{address}/x")
    }

    #[tokio::test]
    async fn redirects_lead_nowhere_else_and_sizes_and_statuses_are_minded() {
        let outbound = client(3);
        let away =
            once("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/meta\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(
            outbound.fetch(&request(away, 100)).await,
            Err(OutboundError::NotAllowed("169.254.169.254".into()))
        );
        let large = once("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        assert_eq!(
            outbound.fetch(&request(large, 4)).await,
            Err(OutboundError::TooLarge(4))
        );
        let chunked = once("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        assert_eq!(
            outbound.fetch(&request(chunked, 4)).await,
            Err(OutboundError::TooLarge(4))
        );
        let whole = once("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        assert_eq!(outbound.fetch(&request(whole, 5)).await, Ok(Bytes::from("hello")));
        let gone = once("HTTP/1.1 404 Gone\r\ncontent-length: 0\r\n\r\n");
        assert!(matches!(
            outbound.fetch(&request(gone, 5)).await,
            Err(OutboundError::Failed(_))
        ));
    }

    #[tokio::test]
    async fn fetches_beyond_the_queue_are_refused_and_one_that_is_given_up_leaves_its_place() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/x", silent.local_addr().unwrap());
        let outbound = client(0);
        let fetch = || {
            let (outbound, request) = (outbound.clone(), request(url.clone(), 5));
            tokio::spawn(async move { outbound.fetch(&request).await })
        };
        let hanging = fetch();
        while outbound.fetches.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting = fetch();
        while outbound.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(fetch().await.unwrap(), Err(OutboundError::Busy));
        waiting.abort();
        hanging.abort();
        assert!(waiting.await.is_err() && hanging.await.is_err());
        let whole = once("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        assert_eq!(outbound.fetch(&request(whole, 5)).await, Ok(Bytes::from("hello")));
    }
}
