// @ts-check
// Digests of records and trees (docs/formats.md): tagged hashes, field commitments, RFC 6962 trees,
// DSSE's signed bytes, chunk roots. No state, no page.

import { canonical } from './canonical.js';
import { sha256Now } from './sha256.js';

/** @typedef {import('./types').Bytes} Bytes */

export const PAYLOAD_TYPE = 'application/vnd.zhijian.record.v1+json';
/** Bytes of one chunk of an exhibit. */
export const CHUNK = 4 * 1024 * 1024;

const encoder = new TextEncoder();

/**
 * UTF-8 bytes.
 * @param {string} text
 * @returns {Bytes}
 */
export const utf8 = (text) => encoder.encode(text);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param {Bytes} bytes
 * @returns {string}
 */
export const textOf = (bytes) => decoder.decode(bytes);

/** Two hex digits of every byte. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * @param {Bytes} bytes
 * @returns {string}
 */
export function hex(bytes) {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** @param {number} code of `0` to `9` or `a` to `f` */
const nibble = (code) => (code < 0x60 ? code - 0x30 : code - 0x57);

/**
 * Lower-case hex of exactly `length` bytes.
 * @param {string} text
 * @param {number} length
 * @returns {Bytes}
 */
export function fromHex(text, length = 32) {
  if (typeof text !== 'string' || text.length !== length * 2 || !/^[0-9a-f]*$/.test(text)) {
    throw new SyntaxError(`not ${length} bytes in lower-case hex`);
  }
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (nibble(text.charCodeAt(i * 2)) << 4) | nibble(text.charCodeAt(i * 2 + 1));
  return bytes;
}

/**
 * Standard base64 with padding (RFC 4648 §4).
 * @param {Bytes} bytes
 * @returns {string}
 */
export function base64(bytes) {
  let binary = '';
  // In slices, because a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/**
 * Reads only the spelling `base64` writes.
 * @param {string} text
 * @returns {Bytes}
 */
export function fromBase64(text) {
  const binary = atob(text);
  if (btoa(binary) !== text) throw new SyntaxError('not standard base64');
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/**
 * @param {...Bytes} parts
 * @returns {Bytes}
 */
export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Shorter inputs are hashed at once, longer ones by WebCrypto beside everything else. */
const LONG = 4096;

/**
 * @param {Bytes} bytes
 * @returns {Promise<Bytes>}
 */
export async function sha256(bytes) {
  return bytes.length < LONG ? sha256Now(bytes) : new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/**
 * 64-bit big-endian, two's complement.
 * @param {number} value a safe integer
 * @returns {Bytes}
 */
export function int64(value) {
  if (!Number.isSafeInteger(value)) throw new RangeError('not a safe integer');
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigInt64(0, BigInt(value));
  return out;
}

/**
 * 32-bit big-endian length, then the bytes.
 * @param {Bytes} bytes
 * @returns {Bytes}
 */
export function prefixed(bytes) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
}

/**
 * SHA-256(tag || 0x00 || parts).
 * @param {string} tag
 * @param {...Bytes} parts
 * @returns {Bytes}
 */
export const tagged = (tag, ...parts) => sha256Now(concat(utf8(tag), Uint8Array.of(0), ...parts));

/**
 * The commitment of one field, `zhijian/field/v1`.
 * @param {import('./types').Field} field
 * @returns {Bytes}
 */
export function fieldDigest(field) {
  const shown = field.mask == null ? [field.path, field.value] : [field.path, field.value, field.mask];
  return tagged('zhijian/field/v1', fromHex(field.salt), prefixed(utf8(canonical(shown))));
}

/**
 * Root over field commitments: their bytes ascending, each a leaf.
 * @param {Bytes[]} digests
 * @returns {Bytes}
 */
export function fieldsRoot(digests) {
  const sorted = digests.map(hex).sort().map((text) => fromHex(text));
  return treeRoot(sorted.map(leafHash));
}

/**
 * Root over the SHA-256 of each 4 MiB chunk.
 * @param {Bytes[]} chunks
 * @returns {Bytes}
 */
export const chunkRoot = (chunks) => treeRoot(chunks.map(leafHash));

/**
 * RFC 6962 §2.1.
 * @param {Bytes} data
 * @returns {Bytes}
 */
export const leafHash = (data) => sha256Now(concat(Uint8Array.of(0), data));

/**
 * RFC 6962 §2.1.
 * @param {Bytes} left
 * @param {Bytes} right
 * @returns {Bytes}
 */
export const nodeHash = (left, right) => sha256Now(concat(Uint8Array.of(1), left, right));

/**
 * Root of a tree over leaf hashes.
 * @param {Bytes[]} hashes
 * @returns {Bytes}
 */
export function treeRoot(hashes) {
  if (hashes.length === 0) return sha256Now(new Uint8Array(0));
  let level = hashes;
  // Pairing level by level and carrying an odd last node up gives the same tree as RFC 6962's split.
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(nodeHash(level[i], level[i + 1]));
    if (level.length % 2 === 1) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}

/**
 * The root an inclusion proof leads to (RFC 9162 §2.1.3.2); null when its length does not fit.
 * @param {Bytes} leaf leaf hash
 * @param {number} index
 * @param {number} size
 * @param {Bytes[]} path
 * @returns {Bytes | null}
 */
export function rootFromInclusion(leaf, index, size, path) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  // Halving by arithmetic, since bit operators cut at 32 bits.
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

/**
 * The bytes a signature covers (DSSE v1).
 * @param {Bytes} payload
 * @returns {Bytes}
 */
export function pae(payload) {
  const type = utf8(PAYLOAD_TYPE);
  return concat(utf8(`DSSEv1 ${type.length} ${PAYLOAD_TYPE} ${payload.length} `), payload);
}

/**
 * @param {Bytes} a
 * @param {Bytes} b
 * @returns {boolean}
 */
export const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * A digest in groups of four, for people to compare; never for machines.
 * @param {string} text hex
 * @param {number} groups
 * @returns {string}
 */
export const grouped = (text, groups = 4) => (text.match(/.{4}/g) || []).slice(0, groups).join(' ');
