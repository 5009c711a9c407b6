"""Time-stamp tokens (RFC 3161) over SHA-256: section 20 of docs/formats.md. The curve is OpenSSL's."""

from canonical import Wrong, require, sha256
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
TST_INFO = bytes.fromhex("2a864886f70d0109100104")
SHA_256 = bytes.fromhex("608648016503040201")
CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
MAX_TOKEN = 65_536


def _items(data):
    """The DER elements that `data` is made of, as tag and content."""
    found, at = [], 0
    while at < len(data):
        require(at + 2 <= len(data), "DER cut short")
        tag, length, start = data[at], data[at + 1], at + 2
        if length >= 0x80:
            count = length & 0x7F
            require(1 <= count <= 4 and start + count <= len(data), "a length of no DER")
            length = int.from_bytes(data[start : start + count], "big")
            start += count
        require(start + length <= len(data), "DER cut short")
        found.append((tag, data[start : start + length]))
        at = start + length
    return found


def _only(data, tag):
    items = _items(data)
    require(len(items) == 1 and items[0][0] == tag, "not the element that belongs here")
    return items[0][1]


def _at(items, index, tag):
    require(index < len(items) and items[index][0] == tag, "not the element that belongs here")
    return items[index][1]


def _element(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def _verify(certificate, signature, message):
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), SHA256())
        else:
            require(isinstance(key, ec.EllipticCurvePublicKey), "a key of another sort")
            key.verify(signature, message, ec.ECDSA(SHA256()))
    except InvalidSignature as fault:
        raise Wrong("the time stamp's signature does not verify") from fault


def _check_signature(signed, content):
    signer = _items(_only(signed[-1][1], 0x30))
    require(_at(_items(_at(signer, 2, 0x30)), 0, 0x06) == SHA_256, "a signature over another hash")
    attributes = {}
    for tag, attribute in _items(_at(signer, 3, 0xA0)):
        kind, values = _items(attribute)
        attributes[kind[1]] = _items(values[1])
    require(attributes.get(MESSAGE_DIGEST) == [(0x04, sha256(content))], "another content was signed")
    require(attributes.get(CONTENT_TYPE) == [(0x06, TST_INFO)], "another kind of content was signed")
    issuer_and_serial = _items(_at(signer, 1, 0x30))
    serial = int.from_bytes(_at(issuer_and_serial, 1, 0x02), "big")
    try:
        all_of_them = [x509.load_der_x509_certificate(_element(0x30, c)) for _, c in _items(_at(signed, 3, 0xA0))]
        certificate = next(c for c in all_of_them if c.serial_number == serial)
    except (ValueError, StopIteration) as fault:
        raise Wrong("no certificate of the signer") from fault
    _verify(certificate, _at(signer, 5, 0x04), _element(0x31, _at(signer, 3, 0xA0)))


def check_token(token, data):
    """That a token in DER is over `data`, by the certificate in it."""
    content_info = _items(_only(token, 0x30))
    require(_at(content_info, 0, 0x06) == SIGNED_DATA, "no signed data")
    signed = _items(_only(_at(content_info, 1, 0xA0), 0x30))
    inner = _items(_at(signed, 2, 0x30))
    require(_at(inner, 0, 0x06) == TST_INFO, "no time stamp")
    content = _only(_at(inner, 1, 0xA0), 0x04)
    info = _items(_only(content, 0x30))
    imprint = _items(_at(info, 2, 0x30))
    algorithm = _items(_at(imprint, 0, 0x30))
    require(_at(algorithm, 0, 0x06) == SHA_256, "an imprint of another hash")
    require(_at(imprint, 1, 0x04) == sha256(data), "a time stamp over other bytes")
    _check_signature(signed, content)
