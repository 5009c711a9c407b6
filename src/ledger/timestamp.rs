//! Time stamps (RFC 3161): the request, the token in an authority's answer, and what a token says of some bytes.
//!
//! Verifies the imprint, the nonce and the signature by the certificate inside the token. Whether that certificate is
//! the authority's is for the reader, by its fingerprint.

mod signature;

use crate::base::{Digest, Moment};
use der::{
    Any, Decode, Encode, Sequence, Tag, Tagged as _,
    asn1::{Int, ObjectIdentifier, OctetString},
};
use jiff::tz::TimeZone;
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion};

/// Longer tokens and answers are refused, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// SHA-256 (RFC 5754 §2.2), the one hash this house has stamped.
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// What a token says, once it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the authority had the bytes.
    pub time: Moment,
    /// Whose signature it is.
    pub signature: Signed,
}

/// Whether the token's own signature could be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It holds, by the certificate with this SHA-256 that is in the token.
    By {
        /// SHA-256 of the certificate in DER.
        certificate: Digest,
        /// Its subject, as the certificate spells it.
        subject: String,
    },
    /// An algorithm this program does not know, such as SM2 with SM3: only the imprint was checked.
    Unknown,
}

/// Why a token says nothing of the bytes.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum TimestampFault {
    /// Not a granted answer.
    #[error("the authority did not grant the request")]
    Refused,
    /// Not a token in DER.
    #[error("malformed time-stamp token")]
    Malformed,
    /// A token over other bytes.
    #[error("the imprint is of other bytes")]
    Imprint,
    /// An answer to another request.
    #[error("the nonce is of another request")]
    Nonce,
    /// The signature does not verify, or by a certificate that may not stamp.
    #[error("the token's signature does not verify")]
    Signature,
}

/// RFC 3161 `TSTInfo`. Its own type, since published ones refuse fractions of a second, which the RFC allows.
#[derive(Sequence)]
struct Info {
    version: TspVersion,
    policy: ObjectIdentifier,
    message_imprint: MessageImprint,
    serial_number: Int,
    gen_time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<x509_tsp::Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    tsa: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<cms::cert::x509::ext::Extensions>,
}

/// The request for a stamp over `bytes`, in DER; asks for the certificate too.
///
/// # Errors
/// `Malformed` if it cannot be encoded, which no nonce of 16 bytes brings about.
pub fn request(bytes: &[u8], nonce: &[u8; 16]) -> Result<Vec<u8>, TimestampFault> {
    let encode = || {
        let hash_algorithm = cms::cert::x509::spki::AlgorithmIdentifier {
            oid: SHA_256,
            parameters: Some(Any::null()),
        };
        let hashed_message = OctetString::new(Digest::of(bytes).0)?;
        TimeStampReq {
            version: TspVersion::V1,
            message_imprint: MessageImprint { hash_algorithm, hashed_message },
            req_policy: None,
            nonce: Some(integer(nonce)?),
            cert_req: true,
            extensions: None,
        }
        .to_der()
    };
    encode().map_err(|_| TimestampFault::Malformed)
}

/// A nonce as a positive integer in its shortest form.
fn integer(nonce: &[u8; 16]) -> Result<Int, der::Error> {
    let mut bytes = nonce.to_vec();
    // A set bit of value 64 in front: positive, and nothing can be left out before it.
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    Int::new(&bytes)
}

/// The token in the answer to [`request`], in DER, if it is one over `bytes` with this nonce.
///
/// # Errors
/// Why not.
pub fn token(
    answer: &[u8],
    bytes: &[u8],
    nonce: &[u8; 16],
) -> Result<(Vec<u8>, Stamp), TimestampFault> {
    let malformed = |_| TimestampFault::Malformed;
    if answer.len() > MAX_BYTES {
        return Err(TimestampFault::Malformed);
    }
    let response = TimeStampResp::from_der(answer).map_err(malformed)?;
    let token = response.time_stamp_token.ok_or(TimestampFault::Refused)?;
    let token = token.to_der().map_err(malformed)?;
    let (info, stamp) = read(&token, bytes)?;
    if info.nonce != Some(integer(nonce).map_err(malformed)?) {
        return Err(TimestampFault::Nonce);
    }
    Ok((token, stamp))
}

/// What a token in DER says of `bytes`.
///
/// # Errors
/// Why it says nothing of them.
pub fn verify(token: &[u8], bytes: &[u8]) -> Result<Stamp, TimestampFault> {
    read(token, bytes).map(|(_, stamp)| stamp)
}

fn read(token: &[u8], bytes: &[u8]) -> Result<(Info, Stamp), TimestampFault> {
    if token.len() > MAX_BYTES {
        return Err(TimestampFault::Malformed);
    }
    let signed = signature::SignedToken::parse(token).ok_or(TimestampFault::Malformed)?;
    let info = Info::from_der(&signed.content).map_err(|_| TimestampFault::Malformed)?;
    let imprint = &info.message_imprint;
    let whole = Digest::of(bytes);
    if imprint.hash_algorithm.oid != SHA_256
        || imprint.hashed_message.as_bytes() != whole.as_bytes()
    {
        return Err(TimestampFault::Imprint);
    }
    let time = moment(&info.gen_time).ok_or(TimestampFault::Malformed)?;
    let signature = signed.verify()?;
    Ok((info, Stamp { time, signature }))
}

/// A GeneralizedTime in UTC, fractions of a second cut to milliseconds.
fn moment(time: &Any) -> Option<Moment> {
    if time.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = str::from_utf8(time.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    let seconds = time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(Moment::from_millis(seconds.checked_add(millis)?))
}
