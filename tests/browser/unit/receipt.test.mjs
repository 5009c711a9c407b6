// The vector's receipt is accepted under the log's key and no other; a flipped bit is found wherever the log answers for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkReceipt, parseReceipt, receiptConclusion } from '../../../src/web/look/receipt.js';
import * as reference from './reference.mjs';

const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/receipt.json', import.meta.url), 'utf8'));
const vkey = /^log (\S+)/m.exec(vectors.policy)[1];
const check = async (text, keys = [{ vkey }]) => {
  const receipt = parseReceipt(text);
  const verdicts = await checkReceipt(receipt, keys);
  return { verdicts, ...receiptConclusion(receipt, verdicts) };
};

test('a good receipt passes every step, and says what was left', async () => {
  const { verdicts, kind, sentence, advice } = await check(vectors.receipt);
  assert.deepEqual(verdicts.map((one) => [one.step, one.ok]), ['entry', 'leaf', 'inclusion', 'checkpoint'].map((step) => [step, true]));
  assert.equal(kind, 'ok');
  assert.match(`${sentence}${advice}`, /^凭证有效：.*见证方的联署没有在本页核对/);
  assert.ok(verdicts[0].sentence.includes(vectors.opening.entry.record));
});

test('a receipt of another log, or with no key to judge it by, is not taken', async () => {
  const other = reference.logKey('log.zhijian.example/2026', reference.keyPair()).text;
  for (const keys of [[{ vkey: other }], [], [{ vkey, until: 1 }]]) assert.equal((await check(vectors.receipt, keys)).kind, 'danger');
});

test('every flipped bit is found, but in what witnesses say', async () => {
  const bytes = Buffer.from(vectors.receipt);
  // The lines of witnesses come after the log's own, the first of the signatures.
  const own = bytes.indexOf('\n', bytes.indexOf('\u2014 ')) + 1;
  for (let at = 'c2sp.org/tlog-proof@v1\n'.length; at < own; at += 1) {
    const flipped = Buffer.from(bytes);
    flipped[at] ^= 1 << (at % 8);
    const said = await check(new TextDecoder().decode(flipped)).catch((error) => ({ kind: error.message }));
    assert.ok(said.kind === 'danger' || /不是本系统的存证凭证/.test(said.kind), `byte ${at}: ${said.kind}`);
  }
});

test('what is no receipt is refused in words', () => {
  const start = 'c2sp.org/tlog-proof@v1\n';
  for (const text of [start, `${start}\n\n`, `${start}index 4\n\nx`, `${start}extra e30=\nindex 0\n\n`, vectors.receipt.replace('index 4', 'index 04'), vectors.receipt.replace('\nindex', '\n\nindex')]) {
    assert.throws(() => parseReceipt(text), /不是本系统的存证凭证/, text.slice(0, 60));
  }
});
