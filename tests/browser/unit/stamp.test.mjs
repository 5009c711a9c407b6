// Time stamps in the page: the vector's token holds, other bytes and flipped ones are refused in words; SHA-256 of our own
// against node's. tests/ledger/stamps.rs compares every flip with what zhijian-verify says.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { elements, oidText } from '../../../src/web/look/der.js';
import { utf8 } from '../../../src/web/look/digest.js';
import { sha256Now } from '../../../src/web/look/sha256.js';
import { stampWords, stamped } from '../../../src/web/look/stamp.js';
import { bareNote } from '../../../src/web/look/trust.js';

const vector = (name) => readFileSync(new URL(`../../vectors/${name}`, import.meta.url));
const token = new Uint8Array(vector('timestamp.tst'));
const { checkpoint, log_key } = JSON.parse(JSON.parse(vector('proof.json').toString()).vectors);
const data = utf8(bareNote(checkpoint, { name: log_key.split('+')[0] }));

test('the vector holds, with time and certificate in words', async () => {
  const stamp = await stamped(token, data);
  const words = stampWords('示例时间戳机构', stamp);
  assert.match(words, /^示例时间戳机构 证明检查点在北京时间 2026-11-22 09:06 以前已经存在；签名有效，签名证书 CN=Example TSA,O=示例,C=CN，/);
  assert.match(stampWords('甲', { ...stamp, by: null }), /所用签名算法本页不能核对/);
});

test('other bytes, and every flipped bit of what is signed, are refused', async () => {
  await assert.rejects(stamped(token, utf8('other')), { message: '时间戳所证明的不是这个检查点' });
  await assert.rejects(stamped(token.slice(1), data), { message: '不是有效的时间戳' });
  await assert.rejects(stamped(new Uint8Array(0), data), { message: '不是有效的时间戳' });
  const { time, by } = await stamped(token, data);
  let accepted = 0;
  for (let bit = 0; bit < token.length * 8; bit += 1) {
    const flipped = token.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    const said = await stamped(flipped, data).catch(() => null);
    if (!said) continue;
    assert.equal(said.time, time, `bit ${bit}`);
    accepted += said.by?.certificate === by.certificate ? 1 : 0;
  }
  // Only how the token is packed around what is signed.
  assert.ok(accepted < token.length / 8, `${accepted}`);
});

test('DER has one spelling', () => {
  const read = (text) => elements(new Uint8Array(Buffer.from(text, 'hex')));
  assert.deepEqual(read('0500').map(({ tag }) => tag), [5]);
  for (const bad of ['05', '0501', '058100', '048101aa', '04820001aa', '0480aa0000', '1f0100', '0700', '3080']) assert.throws(() => read(bad), bad);
  assert.equal(oidText(new Uint8Array(Buffer.from('2a864886f70d010702', 'hex'))), '1.2.840.113549.1.7.2');
  for (const bad of ['', '80', '2a80', '2a8001']) assert.throws(() => oidText(new Uint8Array(Buffer.from(bad, 'hex'))), bad);
});

test('SHA-256 of short inputs, at every length around a block', () => {
  for (let length = 0; length < 260; length += 1) {
    const bytes = new Uint8Array(randomBytes(length + 3)).subarray(3);
    assert.deepEqual(Buffer.from(sha256Now(bytes)), createHash('sha256').update(bytes).digest(), `${length} bytes`);
  }
});
