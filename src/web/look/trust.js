// @ts-check
// Who but the log vouches for a checkpoint: witnesses by a policy (C2SP tlog-policy, tlog-cosignature), authorities by
// the imprint of a time stamp (RFC 3161). Fetches nothing and touches no page.

import { concat, fromBase64, hex, same, sha256, utf8 } from './digest.js';
import { parseNote, verifies } from './note.js';

/** @typedef {import('./types').Bytes} Bytes */
/** @typedef {{ name: string, id: Bytes, key: Bytes }} Witness */
/** @typedef {{ count: number, members: string[] }} Group */
/** @typedef {{ logs: string[], voices: Map<string, Witness | Group>, quorum: string }} Policy */

/** @param {string} text @returns {Promise<Witness>} */
async function witnessKey(text) {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (!match) throw new SyntaxError('not a witness key');
  const raw = fromBase64(match[3]);
  const id = (await sha256(concat(utf8(`${match[1]}\n`), raw))).slice(0, 4);
  if (raw.length !== 33 || raw[0] !== 4 || hex(id) !== match[2]) throw new SyntaxError('not a witness key');
  return { name: match[1], id, key: raw.slice(1) };
}

/**
 * Reads a policy file.
 * @param {string} text
 * @returns {Promise<Policy>}
 */
export async function parsePolicy(text) {
  /** @type {Policy} */
  const policy = { logs: [], voices: new Map(), quorum: '' };
  const define = (/** @type {string} */ name, /** @type {Witness | Group} */ voice) => {
    if (policy.voices.has(name) || name === 'none') throw new SyntaxError('a name that is taken');
    policy.voices.set(name, voice);
  };
  const taken = new Set();
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.split(/[ \t]+/).filter((item) => item !== '');
    if (word === undefined || word.startsWith('#')) continue;
    if (word === 'log' && rest.length >= 1 && rest.length <= 2) {
      policy.logs.push(rest[0]);
    } else if (word === 'witness' && rest.length >= 2 && rest.length <= 3) {
      define(rest[0], await witnessKey(rest[1]));
    } else if (word === 'group' && rest.length >= 3) {
      const members = rest.slice(2);
      for (const member of members) {
        if (!policy.voices.has(member) || taken.has(member)) throw new SyntaxError('not a free member');
        taken.add(member);
      }
      const count = rest[1] === 'any' ? 1 : rest[1] === 'all' ? members.length : Number(rest[1]);
      if (!Number.isInteger(count) || count < 1 || count > members.length) throw new SyntaxError('not a threshold');
      define(rest[0], { count, members });
    } else if (word === 'quorum' && rest.length === 1 && policy.quorum === '') {
      policy.quorum = rest[0];
    } else {
      throw new SyntaxError('not a line of a policy');
    }
  }
  if (policy.quorum !== 'none' && !policy.voices.has(policy.quorum)) throw new SyntaxError('no quorum');
  return policy;
}

/**
 * Which witnesses of the policy cosigned the note, and whether they are enough. A bad line of a known key throws.
 * @param {Policy} policy
 * @param {string} note
 * @returns {Promise<{ enough: boolean, spoke: [string, Date][] }>}
 */
export async function cosigned(policy, note) {
  const { text, signatures } = parseNote(note);
  /** @type {Map<string, boolean>} */
  const spoken = new Map();
  /** @type {[string, Date][]} */
  const spoke = [];
  for (const [name, voice] of policy.voices) {
    if ('members' in voice) {
      spoken.set(name, voice.members.filter((member) => spoken.get(member)).length >= voice.count);
      continue;
    }
    const lines = signatures.filter((line) => line.name === voice.name && same(line.id, voice.id));
    for (const { signature } of lines) {
      const time = signature.length === 72 ? new DataView(signature.buffer, signature.byteOffset).getBigUint64(0) : -1n;
      const message = utf8(`cosignature/v1\ntime ${time}\n${text}`);
      if (time < 0n || !(await verifies(voice.key, signature.slice(8), message))) throw new SyntaxError(`${voice.name} 的联署无效`);
      if (!spoken.get(name)) spoke.push([voice.name, new Date(Number(time) * 1000)]);
      spoken.set(name, true);
    }
    if (lines.length === 0) spoken.set(name, false);
  }
  return { enough: policy.quorum === 'none' || spoken.get(policy.quorum) === true, spoke };
}

/**
 * The note with the log's first line alone: what authorities stamp.
 * @param {string} note
 * @param {{ name: string }} log
 * @returns {string}
 */
export function bareNote(note, log) {
  const cut = note.lastIndexOf('\n\n') + 2;
  const lines = note.slice(cut, -1).split('\n');
  const { signatures } = parseNote(note);
  const own = lines.find((_, at) => signatures[at].name === log.name);
  return note.slice(0, cut) + (own === undefined ? '' : `${own}\n`);
}

/** @param {Bytes} data @returns {[number, Bytes][]} The DER elements that data is made of: tag and content. */
function elements(data) {
  /** @type {[number, Bytes][]} */
  const found = [];
  for (let at = 0; at < data.length; ) {
    let length = data[at + 1];
    let start = at + 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count < 1 || count > 4) throw new SyntaxError('not DER');
      length = data.slice(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
      start += count;
    }
    if (!(start + length <= data.length)) throw new SyntaxError('DER cut short');
    found.push([data[at], data.slice(start, start + length)]);
    at = start + length;
  }
  return found;
}

/** @param {Bytes} data @param {number[]} path @returns {Bytes} Content of the element at this path of places. */
const inner = (data, path) =>
  path.reduce((content, place) => {
    const element = elements(content)[place];
    if (!element) throw new SyntaxError('not a time stamp');
    return element[1];
  }, data);

/**
 * When an authority says it had `data`; throws for a token over anything else. Its signature is not looked at.
 * @param {Bytes} token TimeStampToken in DER
 * @param {Bytes} data
 * @returns {Promise<string>} GeneralizedTime
 */
export async function stampedAt(token, data) {
  const content = inner(token, [0, 1, 0, 2, 1, 0]);
  const imprint = inner(content, [0, 2]);
  if (hex(inner(imprint, [0, 0])) !== '608648016503040201') throw new SyntaxError('an imprint of another hash');
  if (!same(inner(imprint, [1]), await sha256(data))) throw new SyntaxError('时间戳所证明的不是这个检查点');
  return new TextDecoder().decode(inner(content, [0, 4]));
}
