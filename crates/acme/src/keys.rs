//! Keys on the curve P-256, and what is signed with them: messages to the CA (RFC 7515), requests for certificates (RFC 2986), and the certificate of a
//! TLS-ALPN-01 challenge (RFC 8737).

use graven_time::{DAY, Time};
use graven_x509::SUBJECT_ALT_NAME;
use graven_x509::der::{
    BOOLEAN, GENERALIZED_TIME, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, UTC_TIME, UTF8_STRING,
    bit_string, constructed, element, primitive,
};
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::encode::{base64url, pem};
use crate::json::{Value, object};

/// A private key with its file form. The form is never printed: there is no `Debug`.
pub(crate) struct Key {
    pkcs8: Vec<u8>,
    pair: EcdsaKeyPair,
}

/// Why a key cannot be made: the system has no random numbers, which Linux always has.
const NO_RANDOM: &str = "the system gives random numbers";

/// 1.2.840.10045.4.3.2, `ecdsa-with-SHA256`.
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// 1.2.840.10045.2.1, `id-ecPublicKey`.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7, `secp256r1`.
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.2.840.113549.1.9.14, `extensionRequest`.
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e];
/// 1.3.6.1.5.5.7.1.31, `id-pe-acmeIdentifier`.
const ACME_IDENTIFIER: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1f];

impl Key {
    /// A new key for messages to the CA.
    pub(crate) fn for_account() -> Self {
        Self::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    /// A new key for a certificate.
    pub(crate) fn for_certificate() -> Self {
        Self::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
    }

    fn generate(algorithm: &'static EcdsaSigningAlgorithm) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect(NO_RANDOM);
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).expect("it was just written");
        Self { pkcs8: pkcs8.as_ref().to_vec(), pair }
    }

    /// Reads the key of an account from PEM.
    pub(crate) fn account_from_pem(text: &str) -> Option<Self> {
        Self::from_pem(text, &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    /// Reads the key of a certificate from PEM.
    pub(crate) fn certificate_from_pem(text: &str) -> Option<Self> {
        Self::from_pem(text, &ECDSA_P256_SHA256_ASN1_SIGNING)
    }

    fn from_pem(text: &str, algorithm: &'static EcdsaSigningAlgorithm) -> Option<Self> {
        let key = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).ok()?;
        let pkcs8 = key.secret_pkcs8_der().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8, &SystemRandom::new()).ok()?;
        Some(Self { pkcs8, pair })
    }

    pub(crate) fn to_pem(&self) -> String {
        pem("PRIVATE KEY", &self.pkcs8)
    }

    /// The point on the curve: 4, x and y (SEC 1, 2.3.3).
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(&SystemRandom::new(), message).expect(NO_RANDOM).as_ref().to_vec()
    }

    /// The public key as JSON (RFC 7517), with its members in the order of [`Key::thumbprint`].
    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.public()[1..].split_at(32);
        let text = |text: &str| Some(Value::from(text));
        object([("crv", text("P-256")), ("kty", text("EC")), ("x", text(&base64url(x))), ("y", text(&base64url(y)))])
    }

    /// RFC 7638: the hash of the public key, by which the CA knows who answers a challenge.
    pub(crate) fn thumbprint(&self) -> String {
        base64url(digest(&SHA256, self.jwk().to_string().as_bytes()))
    }

    /// A signed message (RFC 8555, 6.2): what is known of the sender, `nonce` and `url`, and the payload.
    pub(crate) fn message(&self, header: &Value, payload: &str) -> String {
        signed_message(header, payload, |content| self.sign(content)).to_string()
    }

    /// A request for a certificate with these names (RFC 2986). The subject is empty: names are in the extension.
    pub(crate) fn request(&self, names: &[String]) -> Vec<u8> {
        let extensions = element(SEQUENCE, &[&alternative_names(names)]);
        let values = element(SET, &[&extensions]);
        let attribute = element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[EXTENSION_REQUEST]), &values]);
        let version = element(INTEGER, &[&[0]]);
        let subject = element(SEQUENCE, &[]);
        let content = [&version, &subject, &self.public_key_info(), &element(constructed(0), &[&attribute])];
        self.signed(&element(SEQUENCE, &content.map(Vec::as_slice)))
    }

    /// The certificate by which a server answers a TLS-ALPN-01 challenge for a name (RFC 8737, 3), signed by itself.
    pub(crate) fn challenge_certificate(&self, name: &str, authorization: &str, now: Time) -> Vec<u8> {
        let hash = element(OCTET_STRING, &[digest(&SHA256, authorization.as_bytes()).as_ref()]);
        let identifier = extension(ACME_IDENTIFIER, &[&element(BOOLEAN, &[&[0xff]]), &element(OCTET_STRING, &[&hash])]);
        let names = alternative_names(&[name.to_owned()]);
        let extensions = element(constructed(3), &[&element(SEQUENCE, &[&identifier, &names])]);
        let validity = element(SEQUENCE, &[&time(now.plus(-DAY)), &time(now.plus(7 * DAY))]);
        // A name of its own, so that no reader wonders about an empty issuer.
        let common_name = element(
            SEQUENCE,
            &[&element(OBJECT_IDENTIFIER, &[&[0x55, 0x04, 0x03]]), &element(UTF8_STRING, &[b"acme"])],
        );
        let issuer = element(SEQUENCE, &[&element(SET, &[&common_name])]);
        let version = element(constructed(0), &[&element(INTEGER, &[&[2]])]);
        let mut serial = random::<8>();
        // Positive, and without a leading zero byte.
        serial[0] = serial[0] & 0x7f | 0x40;
        let serial = element(INTEGER, &[&serial]);
        let fields = [
            &version,
            &serial,
            &signature_algorithm(),
            &issuer,
            &validity,
            &issuer,
            &self.public_key_info(),
            &extensions,
        ];
        self.signed(&element(SEQUENCE, &fields.map(Vec::as_slice)))
    }

    fn public_key_info(&self) -> Vec<u8> {
        let algorithm =
            element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[EC_PUBLIC_KEY]), &element(OBJECT_IDENTIFIER, &[P256])]);
        element(SEQUENCE, &[&algorithm, &bit_string(self.public())])
    }

    /// Content, algorithm and signature.
    fn signed(&self, content: &[u8]) -> Vec<u8> {
        element(SEQUENCE, &[content, &signature_algorithm(), &bit_string(&self.sign(content))])
    }
}

/// Whether a private key is that of a public key, which is the content of a BIT STRING.
pub(crate) fn belongs_to(key: &PrivateKeyDer<'_>, public_key: &[u8]) -> bool {
    let PrivateKeyDer::Pkcs8(key) = key else { return false };
    let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, key.secret_pkcs8_der(), &SystemRandom::new());
    pair.is_ok_and(|pair| public_key.strip_prefix(&[0]) == Some(pair.public_key().as_ref()))
}

/// A JSON Web Signature (RFC 7515, 7.2.2), signed by `sign`.
fn signed_message(header: &Value, payload: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Value {
    let (header, payload) = (base64url(header.to_string()), base64url(payload));
    let signature = base64url(sign(format!("{header}.{payload}").as_bytes()));
    let text = |text: &str| Some(Value::from(text));
    object([("protected", text(&header)), ("payload", text(&payload)), ("signature", text(&signature))])
}

/// What binds a new account to one at the CA's site (RFC 8555, 7.3.4): the account's public key, signed with the key that the site has given for `id`.
pub(crate) fn binding(id: &str, mac_key: &[u8], url: &str, account: &Key) -> Value {
    let text = |text: &str| Some(Value::from(text));
    let header = object([("alg", text("HS256")), ("kid", text(id)), ("url", text(url))]);
    let key = hmac::Key::new(hmac::HMAC_SHA256, mac_key);
    signed_message(&header, &account.jwk().to_string(), |content| hmac::sign(&key, content).as_ref().to_vec())
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect(NO_RANDOM);
    bytes
}

/// A random token of 128 bits, as the CA's are.
pub(crate) fn token() -> String {
    base64url(random::<16>())
}

/// RFC 5280, 4.1.2.5: two digits for the year until 2049, four from then on.
fn time(time: Time) -> Vec<u8> {
    let text = time.to_asn1();
    match text.strip_prefix("20").filter(|short| short.as_bytes()[0] < b'5') {
        Some(short) => element(UTC_TIME, &[short.as_bytes()]),
        None => element(GENERALIZED_TIME, &[text.as_bytes()]),
    }
}

fn signature_algorithm() -> Vec<u8> {
    element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[ECDSA_WITH_SHA256])])
}

/// An extension: its identifier, and what follows it.
fn extension(identifier: &[u8], rest: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[identifier]), &rest.concat()])
}

/// The extension `subjectAltName` with these DNS names.
fn alternative_names(names: &[String]) -> Vec<u8> {
    let names: Vec<_> = names.iter().map(|name| element(primitive(2), &[name.as_bytes()])).collect();
    let list = element(SEQUENCE, &[&names.concat()]);
    extension(SUBJECT_ALT_NAME, &[&element(OCTET_STRING, &[&list])])
}

#[cfg(test)]
mod tests {
    use graven_x509::der::{BIT_STRING, Reader};
    use ring::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_message_is_signed_by_the_key_that_it_names() {
        let key = Key::for_account();
        let again = Key::account_from_pem(&key.to_pem()).expect("its own form");
        assert_eq!(key.thumbprint(), again.thumbprint());
        let header = object([("alg", Some("ES256".into())), ("jwk", Some(key.jwk()))]);
        let message: serde_json::Value = serde_json::from_str(&again.message(&header, "{}")).expect("JSON");
        let part = |name: &str| message[name].as_str().expect("a text").to_owned();
        assert_eq!(part("payload"), base64url("{}"));
        let signed = format!("{}.{}", part("protected"), part("payload"));
        let signature = unbase64url(&part("signature"));
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public())
            .verify(signed.as_bytes(), &signature)
            .expect("its signature");
    }

    /// What [`base64url`] was made from.
    fn unbase64url(text: &str) -> Vec<u8> {
        crate::encode::from_base64url(text).expect("base 64")
    }

    #[test]
    fn a_binding_is_the_accounts_key_signed_with_that_of_the_site() {
        let account = Key::for_account();
        let value = binding("kid-1", b"secret", "https://ca.example/new", &account);
        let part = |name: &str| value.text(name).expect("a text").to_owned();
        let text = |name: &str| String::from_utf8(unbase64url(&part(name))).expect("UTF-8");
        assert_eq!(text("protected"), r#"{"alg":"HS256","kid":"kid-1","url":"https://ca.example/new"}"#);
        assert_eq!(text("payload"), account.jwk().to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        let signed = format!("{}.{}", part("protected"), part("payload"));
        hmac::verify(&key, signed.as_bytes(), &unbase64url(&part("signature"))).expect("its signature");
    }

    #[test]
    fn requests_and_certificates_are_signed_and_name_what_they_should() {
        let key = Key::for_certificate();
        let request = key.request(&["a.example".to_owned(), "b.example".to_owned()]);
        let certificate = key.challenge_certificate("a.example", "token.thumbprint", Time(1_795_874_100));
        for der in [&request, &certificate] {
            let mut parts = Reader::new(Reader::new(der).next_if(SEQUENCE).expect("a sequence"));
            let content = element(SEQUENCE, &[parts.next_if(SEQUENCE).expect("the content")]);
            parts.next_if(SEQUENCE).expect("the algorithm");
            let signature = parts.next_if(BIT_STRING).expect("the signature");
            let signer = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.public());
            signer.verify(&content, &signature[1..]).expect("its signature");
        }
        let contains = |der: &[u8], wanted: &[u8]| der.windows(wanted.len()).any(|part| part == wanted);
        assert!(contains(&request, b"\x82\x09a.example\x82\x09b.example"));
        let hash = digest(&SHA256, b"token.thumbprint");
        let critical = [&[BOOLEAN, 1, 0xff, OCTET_STRING, 34, OCTET_STRING, 32][..], hash.as_ref()].concat();
        assert!(contains(&certificate, &critical), "RFC 8737, 3: critical, and the hash as it is");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(Key::account_from_pem(text).is_none(), "{text}");
        }
        assert_ne!(token(), token());
    }
}
