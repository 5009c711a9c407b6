// What you see is what you sign: every difference between page, fields and payload stops the signature.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal, checkDraft } from '../../../src/web/look/check.js';
import * as reference from './reference.mjs';

function draft() {
  const { payload, fields } = reference.syntheticProof();
  const shown = new Map();
  for (const { path, value } of fields) shown.set(path, [...(shown.get(path) || []), value]);
  return { payload: Buffer.from(reference.jcs(payload)).toString('base64'), fields: JSON.stringify(fields), person: 'person-0', key: 'key-a', shown };
}

const rewritten = (good, change) => {
  const payload = JSON.parse(Buffer.from(good.payload, 'base64'));
  change(payload);
  return { ...good, payload: Buffer.from(reference.jcs(payload)).toString('base64') };
};

test('a page that shows what it signs is let through', async () => {
  const good = draft();
  const checked = await checkDraft(good);
  assert.deepEqual(Buffer.from(checked.bytes), Buffer.from(good.payload, 'base64'));
  assert.equal(checked.signer.custody, 'browser');
  assert.equal(checked.fingerprint.replace(/ /g, ''), reference.hash(Buffer.from(good.payload, 'base64')).toString('hex').slice(0, 16));
});

const cases = {
  'a shown text altered': (g) => (g.shown.set('text.facts', ['改过的事实']), g),
  'a shown text with a space more': (g) => (g.shown.set('text.facts', [`${g.shown.get('text.facts')[0]} `]), g),
  'a signed field not shown': (g) => (g.shown.delete('text.facts'), g),
  'a masked value not shown': (g) => (g.shown.set('party.name', ['王小明']), g),
  'a shown field not signed': (g) => (g.shown.set('text.more', ['多出的一项']), g),
  'a second text under a signed path': (g) => (g.shown.get('text.facts').push('另一种说法'), g),
  'a field value altered with the page': (g) => (g.shown.set('text.facts', ['x']), { ...g, fields: g.fields.replace(/当事人无证经营，\\n违法所得 1200 元。/, 'x') }),
  'a field dropped from page and list': (g) => (g.shown.delete('text.facts'), { ...g, fields: JSON.stringify(JSON.parse(g.fields).slice(1)) }),
  'another root': (g) => rewritten(g, (p) => (p.fields_root = 'ab'.repeat(32))),
  'another signer': (g) => ({ ...g, person: 'person-9' }),
  'another key': (g) => ({ ...g, key: 'key-b' }),
  'another schema': (g) => rewritten(g, (p) => (p.schema = 'zhijian/record/v2')),
  'a payload that is not canonical': (g) => ({ ...g, payload: Buffer.from(` ${Buffer.from(g.payload, 'base64')}`).toString('base64') }),
  'a payload that is no base64': (g) => ({ ...g, payload: '!' }),
  'fields that are no JSON': (g) => ({ ...g, fields: '[' }),
};

for (const [name, change] of Object.entries(cases)) {
  test(`refuses ${name}`, () => assert.rejects(checkDraft(change(draft())), (error) => error instanceof Refusal && /请/.test(error.message)));
}
