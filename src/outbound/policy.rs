//! Where requests may go: loopback, and the hosts that the configuration names. Every resolved address is checked.

use super::OutboundError;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Which hosts and addresses may be reached. It resolves names for the client, and gives only addresses that it allows.
#[derive(Clone, Debug)]
pub(super) struct OutboundPolicy {
    hosts: Arc<[String]>,
}

impl OutboundPolicy {
    pub(super) fn new(hosts: Vec<String>) -> Self {
        Self { hosts: hosts.into() }
    }

    /// Checks an address by its form, before any name is resolved. A name may still resolve to what is allowed; a
    /// number cannot become another.
    ///
    /// # Errors
    /// When it is no http or https address, or a number that may not be reached.
    pub(super) fn check(&self, url: &str) -> Result<Url, OutboundError> {
        let not_http = || OutboundError::NotHttp(url.to_owned());
        let parsed = Url::parse(url).map_err(|_| not_http())?;
        self.check_parsed(&parsed)?;
        Ok(parsed)
    }

    pub(super) fn check_parsed(&self, url: &Url) -> Result<(), OutboundError> {
        let host = url.host_str().filter(|host| !host.is_empty());
        let (Some(host), "http" | "https") = (host, url.scheme()) else {
            return Err(OutboundError::NotHttp(url.to_string()));
        };
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !self.allows(host, address) => Err(OutboundError::NotAllowed(host.to_owned())),
            Ok(_) | Err(_) => Ok(()),
        }
    }

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

impl Resolve for OutboundPolicy {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.clone();
        Box::pin(async move {
            let host = name.as_str();
            let all = tokio::net::lookup_host((host, 0)).await?;
            let allowed: Vec<SocketAddr> = all.filter(|address| policy.allows(host, address.ip())).collect();
            if allowed.is_empty() {
                return Err(OutboundError::NotAllowed(host.to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &[&str], host: &str, address: &str) -> bool {
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        OutboundPolicy::new(hosts).allows(host, address.parse().unwrap())
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
        let policy = OutboundPolicy::new(Vec::new());
        assert!(matches!(
            policy.check("ftp://127.0.0.1/x"),
            Err(OutboundError::NotHttp(_))
        ));
        assert!(matches!(
            policy.check("/etc/passwd"),
            Err(OutboundError::NotHttp(_))
        ));
        assert!(matches!(
            policy.check("http://10.0.0.1/x"),
            Err(OutboundError::NotAllowed(_))
        ));
        assert!(policy.check("http://[::1]:8080/x").is_ok());
        assert!(policy.check("http://localhost/x").is_ok());
    }
}
