// @ts-check
// Who but the log vouches for a checkpoint: witnesses by a policy (C2SP tlog-policy, tlog-cosignature), and what
// authorities stamp (stamp.js). Fetches nothing and touches no page.

import { concat, fromBase64, hex, same, sha256, utf8 } from './digest.js';
import { parseLogKey, parseNote, verifies } from './note.js';

/** Longer policies are refused (docs/formats.md §18): bytes, logs, and witnesses and groups together. */
const MOST = { bytes: 256 * 1024, logs: 256, voices: 512 };

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

/** @param {string} text @param {number} of how many members @returns {number} How many of them must have spoken. */
function threshold(text, of) {
  if (text === 'any' || text === 'all') return text === 'any' ? 1 : of;
  if (!/^[1-9][0-9]{0,3}$/.test(text) || Number(text) > of) throw new SyntaxError('not a threshold');
  return Number(text);
}

/**
 * Reads a policy file, as strictly as the program: what that refuses vouches for nothing here either.
 * @param {string} text
 * @returns {Promise<Policy>}
 */
export async function parsePolicy(text) {
  if (utf8(text).length > MOST.bytes) throw new SyntaxError('too long');
  /** @type {Policy} */
  const policy = { logs: [], voices: new Map(), quorum: '' };
  const define = (/** @type {string} */ name, /** @type {Witness | Group} */ voice) => {
    if (policy.voices.has(name) || name === 'none') throw new SyntaxError('a name that is taken');
    policy.voices.set(name, voice);
  };
  const once = (/** @type {Set<string>} */ set, /** @type {string} */ item) => {
    if (set.has(item)) throw new SyntaxError('what is there twice');
    set.add(item);
  };
  const [taken, logs, witnesses] = [new Set(), new Set(), new Set()];
  for (const line of text.split('\n')) {
    if (/[\0-\x08\x0b-\x1f\x7f]/.test(line)) throw new SyntaxError('a control character');
    const [word, ...rest] = line.split(/[ \t]+/).filter((item) => item !== '');
    if (word === undefined || word.startsWith('#')) continue;
    if (word === 'log' && rest.length >= 1 && rest.length <= 2) {
      once(logs, hex((await parseLogKey(rest[0])).key));
      policy.logs.push(rest[0]);
    } else if (word === 'witness' && rest.length >= 2 && rest.length <= 3) {
      const witness = await witnessKey(rest[1]);
      // Under a second name one witness would count as two.
      once(witnesses, hex(witness.key));
      define(rest[0], witness);
    } else if (word === 'group' && rest.length >= 3) {
      const members = rest.slice(2);
      for (const member of members) {
        if (!policy.voices.has(member)) throw new SyntaxError('a name that is not defined above');
        once(taken, member);
      }
      define(rest[0], { count: threshold(rest[1], members.length), members });
    } else if (word === 'quorum' && rest.length === 1 && policy.quorum === '' && (rest[0] === 'none' || policy.voices.has(rest[0]))) {
      policy.quorum = rest[0];
    } else {
      throw new SyntaxError('not a line of a policy');
    }
    if (policy.logs.length > MOST.logs || policy.voices.size > MOST.voices) throw new SyntaxError('too long');
  }
  if (policy.quorum === '') throw new SyntaxError('no quorum');
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
