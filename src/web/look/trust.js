// @ts-check
// Who but the log vouches for a checkpoint: witnesses by a policy (C2SP tlog-policy, tlog-cosignature), and what
// authorities stamp (stamp.js). Fetches nothing and touches no page.

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
 * Which witnesses of the policy cosigned the note, and whether they are enough; each with milliseconds since 1970. A bad line of a known key throws.
 * @param {Policy} policy
 * @param {string} note
 * @returns {Promise<{ enough: boolean, spoke: [string, number][] }>}
 */
export async function cosigned(policy, note) {
  const { text, signatures } = parseNote(note);
  /** @type {Map<string, boolean>} */
  const spoken = new Map();
  /** @type {[string, number][]} */
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
      if (!spoken.get(name)) spoke.push([voice.name, Number(time) * 1000]);
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
