// @ts-check
// Time stamps (RFC 3161, docs/formats.md §20): what a token says of some bytes, and whether its signature holds by the
// certificate inside it. Whether that is the authority's is for the reader. Fetches nothing and touches no page.

import * as der from './der.js';
import { concat, fromHex, hex, same, sha256, textOf, utf8 } from './digest.js';
import { beijing } from './moment.js';

/**
 * @typedef {import('./types').Bytes} Bytes
 * @typedef {{ digest: string, signature: string, by: { issuer: Bytes, serial: Bytes } | { keyId: Bytes }, attributes: der.Element | null, value: Bytes }} Signer
 * @typedef {{ serial: Bytes, issuer: Bytes, subject: Bytes, key: Bytes, keyKind: string, curve: string, extensions: Map<string, Bytes> | null, whole: Bytes }} Certificate
 * @typedef {{ certificate: string, subject: string }} SignedBy
 */

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const EXTENDED_USAGE = '2.5.29.37';
const KEY_ID = '2.5.29.14';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
/** @type {Record<string, string>} */
const HASHES = { '2.16.840.1.101.3.4.2.1': 'SHA-256', '2.16.840.1.101.3.4.2.2': 'SHA-384', '2.16.840.1.101.3.4.2.3': 'SHA-512' };
/** The hash that a signature's algorithm names. @type {Record<string, string>} */
const SIGNATURES = {
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
};
/** @type {Record<string, { name: string, bytes: number }>} */
const CURVES = { '1.2.840.10045.3.1.7': { name: 'P-256', bytes: 32 }, '1.3.132.0.34': { name: 'P-384', bytes: 48 } };
/** @type {Record<string, string>} */
const NAMES = { '2.5.4.3': 'CN', '2.5.4.5': 'SERIALNUMBER', '2.5.4.6': 'C', '2.5.4.7': 'L', '2.5.4.8': 'ST', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.12': 'TITLE', '2.5.4.97': 'ORGANIZATIONIDENTIFIER', '1.2.840.113549.1.9.1': 'EMAILADDRESS', '0.9.2342.19200300.100.1.25': 'DC' };

/** @param {Bytes} content @returns {string} The algorithm of an AlgorithmIdentifier. */
function algorithm(content) {
  const reader = new der.Reader(content);
  const name = der.oidText(reader.take(der.OID).content);
  if (reader.left.length > 0) reader.any();
  reader.end();
  return name;
}

/** @param {Bytes} content @returns {number} The version of a structure of CMS. */
function version(content) {
  if (content.length !== 1 || content[0] > 5) throw new SyntaxError('another version');
  return content[0];
}

/** @param {Bytes} token @returns {{ content: Bytes, certificates: Certificate[], signer: Signer }} */
function parseToken(token) {
  const info = new der.Reader(der.only(token, der.SEQUENCE).content);
  if (der.oidText(info.take(der.OID).content) !== SIGNED_DATA) throw new SyntaxError('not signed data');
  const data = new der.Reader(der.only(info.take(der.own(0)).content, der.SEQUENCE).content);
  info.end();
  version(data.take(der.INTEGER).content);
  for (const one of der.elements(data.take(der.SET).content)) algorithm(der.only(one.whole, der.SEQUENCE).content);
  const inner = new der.Reader(data.take(der.SEQUENCE).content);
  if (der.oidText(inner.take(der.OID).content) !== TST_INFO) throw new SyntaxError('not over a time stamp');
  const content = der.only(inner.take(der.own(0)).content, der.OCTETS).content;
  inner.end();
  const certificates = der.elements(data.may(der.own(0))?.content || new Uint8Array(0));
  data.may(der.own(1));
  const signer = der.only(data.take(der.SET).content, der.SEQUENCE);
  data.end();
  return { content, certificates: certificates.filter(({ tag }) => tag === der.SEQUENCE).map(parseCertificate), signer: parseSigner(signer.content) };
}

/** @param {Bytes} content @returns {Signer} */
function parseSigner(content) {
  const reader = new der.Reader(content);
  version(reader.take(der.INTEGER).content);
  const by = signerId(reader.any());
  const digest = algorithm(reader.take(der.SEQUENCE).content);
  const attributes = reader.may(der.own(0));
  const signature = algorithm(reader.take(der.SEQUENCE).content);
  const value = reader.take(der.OCTETS).content;
  reader.may(der.own(1));
  reader.end();
  return { digest, signature, by, attributes, value };
}

/** @param {der.Element} element @returns {Signer['by']} */
function signerId({ tag, content }) {
  if (tag === 0x80) return { keyId: content };
  if (tag !== der.SEQUENCE) throw new SyntaxError('no signer');
  const reader = new der.Reader(content);
  const by = { issuer: reader.take(der.SEQUENCE).whole, serial: reader.take(der.INTEGER).content };
  reader.end();
  return by;
}

/** @param {der.Element} element @returns {Certificate} */
function parseCertificate({ content, whole }) {
  const [body] = der.elements(content);
  const reader = new der.Reader(body.content);
  reader.may(der.own(0));
  const serial = reader.take(der.INTEGER).content;
  reader.take(der.SEQUENCE);
  const issuer = reader.take(der.SEQUENCE).whole;
  reader.take(der.SEQUENCE);
  const subject = reader.take(der.SEQUENCE).content;
  const key = reader.take(der.SEQUENCE);
  const kind = new der.Reader(new der.Reader(key.content).take(der.SEQUENCE).content);
  const keyKind = der.oidText(kind.take(der.OID).content);
  const curve = kind.may(der.OID);
  const extensions = reader.left.find(({ tag }) => tag === der.own(3));
  return { serial, issuer, subject, key: key.whole, keyKind, curve: curve ? der.oidText(curve.content) : '', extensions: extensions ? parseExtensions(extensions.content) : new Map(), whole };
}

/** @param {Bytes} content @returns {Map<string, Bytes> | null} By their identifiers; null when one stands there twice. */
function parseExtensions(content) {
  const found = new Map();
  for (const one of der.elements(der.only(content, der.SEQUENCE).content)) {
    const reader = new der.Reader(one.content);
    const name = der.oidText(reader.take(der.OID).content);
    reader.may(der.BOOLEAN);
    if (found.has(name)) return null;
    found.set(name, reader.take(der.OCTETS).content);
  }
  return found;
}

/** @param {der.Element[]} attributes @param {string} kind @param {number} tag @returns {Bytes} The one value of the one attribute of this kind. */
function attribute(attributes, kind, tag) {
  const readers = attributes.map(({ content }) => new der.Reader(content));
  const [one, ...more] = readers.filter((reader) => der.oidText(reader.take(der.OID).content) === kind);
  if (!one || more.length > 0) throw new SyntaxError('not one attribute of this kind');
  return der.only(one.take(der.SET).content, tag).content;
}

/** @param {Signer} signer @param {Certificate[]} certificates @returns {Certificate | undefined} */
const certificateOf = ({ by }, certificates) =>
  certificates.find((one) => {
    if ('issuer' in by) return same(one.issuer, by.issuer) && same(one.serial, by.serial);
    const id = one.extensions?.get(KEY_ID);
    return id && same(der.only(id, der.OCTETS).content, by.keyId);
  });

/** Whether a certificate is for time stamps (RFC 3161 §2.3). @param {Certificate} certificate */
function mayStamp({ extensions }) {
  const usage = extensions?.get(EXTENDED_USAGE);
  return usage && der.elements(der.only(usage, der.SEQUENCE).content).some(({ content }) => der.oidText(content) === TIME_STAMPING);
}

/** @param {Bytes} value ECDSA-Sig-Value @param {number} length @returns {Bytes} Both numbers one after the other, as WebCrypto takes them. */
function plainSignature(value, length) {
  const numbers = der.elements(der.only(value, der.SEQUENCE).content);
  const out = new Uint8Array(length * 2);
  if (numbers.length !== 2) throw new SyntaxError('not two numbers');
  numbers.forEach(({ tag, content }, n) => {
    const bytes = content[0] === 0 && content[1] >= 0x80 ? content.slice(1) : content;
    const positive = bytes.length > 0 && (bytes !== content || bytes[0] < 0x80) && (bytes[0] !== 0 || bytes.length === 1);
    if (tag !== der.INTEGER || !positive || bytes.length > length) throw new SyntaxError('not a number');
    out.set(bytes, length * (n + 1) - bytes.length);
  });
  return out;
}

/** @param {Signer} signer @param {Certificate} certificate @param {Bytes} message @returns {Promise<boolean | null>} Null for an algorithm that is not known. */
async function verifies(signer, certificate, message) {
  const hash = signer.signature === RSA ? HASHES[signer.digest] : SIGNATURES[signer.signature];
  const curve = certificate.keyKind === EC ? CURVES[certificate.curve] : undefined;
  if (!hash || (certificate.keyKind !== RSA && (!curve || hash === 'SHA-512'))) return null;
  const how = curve ? { name: 'ECDSA', namedCurve: curve.name, hash } : { name: 'RSASSA-PKCS1-v1_5', hash };
  const key = await crypto.subtle.importKey('spki', certificate.key, how, false, ['verify']);
  const { modulusLength } = /** @type {RsaKeyAlgorithm} */ (key.algorithm);
  if (!curve && (modulusLength < 2048 || modulusLength > 8192)) return false;
  return crypto.subtle.verify(how, key, curve ? plainSignature(signer.value, curve.bytes) : signer.value, message);
}

/** @param {der.Element} value @returns {string | null} The text of a UTF8String, PrintableString, TeletexString or IA5String. */
function nameText({ tag, content }) {
  const ascii = content.every((byte) => byte < 0x80);
  try {
    return tag === 0x0c || ([0x13, 0x14, 0x16].includes(tag) && ascii) ? textOf(content) : null;
  } catch {
    return null;
  }
}

/** A name as RFC 4514 writes it. @param {Bytes} subject @returns {string} */
export function distinguished(subject) {
  const parts = der.elements(subject).map(({ content }) =>
    der.elements(content).map((one) => {
      const [kind, value] = der.elements(one.content);
      const text = nameText(value);
      const name = NAMES[der.oidText(kind.content)];
      if (!name || text === null) return `${der.oidText(kind.content)}=#${hex(value.whole)}`;
      return `${name}=${text.replace(/["+,;<>\\]/g, '\\$&').replace(/[\x00-\x1f\x7f]/g, (c) => `\\${hex(utf8(c))}`).replace(/^[# ]/, '\\$&').replace(/ $/, '\\ ')}`;
    }).join('+'),
  );
  return parts.reverse().join(',');
}

/**
 * What was signed: the attributes as a SET OF, in the order of their bytes.
 * @param {der.Element} attributes
 * @returns {Bytes}
 */
function signedBytes({ content, whole }) {
  const sorted = der.elements(content).map((one) => hex(one.whole)).sort();
  const head = whole.slice(0, whole.length - content.length);
  head[0] = der.SET;
  return concat(head, ...sorted.map((one) => fromHex(one, one.length / 2)));
}

/** @param {ReturnType<typeof parseToken>} token @returns {Promise<SignedBy | null>} Null for an algorithm that is not known; throws when it does not hold. */
async function signature({ content, certificates, signer }) {
  const hash = HASHES[signer.digest];
  if (!hash) return null;
  if (!signer.attributes) throw new SyntaxError('no signed attributes');
  const attributes = der.elements(signer.attributes.content);
  const digest = new Uint8Array(await crypto.subtle.digest(hash, content));
  if (!same(attribute(attributes, MESSAGE_DIGEST, der.OCTETS), digest)) throw new SyntaxError('another digest');
  if (der.oidText(attribute(attributes, CONTENT_TYPE, der.OID)) !== TST_INFO) throw new SyntaxError('another kind of content');
  const certificate = certificateOf(signer, certificates);
  if (!certificate || !mayStamp(certificate)) throw new SyntaxError('no certificate for time stamps');
  const good = await verifies(signer, certificate, signedBytes(signer.attributes));
  if (good === null) return null;
  if (!good) throw new SyntaxError('another signature');
  return { certificate: hex(await sha256(certificate.whole)), subject: distinguished(certificate.subject) };
}

/** @param {Bytes} content TSTInfo @returns {{ hash: string, imprint: Bytes, time: number }} */
function parseInfo(content) {
  const info = new der.Reader(der.only(content, der.SEQUENCE).content);
  if (version(info.take(der.INTEGER).content) !== 1) throw new SyntaxError('another version');
  der.oidText(info.take(der.OID).content);
  const imprint = new der.Reader(info.take(der.SEQUENCE).content);
  const hash = algorithm(imprint.take(der.SEQUENCE).content);
  const digest = imprint.take(der.OCTETS).content;
  imprint.end();
  info.take(der.INTEGER);
  const time = millis(new TextDecoder().decode(info.take(der.TIME).content));
  for (const tag of [der.SEQUENCE, der.BOOLEAN, der.INTEGER, der.own(0), der.own(1)]) info.may(tag);
  info.end();
  return { hash, imprint: digest, time };
}

/** @param {string} text GeneralizedTime in UTC, with or without fractions of a second @returns {number} */
function millis(text) {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?Z$/.exec(text);
  if (!match) throw new SyntaxError('not a time');
  const [, year, month, day, hour, minute, second, fraction = '0'] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  if (Number.isNaN(Date.parse(iso)) || new Date(iso).toISOString() !== iso) throw new SyntaxError('not a time');
  return Date.parse(iso);
}

/** @param {string} words for the reader @returns {() => never} */
const refuse = (words) => () => {
  throw new SyntaxError(words);
};

/**
 * What an authority says of `data`: when it had it, and by which certificate it signs that, null when the algorithm is
 * not known here. Throws a sentence for the reader when it says nothing of it.
 * @param {Bytes} token TimeStampToken in DER
 * @param {Bytes} data
 * @returns {Promise<{ time: number, by: SignedBy | null }>} milliseconds since 1970
 */
export async function stamped(token, data) {
  const read = async () => {
    const parsed = parseToken(token);
    return { parsed, info: parseInfo(parsed.content) };
  };
  const { parsed, info } = await read().catch(refuse('不是有效的时间戳'));
  if (HASHES[info.hash] !== 'SHA-256' || !same(info.imprint, await sha256(data))) throw new SyntaxError('时间戳所证明的不是这个检查点');
  return { time: info.time, by: await signature(parsed).catch(refuse('时间戳的签名无效')) };
}

/**
 * The verdict on a token that holds.
 * @param {string} authority
 * @param {{ time: number, by: SignedBy | null }} stamp
 * @returns {string}
 */
export function stampWords(authority, { time, by }) {
  const said = `${authority} 证明检查点在北京时间 ${beijing(time)} 以前已经存在`;
  if (!by) return `${said}；所用签名算法本页不能核对，请用该机构的工具核对签名`;
  return `${said}；签名有效，签名证书 ${by.subject}，其 SHA-256 指纹 ${by.certificate}，请与该机构公布的核对`;
}
