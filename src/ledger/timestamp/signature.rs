//! The signature on a time-stamp token: one signer, over signed attributes, by a certificate in the token.

use super::{Signed, TimestampFault};
use crate::base::Digest;
use cms::{
    cert::{
        CertificateChoices,
        x509::{Certificate, ext::pkix::ExtendedKeyUsage, ext::pkix::SubjectKeyIdentifier},
    },
    content_info::ContentInfo,
    signed_data::{SignedData, SignerIdentifier, SignerInfo},
};
use der::{
    Decode, Encode,
    asn1::{ObjectIdentifier, OctetString},
};
use ring::signature::{self as algorithm, UnparsedPublicKey, VerificationAlgorithm};
use sha2::{Digest as _, Sha384, Sha512};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
const SHA_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
const P_256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
const P_384: ObjectIdentifier = oid("1.3.132.0.34");

/// A token taken apart.
pub(super) struct SignedToken {
    /// The `TSTInfo` in DER.
    pub content: Vec<u8>,
    data: SignedData,
}

impl SignedToken {
    /// CMS signed data over a `TSTInfo`, by exactly one signer.
    pub fn parse(token: &[u8]) -> Option<SignedToken> {
        let info = ContentInfo::from_der(token).ok()?;
        if info.content_type != SIGNED_DATA {
            return None;
        }
        let data = SignedData::from_der(&info.content.to_der().ok()?).ok()?;
        let inner = &data.encap_content_info;
        if inner.econtent_type != TST_INFO || data.signer_infos.0.len() != 1 {
            return None;
        }
        let content = inner.econtent.as_ref()?.decode_as::<OctetString>().ok()?;
        Some(SignedToken { content: content.as_bytes().to_vec(), data })
    }

    /// Checks digest and signature; an algorithm that is not known here is said to be so.
    pub fn verify(&self) -> Result<Signed, TimestampFault> {
        let bad = TimestampFault::Signature;
        let signer = self.data.signer_infos.0.as_slice().first().ok_or(bad)?;
        let Some(digest) = digest(signer, &self.content) else { return Ok(Signed::Unknown) };
        let attributes = signer.signed_attrs.as_ref().ok_or(bad)?;
        let value = |kind: ObjectIdentifier| {
            let mut of_kind = attributes.iter().filter(|attribute| attribute.oid == kind);
            let only = of_kind.next().filter(|_| of_kind.next().is_none())?;
            only.values.get(0).filter(|_| only.values.len() == 1).cloned()
        };
        let said = value(MESSAGE_DIGEST).and_then(|any| any.decode_as::<OctetString>().ok());
        let kind = value(CONTENT_TYPE).and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        if said.ok_or(bad)?.as_bytes() != digest || kind != Some(TST_INFO) {
            return Err(bad);
        }
        let certificate = self.certificate(signer).ok_or(bad)?;
        if !may_stamp(certificate) {
            return Err(bad);
        }
        let Some(by) = algorithm_of(signer, certificate) else { return Ok(Signed::Unknown) };
        let message = attributes.to_der().map_err(|_| bad)?;
        let key = &certificate.tbs_certificate.subject_public_key_info.subject_public_key;
        UnparsedPublicKey::new(by, key.raw_bytes())
            .verify(&message, signer.signature.as_bytes())
            .map_err(|_| bad)?;
        Ok(Signed::By {
            certificate: Digest::of(&certificate.to_der().map_err(|_| bad)?),
            subject: certificate.tbs_certificate.subject.to_string(),
        })
    }

    /// The signer's certificate, if the token brings it along.
    fn certificate(&self, signer: &SignerInfo) -> Option<&Certificate> {
        let all = self.data.certificates.as_ref()?.0.iter().filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate),
            CertificateChoices::Other(_) => None,
        });
        let mut meant = all.filter(|certificate| {
            let body = &certificate.tbs_certificate;
            match &signer.sid {
                SignerIdentifier::IssuerAndSerialNumber(of) => {
                    of.issuer == body.issuer && of.serial_number == body.serial_number
                }
                SignerIdentifier::SubjectKeyIdentifier(id) => {
                    let own = body.get::<SubjectKeyIdentifier>().ok().flatten();
                    own.is_some_and(|(_, own)| own.0 == id.0)
                }
            }
        });
        meant.next()
    }
}

/// Whether the certificate is for time stamps (RFC 3161 §2.3).
fn may_stamp(certificate: &Certificate) -> bool {
    let usage = certificate.tbs_certificate.get::<ExtendedKeyUsage>().ok().flatten();
    usage.is_some_and(|(_, usage)| usage.0.contains(&TIME_STAMPING))
}

/// The content's digest by the signer's algorithm; none for one that is not known here.
fn digest(signer: &SignerInfo, content: &[u8]) -> Option<Vec<u8>> {
    match signer.digest_alg.oid {
        SHA_256 => Some(Digest::of(content).as_bytes().to_vec()),
        SHA_384 => Some(Sha384::digest(content).to_vec()),
        SHA_512 => Some(Sha512::digest(content).to_vec()),
        _ => None,
    }
}

/// How to verify: by the certificate's kind of key and the signature's hash.
fn algorithm_of(
    signer: &SignerInfo,
    certificate: &Certificate,
) -> Option<&'static dyn VerificationAlgorithm> {
    let key = &certificate.tbs_certificate.subject_public_key_info.algorithm;
    let hash = match signer.signature_algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => signer.digest_alg.oid,
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => SHA_256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => SHA_384,
        "1.2.840.113549.1.1.13" => SHA_512,
        _ => return None,
    };
    if key.oid == RSA {
        return match hash {
            SHA_256 => Some(&algorithm::RSA_PKCS1_2048_8192_SHA256),
            SHA_384 => Some(&algorithm::RSA_PKCS1_2048_8192_SHA384),
            SHA_512 => Some(&algorithm::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        };
    }
    if key.oid != EC {
        return None;
    }
    let curve = key.parameters.as_ref()?.decode_as::<ObjectIdentifier>().ok()?;
    match (curve, hash) {
        (P_256, SHA_256) => Some(&algorithm::ECDSA_P256_SHA256_ASN1),
        (P_256, SHA_384) => Some(&algorithm::ECDSA_P256_SHA384_ASN1),
        (P_384, SHA_256) => Some(&algorithm::ECDSA_P384_SHA256_ASN1),
        (P_384, SHA_384) => Some(&algorithm::ECDSA_P384_SHA384_ASN1),
        _ => None,
    }
}
