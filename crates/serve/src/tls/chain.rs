//! What clients will dislike about a certificate that can be shown: it is for another host, or does not lead to its authority.

use graven_x509::{TbsCertificate, common_name, is_for};

/// The most names of a certificate that a message lists.
const MOST_NAMES: usize = 4;

/// Returns what is wrong, one line each. `host` is the one that the pages of the site name.
pub(super) fn doubts(chain: &[impl AsRef<[u8]>], host: Option<&str>) -> Vec<String> {
    let mut certificates = Vec::new();
    for (index, der) in chain.iter().enumerate() {
        match TbsCertificate::from_der(der.as_ref()) {
            Some(certificate) => certificates.push(certificate),
            None => return vec![format!("certificate {} in it is damaged: copy the file again", index + 1)],
        }
    }
    let names = certificates.first().map(TbsCertificate::names).unwrap_or_default();
    [of_names(&names, host), of_issuers(&certificates)].into_iter().flatten().collect()
}

fn of_names(names: &[String], host: Option<&str>) -> Option<String> {
    if names.is_empty() {
        return Some("the certificate has no name (subjectAltName): browsers refuse it".to_owned());
    }
    let host = host.filter(|host| !is_for(names, host))?;
    let more = if names.len() > MOST_NAMES { ", …" } else { "" };
    let listed = names[..names.len().min(MOST_NAMES)].join(", ");
    Some(format!(
        "the certificate is for {listed}{more}, and the pages call this site {host}: browsers refuse it there"
    ))
}

/// Each certificate has to certify the one before it (RFC 8446 §4.4.2). The last may be of an authority that clients know by themselves.
fn of_issuers(certificates: &[TbsCertificate<'_>]) -> Option<String> {
    let issuer = match certificates {
        [only] => only.issuer,
        _ => certificates.windows(2).find(|pair| pair[0].issuer != pair[1].subject)?[0].issuer,
    };
    let name = common_name(issuer);
    if certificates.len() == 1 && certificates[0].subject == issuer {
        // It certifies itself, as its owner knows.
        return None;
    }
    Some(if certificates.iter().any(|certificate| certificate.subject == issuer) {
        format!("its certificates are out of order: the one of {name} has to follow those that {name} has issued")
    } else {
        format!(
            "the certificate of its issuer, {name}, does not follow: many clients refuse the site; name the file with the whole chain, often fullchain.pem"
        )
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, Issuer, KeyPair};

    use super::*;

    /// A certificate of an authority.
    fn params(common_name: &str, names: &[&str]) -> CertificateParams {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, common_name);
        params
    }

    /// What is wrong with certificates, by their positions in: one of the site, the intermediate, the root, and one that nobody has signed.
    fn doubts_of(order: &[usize], names: &[&str], host: Option<&str>) -> Vec<String> {
        let [root_key, intermediate_key, key] = [(); 3].map(|()| KeyPair::generate().expect("a key"));
        let (root, intermediate) = (params("Root", &[]), params("Intermediate", &[]));
        let root_certificate = root.self_signed(&root_key).expect("a certificate");
        let root = Issuer::from_params(&root, &root_key);
        let intermediate_certificate = intermediate.signed_by(&intermediate_key, &root).expect("a certificate");
        let intermediate = Issuer::from_params(&intermediate, &intermediate_key);
        let leaf = params("Leaf", names).signed_by(&key, &intermediate).expect("a certificate");
        let own = params("Own", names).self_signed(&key).expect("a certificate");
        let all = [leaf, intermediate_certificate, root_certificate, own];
        let chain: Vec<_> = order.iter().map(|&place| all[place].der().to_vec()).collect();
        doubts(&chain, host)
    }

    #[test]
    fn a_chain_has_to_lead_to_its_authority() {
        for (order, expected) in [
            (&[0, 1][..], None),
            (&[0, 1, 2], None),
            (&[3], None),
            (&[0], Some("the certificate of its issuer, Intermediate, does not follow")),
            (&[0, 2], Some("the certificate of its issuer, Intermediate, does not follow")),
            (&[0, 3], Some("the certificate of its issuer, Intermediate, does not follow")),
            (&[0, 2, 1], Some("out of order: the one of Intermediate")),
            (&[0, 1, 3, 2], Some("out of order: the one of Root")),
        ] {
            let found = doubts_of(order, &["localhost"], None);
            let is_expected = expected.map_or(found.is_empty(), |text| found.len() == 1 && found[0].contains(text));
            assert!(is_expected, "{order:?}: {found:?}");
        }
    }

    #[test]
    fn a_certificate_has_to_be_for_the_site() {
        let many = ["a.example", "b.example", "c.example", "d.example", "e.example"];
        for (names, host, expected) in [
            (&["example.org", "www.example.org"][..], Some("www.example.org"), None),
            (&["*.example.org"], Some("www.example.org"), None),
            (&["example.org"], None, None),
            (
                &["example.org"],
                Some("www.example.org"),
                Some("for example.org, and the pages call this site www.example.org"),
            ),
            (&many, Some("example.org"), Some("for a.example, b.example, c.example, d.example, …, and")),
            (&[], Some("example.org"), Some("has no name")),
            (&[], None, Some("has no name")),
        ] {
            let found = doubts_of(&[0, 1], names, host);
            let is_expected = expected.map_or(found.is_empty(), |text| found.len() == 1 && found[0].contains(text));
            assert!(is_expected, "{names:?} {host:?}: {found:?}");
        }
    }

    #[test]
    fn what_follows_has_to_be_whole() {
        let key = KeyPair::generate().expect("a key");
        let whole = params("Own", &["localhost"]).self_signed(&key).expect("a certificate").der().to_vec();
        assert_eq!(
            doubts(&[whole.clone(), whole[..50].to_vec()], None),
            ["certificate 2 in it is damaged: copy the file again"]
        );
    }
}
