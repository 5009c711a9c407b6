// The golden vectors the Rust ledger is held to (tests/vectors), so that page and server cannot drift apart.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseCanonical } from '../../../src/web/look/canonical.js';
import * as d from '../../../src/web/look/digest.js';
import { parseCheckpoint, parseLogKey, parseNote, signaturesBy, verifies } from '../../../src/web/look/note.js';
import { checkProof, parseProof } from '../../../src/web/look/proof.js';

const folder = process.env.ZHIJIAN_VECTORS || fileURLToPath(new URL('../../vectors', import.meta.url));
const absent = !existsSync(folder) && `no vectors at ${folder}`;
const load = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')).vectors;

test('fields', { skip: absent }, async () => {
  const { fields } = load('field');
  assert.ok(fields.length > 2);
  for (const { field, digest } of fields) assert.equal(d.hex(await d.fieldDigest(field)), digest, field.path);
  for (const { digests, fields_root: expected } of load('field').roots) {
    assert.equal(d.hex(await d.fieldsRoot(digests.map((one) => d.fromHex(one)))), expected, `${digests.length} fields`);
  }
});

test('payloads are canonical', { skip: absent }, async () => {
  for (const { payload, sha256 } of load('record')) {
    assert.equal(parseCanonical(payload).schema, 'zhijian/record/v1');
    assert.equal(d.hex(await d.sha256(d.utf8(payload))), sha256);
  }
});

test('envelopes', { skip: absent }, async () => {
  for (const { envelope, digest } of load('envelope')) {
    assert.equal(parseCanonical(envelope).payloadType, d.PAYLOAD_TYPE);
    assert.equal(d.hex(await d.sha256(d.utf8(envelope))), digest);
  }
});

test('chunk roots', { skip: absent }, async () => {
  for (const { chunks, chunk_root: expected, length } of load('chunk')) {
    assert.equal(d.hex(await d.chunkRoot(chunks.map((c) => d.fromHex(c)))), expected, `${length} bytes`);
  }
});

test('the checkpoint opens under its key', { skip: absent }, async () => {
  const vector = load('checkpoint');
  const key = await parseLogKey(vector.vkey);
  assert.deepEqual([key.name, d.hex(key.id), d.hex(key.key)], [vector.origin, vector.key_id, vector.public_key]);
  const note = parseNote(vector.note);
  assert.equal(note.text, vector.text);
  const { origin, size, root: hash } = parseCheckpoint(note.text);
  assert.deepEqual([origin, size, d.hex(hash)], [vector.origin, vector.size, vector.root]);
  const [signature] = signaturesBy(note, key);
  assert.ok(await verifies(key.key, signature, d.utf8(note.text)));
});

test('the proof holds', { skip: absent }, async () => {
  const proof = parseProof(load('proof'));
  const verdicts = await checkProof(proof, { logKeys: [{ vkey: load('checkpoint').vkey }] });
  assert.deepEqual(verdicts.map((v) => [v.step, v.ok]), ['fields', 'signatures', 'entry', 'leaf', 'inclusion', 'checkpoint'].map((s) => [s, true]), JSON.stringify(verdicts));
});
