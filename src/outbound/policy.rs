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
    own: Option<OwnListeners>,
}

/// The listeners of this server. A client that could have requests sent to them would act as the operator, or as other
/// clients.
#[derive(Clone, Copy, Debug)]
pub struct OwnListeners {
    /// Where providers listen.
    pub provider: SocketAddr,
    /// Where the admin API listens.
    pub admin: SocketAddr,
}

impl OwnListeners {
    /// What clients may have fetched from the provider listener: result files, and inputs that force verdicts.
    const FILES: [&'static str; 2] = ["/_files/", "/_kit/"];

    /// Whether an address is one of the listeners', files apart. `is_named`: the configuration names its host.
    fn owns(self, url: &Url, is_named: bool) -> bool {
        let port = url.port_or_known_default();
        let is_provider = port == Some(self.provider.port());
        if !is_provider && port != Some(self.admin.port()) {
            return false;
        }
        let host = url.host_str().unwrap_or_default();
        // A name may resolve to this machine, unless the configuration says what it is.
        let is_here = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => self.is_here(address.to_canonical()),
            Err(_) => !is_named,
        };
        let is_file = is_provider && Self::FILES.iter().any(|prefix| url.path().starts_with(prefix));
        is_here && !is_file
    }

    fn is_here(self, address: IpAddr) -> bool {
        // A listener on all addresses answers on each that leads to this machine: which those are is not known.
        let listens = |own: SocketAddr| own.ip() == address || own.ip().is_unspecified();
        address.is_loopback() || address.is_unspecified() || listens(self.provider) || listens(self.admin)
    }
}

impl OutboundPolicy {
    pub(super) fn new(hosts: Vec<String>, own: Option<OwnListeners>) -> Self {
        Self {
            hosts: hosts.into(),
            own,
        }
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
        if self.own.is_some_and(|own| own.owns(url, self.names(host))) {
            return Err(OutboundError::OwnListener(host.to_owned()));
        }
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !self.allows(host, address) => Err(OutboundError::NotAllowed(host.to_owned())),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Whether the configuration names a host.
    fn names(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| match own.strip_prefix('.') {
            Some(name) => {
                host.eq_ignore_ascii_case(name)
                    || host.to_ascii_lowercase().ends_with(&own.to_ascii_lowercase())
            }
            None => host.eq_ignore_ascii_case(own),
        })
    }

    /// Whether a host may be reached at an address.
    fn allows(&self, host: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if address.is_loopback() {
            return true;
        }
        // A named host may be in a private network; the addresses of machines' own metadata never are.
        if self.names(host) {
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
        OutboundPolicy::new(hosts, None).allows(host, address.parse().unwrap())
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
        let policy = OutboundPolicy::new(Vec::new(), None);
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

    #[test]
    fn this_servers_own_listeners_are_reached_for_files_alone() {
        let own = OwnListeners {
            provider: "127.0.0.1:8080".parse().unwrap(),
            admin: "10.1.2.3:8081".parse().unwrap(),
        };
        let policy = OutboundPolicy::new(vec!["named.example".to_owned(), "10.1.2.3".to_owned()], Some(own));
        for url in [
            "http://127.0.0.1:8081/_understudy/faults/halt",
            "http://localhost:8081/_understudy/faults/halt",
            "http://[::ffff:127.0.0.1]:8081/",
            "http://[::1]:8081/",
            "http://2130706433:8081/",
            "http://0x7f.1:8081/",
            "http://10.1.2.3:8081/",
            "http://0.0.0.0:8081/",
            "http://turns.into.127.0.0.1.example:8081/",
            "http://127.0.0.1:8080/api/cutout",
            "http://127.0.0.1:8080/_files/../api/cutout",
            "http://127.0.0.1:8080/%5Ffiles/x",
            "http://127.0.0.1:8081/_files/x",
        ] {
            let refused = policy.check(url);
            assert!(
                matches!(refused, Err(OutboundError::OwnListener(_))),
                "{url}: {refused:?}"
            );
        }
        for url in [
            "http://127.0.0.1:8080/_files/x.png",
            "http://localhost:8080/_kit/a.png",
            "http://127.0.0.1:9090/hook",
            "http://named.example:8081/hook",
        ] {
            assert!(policy.check(url).is_ok(), "{url}");
        }
    }
}
