//! What leaves the machine: pictures that are fetched, callbacks that are sent. Only to loopback and to the hosts that
//! the configuration names, with limits of time, size and redirects, and every resolved address is looked at.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// Where requests may go.
#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// Hosts beside loopback: `example.com`, `.example.com` with all below it, or `*` for every public address.
    pub hosts: Vec<String>,
    /// Longest a request may take.
    pub timeout: Duration,
    /// Redirects that are followed.
    pub redirects: u32,
}

/// Why nothing was fetched or sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address is not one of those that may be reached.
    #[error("{0} is neither loopback nor one of outbound.hosts")]
    NotAllowed(String),
    /// Not an http address.
    #[error("{0:?} is no http or https address")]
    NotHttp(String),
    /// The other side does not answer, or not well.
    #[error("{0}")]
    Failed(String),
    /// More bytes than were asked for.
    #[error("more than {0} bytes")]
    TooLarge(u64),
}

/// Fetches and sends. Calls block; they are made on threads that may.
#[derive(Clone)]
pub struct OutboundClient {
    agent: Agent,
    policy: Arc<Policy>,
}

#[derive(Debug)]
struct Policy {
    hosts: Vec<String>,
}

impl OutboundClient {
    /// With these settings.
    pub fn new(settings: OutboundSettings) -> Self {
        let policy = Arc::new(Policy {
            hosts: settings.hosts,
        });
        let config = Config::builder()
            .timeout_global(Some(settings.timeout))
            .max_redirects(settings.redirects)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("understudy")
            .build();
        let checked = Checked(policy.clone());
        Self {
            agent: Agent::with_parts(config, DefaultConnector::new(), checked),
            policy,
        }
    }

    /// Whether an address could be reached by its form and its host's name, before any is resolved.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, url: &str) -> Result<(), OutboundError> {
        let uri: Uri = url.parse().map_err(|_| OutboundError::NotHttp(url.to_owned()))?;
        let host = uri.host().filter(|host| !host.is_empty());
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = host
            .filter(|_| is_http)
            .ok_or_else(|| OutboundError::NotHttp(url.to_owned()))?;
        // A name may still resolve to loopback; a number cannot become another.
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !self.policy.allows(host, address) => {
                Err(OutboundError::NotAllowed(host.to_owned()))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// What is at an address, of at most so many bytes.
    ///
    /// # Errors
    /// When it may not be reached, cannot be, or is too large.
    pub fn fetch(&self, url: &str, referer: Option<&str>, most: u64) -> Result<Vec<u8>, OutboundError> {
        self.check(url)?;
        let mut request = self.agent.get(url);
        if let Some(referer) = referer {
            request = request.header("referer", referer);
        }
        let mut answer = request.call().map_err(|why| failed(&why))?;
        if !answer.status().is_success() {
            return Err(OutboundError::Failed(format!(
                "{url} answers {}",
                answer.status()
            )));
        }
        let body = answer
            .body_mut()
            .with_config()
            .limit(most.saturating_add(1))
            .read_to_vec();
        let bytes = body.map_err(|why| {
            if matches!(why, Error::BodyExceedsLimit(_)) {
                OutboundError::TooLarge(most)
            } else {
                failed(&why)
            }
        })?;
        // The library's limit is reached, not passed, by a body of its size.
        if bytes.len() as u64 > most {
            return Err(OutboundError::TooLarge(most));
        }
        Ok(bytes)
    }

    /// Sends JSON; gives the status of the answer.
    ///
    /// # Errors
    /// When the address may not be reached or does not answer.
    pub fn post(&self, url: &str, json: &[u8]) -> Result<u16, OutboundError> {
        self.check(url)?;
        let request = self.agent.post(url).header("content-type", "application/json");
        let answer = request.send(json).map_err(|why| failed(&why))?;
        Ok(answer.status().as_u16())
    }
}

fn failed(why: &Error) -> OutboundError {
    if let Error::Other(own) = why
        && let Some(refused) = own.downcast_ref::<OutboundError>()
    {
        return refused.clone();
    }
    OutboundError::Failed(why.to_string())
}

impl Policy {
    /// Whether a host may be reached at an address.
    fn allows(&self, host: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if address.is_loopback() {
            return true;
        }
        let named = |own: &String| match own.strip_prefix('.') {
            Some(name) => {
                host.eq_ignore_ascii_case(name)
                    || host.to_ascii_lowercase().ends_with(&own.to_ascii_lowercase())
            }
            None => host.eq_ignore_ascii_case(own),
        };
        // A named host may be in a private network; the addresses of machines' own metadata never are.
        if self.hosts.iter().any(named) {
            return !is_nobody(address);
        }
        self.hosts.iter().any(|own| own == "*") && !is_nobody(address) && !is_private(address)
    }
}

/// Link-local (where clouds keep their metadata), multicast, unspecified.
fn is_nobody(address: IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(own) => own.is_link_local() || own.is_broadcast(),
        IpAddr::V6(own) => own.is_unicast_link_local(),
    };
    link_local || address.is_multicast() || address.is_unspecified()
}

fn is_private(address: IpAddr) -> bool {
    match address {
        // The range 100.64.0.0/10 is the carriers' own.
        IpAddr::V4(own) => own.is_private() || (own.octets()[0] == 100 && own.octets()[1] & 0xc0 == 64),
        IpAddr::V6(own) => own.is_unique_local(),
    }
}

/// Resolves names, and gives only addresses that may be reached.
#[derive(Debug)]
struct Checked(Arc<Policy>);

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default();
        let all = DefaultResolver::default().resolve(uri, config, timeout)?;
        let fits = |address: &&SocketAddr| self.0.allows(host, address.ip());
        let mut allowed = self.empty();
        for address in all.iter().filter(fits) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            return Err(Error::Other(Box::new(OutboundError::NotAllowed(host.to_owned()))));
        }
        Ok(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &[&str], host: &str, address: &str) -> bool {
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        Policy { hosts }.allows(host, address.parse().unwrap())
    }

    #[test]
    fn only_loopback_and_named_hosts_are_reached() {
        assert!(allows(&[], "anything", "127.0.0.1"));
        assert!(allows(&[], "anything", "::1"));
        assert!(allows(&[], "anything", "::ffff:127.0.0.1"));
        assert!(!allows(&[], "example.com", "93.184.216.34"));
        assert!(allows(&["example.com"], "Example.com", "93.184.216.34"));
        assert!(allows(&[".example.com"], "a.example.com", "10.0.0.1"));
        assert!(!allows(&[".example.com"], "badexample.com", "93.184.216.34"));
        assert!(!allows(&["example.com"], "example.com", "169.254.169.254"));
        assert!(allows(&["*"], "example.com", "93.184.216.34"));
        for private in [
            "10.0.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "fd00::1",
            "fe80::1",
        ] {
            assert!(!allows(&["*"], "example.com", private), "{private}");
        }
    }

    #[test]
    fn addresses_are_refused_by_their_form_before_anything_is_sent() {
        let outbound = OutboundClient::new(OutboundSettings {
            hosts: Vec::new(),
            timeout: Duration::from_secs(1),
            redirects: 0,
        });
        assert!(matches!(
            outbound.check("ftp://127.0.0.1/x"),
            Err(OutboundError::NotHttp(_))
        ));
        assert!(matches!(
            outbound.check("/etc/passwd"),
            Err(OutboundError::NotHttp(_))
        ));
        assert!(matches!(
            outbound.check("http://10.0.0.1/x"),
            Err(OutboundError::NotAllowed(_))
        ));
        assert_eq!(outbound.check("http://[::1]:8080/x"), Ok(()));
        assert_eq!(outbound.check("http://localhost/x"), Ok(()));
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

    #[test]
    fn redirects_lead_nowhere_else_and_sizes_and_statuses_are_minded() {
        let outbound = OutboundClient::new(OutboundSettings {
            hosts: Vec::new(),
            timeout: Duration::from_secs(5),
            redirects: 3,
        });
        let away =
            once("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/meta\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(
            outbound.fetch(&away, None, 100),
            Err(OutboundError::NotAllowed("169.254.169.254".into()))
        );
        let large = once("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        assert_eq!(outbound.fetch(&large, None, 4), Err(OutboundError::TooLarge(4)));
        let whole = once("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        assert_eq!(outbound.fetch(&whole, None, 5), Ok(b"hello".to_vec()));
        let gone = once("HTTP/1.1 404 Gone\r\ncontent-length: 0\r\n\r\n");
        assert!(matches!(
            outbound.fetch(&gone, None, 5),
            Err(OutboundError::Failed(_))
        ));
    }
}
