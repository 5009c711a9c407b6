// The page reads policies as strictly as the program: the table of src/ledger/policy.rs, refused for the same reasons.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cosigned, parsePolicy } from '../../../src/web/look/trust.js';
import { cosignature, hash, keyPair, logKey, witnessKey } from './reference.mjs';

const [first, second, third] = [keyPair(), keyPair(), keyPair()];
const [w1, w2] = [witnessKey('w1.example', first).text, witnessKey('w2.example', second).text];
const log = logKey('log.example', third).text;
const two = `witness a ${w1}\nwitness b ${w2}\n`;

/** Every case one fault from a good policy, named as the program's reader names it. */
const BAD = {
  NoQuorum: [two, ''],
  SecondQuorum: ['quorum none\nquorum none\n'],
  Control: ['quorum none\r\n', 'quorum none \x7f\n', '# \0\nquorum none\n', 'quorum none\v\n'],
  Line: ['quorum\n', 'Quorum none\n', `log ${log} u v\nquorum none\n`, 'word\nquorum none\n'],
  Key: [`log ${w1}\nquorum none\n`, `witness a ${log}\nquorum none\n`, `log ${log.slice(0, -4)}\nquorum none\n`],
  DuplicateKey: [
    `log ${log} u\nlog ${logKey('other', third).text}\nquorum none\n`,
    `witness a ${w1}\nwitness b ${witnessKey('other', first).text}\nquorum none\n`,
    `witness a ${w1}\nwitness b ${w1}\ngroup g all a b\nquorum g\n`,
  ],
  NameTaken: [`witness a ${w1}\nwitness a ${w2}\nquorum a\n`, `witness none ${w1}\nquorum none\n`, `${two}group a any b\nquorum a\n`],
  Unknown: ['quorum a\n', `quorum a\n${two}`, ...['c', 'g', 'none'].map((name) => `${two}group g any ${name}\nquorum none\n`)],
  MemberTwice: [`${two}group g any a a\nquorum g\n`, `${two}group g any a\ngroup h any a b\nquorum h\n`],
  Threshold: [`${two}group g any\nquorum none\n`, ...['0', '3', '01', '+1', '1.0', '1e0', '-1', 'x'].map((count) => `${two}group g ${count} a b\nquorum g\n`)],
};

test('what the program refuses as a policy the page refuses', async () => {
  for (const [fault, texts] of Object.entries(BAD)) {
    for (const text of texts) await assert.rejects(parsePolicy(text), SyntaxError, `${fault}: ${text}`);
  }
});

test('a policy is as long as it may be', async () => {
  const lines = (/** @type {number} */ count, /** @type {(n: number) => string} */ line) => Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('');
  const keyOf = (/** @type {number} */ n) => ({ raw: hash(String(n)) });
  const logs = (/** @type {number} */ n) => lines(n, (at) => `log ${logKey('log.example', keyOf(at)).text}`);
  const witnesses = (/** @type {number} */ n) => lines(n, (at) => `witness ${at} ${witnessKey('w.example', keyOf(at)).text}`);
  const padded = (/** @type {number} */ n) => `quorum none\n#${'x'.repeat(n - 13)}`;
  for (const [make, most] of /** @type {[(n: number) => string, number][]} */ ([[logs, 256], [witnesses, 512], [padded, 256 * 1024]])) {
    const text = (/** @type {number} */ n) => (make === padded ? make(n) : `${make(n)}quorum none`);
    assert.equal((await parsePolicy(text(most))).quorum, 'none');
    await assert.rejects(parsePolicy(text(most + 1)), SyntaxError, `${most}`);
  }
});

test('a group speaks when enough of its members have, each once', async () => {
  const policy = await parsePolicy(`# 示例\nlog ${log}\n\n \t\n${two}\tgroup  both 2 a\tb \ngroup all all both\nquorum all`);
  const text = 'log.example\n7\nroot\n';
  const by = async (/** @type {[string, { privateKey: import('node:crypto').KeyObject, raw: Buffer }][]} */ ...keys) =>
    (await cosigned(policy, `${text}\n${keys.map(([name, key]) => cosignature(name, text, 5, key)).join('')}`)).enough;
  assert.equal(await by(['w1.example', first], ['w2.example', second]), true);
  assert.equal(await by(['w1.example', first], ['w1.example', first]), false);
  assert.equal(await by(['w2.example', second]), false);
});
