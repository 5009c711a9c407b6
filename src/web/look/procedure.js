// @ts-check
// The procedure replayed in the page by the very code of zhijian-verify: src/law compiled to WebAssembly
// (src/verify/page). Owns question and answer; fetches nothing and touches no page.

import { canonical } from './canonical.js';
import { hex, sha256, utf8 } from './digest.js';
import { Missing, Unchecked } from './findings.js';
import { entryHash, opened } from './proof.js';

/**
 * @typedef {import('./types').RecordProof} RecordProof
 * @typedef {{ module: WebAssembly.Module, rules: Record<string, string> }} Law the module, and the rules' texts by their names
 * @typedef {{ objections: string[][], conclusion: string }} Replayed
 * @typedef {{ memory: WebAssembly.Memory, room(length: number): number, replayed(): number, paper(): number }} Exports
 */

/** What the page puts before the law at most: more is for a program. */
const MOST_RECORDS = 10_000;
const MOST_BYTES = 32 * 1024 * 1024;

/** @param {RecordProof} record */
function told(record) {
  const { payload } = opened(record);
  const { entry } = record;
  return {
    kind: payload.kind,
    facts: payload.facts,
    at: payload.at,
    received_at: entry.received_at,
    people: payload.signers.map(({ person }) => person),
    record: entry.record,
    head: hex(entryHash(entry)),
    seq: entry.seq,
    exhibits: payload.exhibits.length,
  };
}

/**
 * Asks the module: JSON in, JSON out, through its memory.
 * @param {WebAssembly.Module} module
 * @param {import('./types').Bytes} question
 * @returns {Promise<{ replayed?: Replayed, unusable?: 'records' | 'rules' | 'pack' }>}
 */
export async function ask(module, question) {
  const { exports } = await WebAssembly.instantiate(module);
  const { memory, room, replayed, paper } = /** @type {Exports} */ (/** @type {unknown} */ (exports));
  const at = room(question.length);
  new Uint8Array(memory.buffer, at, question.length).set(question);
  const length = replayed();
  return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, paper(), length)));
}

/**
 * Puts all records of a case before the rules as they were in force when each was linked.
 * @param {Law} law
 * @param {string} pack the regional pack by which the agency works
 * @param {RecordProof[]} records
 * @returns {Promise<Replayed>}
 */
export async function replay(law, pack, records) {
  if (records.length > MOST_RECORDS) throw new Unchecked(`记录超过 ${MOST_RECORDS} 条，本页没有按办案程序规则核对；请用离线核验程序 zhijian-verify 核对`);
  let answer;
  try {
    const question = utf8(JSON.stringify({ rules: law.rules, pack, records: records.map(told) }));
    if (question.length > MOST_BYTES) throw new Unchecked('记录过长，本页没有按办案程序规则核对；请用离线核验程序 zhijian-verify 核对');
    answer = await ask(law.module, question);
  } catch (error) {
    // A stranger's records are of any shape; whatever the module made of them, it ended and said nothing.
    throw error instanceof Unchecked ? error : new Missing('有记录不能读取，没有按办案程序规则核对');
  }
  if (answer.replayed) return answer.replayed;
  if (answer.unusable === 'pack') throw new Missing(`本站的规则中没有规则包 ${pack}，没有按办案程序规则核对`);
  throw new Missing(`${answer.unusable === 'rules' ? '本站的规则或者工作日历不能使用' : '有记录不能读取'}，没有按办案程序规则核对`);
}

/**
 * The digest by which a manifest names its rules (docs/formats.md §14).
 * @param {Record<string, string>} rules
 * @returns {Promise<string>}
 */
export async function rulesDigest(rules) {
  const named = await Promise.all(Object.entries(rules).map(async ([name, text]) => [name, hex(await sha256(utf8(text)))]));
  return hex(await sha256(utf8(canonical(Object.fromEntries(named)))));
}
