// @ts-check
// How a dossier's check goes along: it tries one thing after another and notes how each went. Reads files, judges none.

import * as d from './digest.js';

/**
 * @typedef {import('./types').RecordProof} RecordProof
 * @typedef {import('./types').DossierStep} DossierStep
 * @typedef {import('./types').State} State
 * @typedef {import('./types').KnownLogKey} KnownLogKey
 * @typedef {import('./zip.js').Files} Files
 * @typedef {RecordProof & { withheld?: string }} Filed
 * @typedef {(unit: string, done: number, of: number) => void} Progress how far it is, of what
 * @typedef {{ part: string, step: DossierStep, state: State, sentence: string }} Finding
 */

/** What is not there, as opposed to wrong. */
export class Missing extends Error {}

/** What was not looked at, and why: to be known, no fault. */
export class Noted extends Error {}

/** What this page could not look at, though all that it takes is there: zhijian-verify can. */
export class Unchecked extends Error {}

/** What the rules in force had something against. */
export class Irregular extends Error {}

/** @param {unknown} error @returns {State} */
function stateOf(error) {
  if (error instanceof Missing) return 'missing';
  if (error instanceof Irregular) return 'irregular';
  if (error instanceof Unchecked) return 'unchecked';
  return error instanceof Noted ? 'noted' : 'tampered';
}

/**
 * What is of no form that is known is said to be so; how a parser puts it tells a reader nothing.
 * @param {unknown} error
 * @returns {string}
 */
export const wordsOf = (error) => (error instanceof Error && /\p{Script=Han}/u.test(error.message) ? error.message : '格式不对，无法相信');

/** One check of one dossier. */
export class Check {
  /** @param {Files} files @param {KnownLogKey[] | null} logKeys */
  constructor(files, logKeys) {
    this.files = files;
    this.logKeys = logKeys;
    /** @type {Finding[]} */
    this.found = [];
  }

  /**
   * Runs `act` and notes how it went; gives what it gave, or null.
   * @template T
   * @param {string} part
   * @param {DossierStep} step
   * @param {() => Promise<[string, T]>} act
   * @returns {Promise<T | null>}
   */
  async try(part, step, act) {
    try {
      const [sentence, value] = await act();
      this.add(part, step, 'good', sentence);
      return value;
    } catch (error) {
      this.add(part, step, stateOf(error), wordsOf(error));
      return null;
    }
  }

  /** @param {string} part @param {DossierStep} step @param {State} state @param {string} sentence */
  add(part, step, state, sentence) {
    this.found.push({ part, step, state, sentence });
  }

  /** @param {string} name @param {number} most */
  async bytes(name, most) {
    const bytes = await this.files.bytes(name, most);
    if (!bytes) throw new Missing('卷内没有这个文件');
    return bytes;
  }

  /** @param {{ file: string, sha256: string }} listed @param {number} most */
  async listed(listed, most) {
    const bytes = await this.bytes(listed.file, most);
    if (d.hex(await d.sha256(bytes)) !== listed.sha256) throw new Error('内容与目录所载摘要不符');
    return bytes;
  }
}
