// @ts-check
// The log's signed head: C2SP signed-note and tlog-checkpoint, Ed25519 only. Strict to the byte; no page.

import { concat, fromBase64, fromHex, hex, same, sha256, utf8 } from './digest.js';

/** @typedef {import('./types').Bytes} Bytes */

/**
 * Reads a verifier key, `name+hash+base64(0x01 || key)`.
 * @param {string} text
 * @returns {Promise<{ name: string, id: Bytes, key: Bytes }>}
 */
export async function parseLogKey(text) {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (!match) throw new SyntaxError('not a verifier key');
  const [, name, id, encoded] = match;
  const raw = fromBase64(encoded);
  if (raw.length !== 33 || raw[0] !== 1) throw new SyntaxError('not an Ed25519 verifier key');
  const expected = (await sha256(concat(utf8(`${name}\n`), raw))).slice(0, 4);
  if (hex(expected) !== id) throw new SyntaxError('the key does not match its own hash');
  return { name, id: expected, key: raw.slice(1) };
}

/**
 * Splits a note into its text and signature lines.
 * @param {string} note
 * @returns {{ text: string, signatures: { name: string, id: Bytes, signature: Bytes }[] }}
 */
export function parseNote(note) {
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0 || !note.endsWith('\n')) throw new SyntaxError('not a signed note');
  const lines = note.slice(cut + 2, -1).split('\n');
  const signatures = lines.map((line) => {
    const match = /^\u2014 ([^+\s]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    if (!match) throw new SyntaxError('not a signature line');
    const raw = fromBase64(match[2]);
    if (raw.length < 5) throw new SyntaxError('signature line too short');
    return { name: match[1], id: raw.slice(0, 4), signature: raw.slice(4) };
  });
  return { text: note.slice(0, cut + 1), signatures };
}

/**
 * Reads a checkpoint's text: origin, size, root and no extension lines.
 * @param {string} text
 * @returns {{ origin: string, size: number, root: Bytes }}
 */
export function parseCheckpoint(text) {
  const lines = text.split('\n');
  if (lines.length !== 4 || lines.pop() !== '' || lines.includes('')) throw new SyntaxError('not a checkpoint');
  const [origin, count, encoded] = lines;
  if (!/^(0|[1-9][0-9]{0,15})$/.test(count) || !Number.isSafeInteger(Number(count))) throw new SyntaxError('not a tree size');
  const root = fromBase64(encoded);
  if (root.length !== 32) throw new SyntaxError('not a root hash');
  return { origin, size: Number(count), root };
}

/**
 * The 64-byte signatures of `key` on a note; several would be odd, so the caller wants exactly one.
 * @param {{ signatures: { name: string, id: Bytes, signature: Bytes }[] }} note
 * @param {{ name: string, id: Bytes }} key
 * @returns {Bytes[]}
 */
export const signaturesBy = (note, key) =>
  note.signatures.filter((s) => s.name === key.name && same(s.id, key.id)).map((s) => s.signature);

/**
 * Whether a key of the log signed the note, truly, once or more; null when it has no line there.
 * @param {ReturnType<typeof parseNote>} note
 * @param {Awaited<ReturnType<typeof parseLogKey>>} key
 * @returns {Promise<boolean | null>}
 */
export async function signedBy(note, key) {
  const own = signaturesBy(note, key);
  for (const signature of own) {
    if (signature.length !== 64 || !(await verifies(key.key, signature, utf8(note.text)))) return false;
  }
  return own.length > 0 ? true : null;
}

/**
 * Whether one of the keys that the reader knows signed the note. A retired one counts up to the size it signed last;
 * a seal has no size.
 * @param {ReturnType<typeof parseNote>} note
 * @param {import('./types').KnownLogKey[]} keys
 * @param {number | null} size
 * @returns {Promise<boolean>}
 */
export async function signedByKnown(note, keys, size) {
  for (const { vkey, until } of keys) {
    if (until != null && size !== null && size > until) continue;
    if (await signedBy(note, await parseLogKey(vkey))) return true;
  }
  return false;
}

/**
 * Whether this browser knows Ed25519.
 * @returns {Promise<boolean>}
 */
export async function knowsEd25519() {
  try {
    // Any point on the curve will do: the base point.
    await importKey(fromHex(`58${'66'.repeat(31)}`));
    return true;
  } catch {
    return false;
  }
}

/** Keys imported before, by their hex: a dossier's few keys sign all its records. @type {Map<string, Promise<CryptoKey>>} */
const imported = new Map();

/**
 * @param {Bytes} raw 32 bytes
 * @returns {Promise<CryptoKey>}
 */
function importKey(raw) {
  const name = hex(raw);
  const known = imported.get(name);
  if (known) return known;
  const key = crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify']);
  imported.set(name, key);
  return key;
}

/**
 * @param {Bytes} raw public key, 32 bytes
 * @param {Bytes} signature 64 bytes
 * @param {Bytes} message
 * @returns {Promise<boolean>}
 */
export async function verifies(raw, signature, message) {
  try {
    return await crypto.subtle.verify({ name: 'Ed25519' }, await importKey(raw), signature, message);
  } catch {
    return false;
  }
}
