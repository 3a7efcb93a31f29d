//! What a caller proves it has.

/// The part of a key that a provider needs to check a call's proof of identity.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The public part: access key, app key …
    pub id: String,
    /// Which of the vendor's schemes it belongs to.
    pub scheme: String,
    /// The secret part; of a pair of keys either half, the private one where it was made here.
    pub secret: String,
}

/// Without the secret.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({}, {}, ****)", self.scheme, self.id)
    }
}

/// What the secret part of a scheme's credentials is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretFormat {
    /// A text of this many characters of the scheme's alphabet.
    Text(usize),
    /// A pair of RSA keys of this many bits: the client has the private one, the provider needs only the public one.
    Rsa(usize),
}

/// A scheme of a vendor: how its credentials look, and those the demo world has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialScheme {
    /// Its name within the vendor.
    pub name: &'static str,
    /// What the vendor calls the public part.
    pub id_field: &'static str,
    /// What the vendor calls the secret part.
    pub secret_field: &'static str,
    /// Length of a fresh public part.
    pub id_len: usize,
    /// What a fresh secret part is.
    pub secret: SecretFormat,
    /// The characters both are made of.
    pub alphabet: &'static [u8],
    /// Public part in the demo world, the same on every server.
    pub demo_id: &'static str,
    /// Secret part in the demo world, the same on every server.
    pub demo_secret: &'static str,
}

/// A company with one set of credentials for all its products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// Its id, `jdcloud`.
    pub id: &'static str,
    /// The kinds of credentials it gives out.
    pub schemes: &'static [CredentialScheme],
    /// The private RSA key it signs with in the demo world, where it signs.
    pub signs_with: Option<&'static str>,
}
