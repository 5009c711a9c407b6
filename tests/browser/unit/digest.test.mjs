// Digests against the second implementation in reference.mjs and published vectors.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import * as d from '../../../src/web/look/digest.js';
import * as reference from './reference.mjs';

const bytes = (buffer) => new Uint8Array(buffer);

test('hex and base64 have one spelling', () => {
  const random = bytes(randomBytes(70000));
  assert.equal(d.hex(random), Buffer.from(random).toString('hex'));
  assert.equal(d.base64(random), Buffer.from(random).toString('base64'));
  assert.deepEqual(d.fromBase64(Buffer.from(random).toString('base64')), random);
  for (const text of ['AA', 'AB==', 'AA= =', 'A-_=', 'AAA=\n']) assert.throws(() => d.fromBase64(text), `took ${text}`);
  for (const text of ['AB'.repeat(32), 'ab'.repeat(31), 'zz'.repeat(32)]) assert.throws(() => d.fromHex(text));
});

test('known roots of RFC 6962 trees', async () => {
  // The eight inputs of the certificate-transparency reference implementation.
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((h) => bytes(Buffer.from(h, 'hex')));
  const roots = {
    0: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    5: '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  };
  for (const [count, expected] of Object.entries(roots)) {
    const hashes = await Promise.all(inputs.slice(0, Number(count)).map(d.leafHash));
    assert.equal(d.hex(await d.treeRoot(hashes)), expected, `${count} leaves`);
  }
});

test('inclusion proofs of every leaf of every small tree', async () => {
  const leaves = Array.from({ length: 20 }, () => randomBytes(33));
  for (let size = 1; size <= leaves.length; size++) {
    const part = leaves.slice(0, size);
    const root = reference.root(part).toString('hex');
    for (let index = 0; index < size; index++) {
      const path = reference.path(index, part).map(bytes);
      const leaf = await d.leafHash(bytes(part[index]));
      assert.equal(d.hex(await d.rootFromInclusion(leaf, index, size, path)), root, `${index} of ${size}`);
      if (path.length > 0) {
        assert.equal(await d.rootFromInclusion(leaf, index, size, path.slice(1)), null, 'one hash short');
        const flipped = path.map((h, i) => (i === 0 ? h.map((b, j) => (j === 7 ? b ^ 1 : b)) : h));
        assert.notEqual(d.hex(await d.rootFromInclusion(leaf, index, size, flipped)), root);
      }
      assert.equal(await d.rootFromInclusion(leaf, index, size, [...path, path[0] || leaf]), null, 'one hash too many');
    }
  }
});

test('inclusion bounds, also beyond 32 bits', async () => {
  const leaf = bytes(randomBytes(32));
  for (const [index, size] of [[0, 0], [1, 1], [-1, 4], [0.5, 4], [0, 2 ** 53], [NaN, 4]]) {
    assert.equal(await d.rootFromInclusion(leaf, index, size, []), null);
  }
  // In a tree of 2^40 + 1 leaves the last one sits right below the root.
  const sibling = bytes(randomBytes(32));
  const root = await d.rootFromInclusion(leaf, 2 ** 40, 2 ** 40 + 1, [sibling]);
  assert.deepEqual(root, await d.nodeHash(sibling, leaf));
});

test('field commitments', async () => {
  const salt = randomBytes(32).toString('hex');
  for (const field of [
    { path: 'party.name', value: '示例县"新"商行\n', salt },
    { path: 'party.name', value: '王某', salt, mask: 'name-surname' },
    { path: 'text.summary', value: '', salt },
  ]) {
    assert.equal(d.hex(await d.fieldDigest(field)), reference.fieldDigest(field).toString('hex'));
  }
  const plain = await d.fieldDigest({ path: 'a', value: 'b', salt });
  assert.deepEqual(await d.fieldDigest({ path: 'a', value: 'b', salt, mask: null }), plain, 'null is no mask');
  assert.notDeepEqual(await d.fieldDigest({ path: 'a', value: 'b', salt, mask: '' }), plain, 'an empty mask is one');
});

test('the fields root does not depend on the order given', async () => {
  const digests = Array.from({ length: 7 }, () => bytes(randomBytes(32)));
  const expected = reference.root(digests.map((b) => Buffer.from(b)).sort(Buffer.compare)).toString('hex');
  assert.equal(d.hex(await d.fieldsRoot(digests)), expected);
  assert.equal(d.hex(await d.fieldsRoot([...digests].reverse())), expected);
  assert.equal(d.hex(await d.fieldsRoot([])), reference.hash('').toString('hex'));
});

test('integers, prefixes, tags and DSSE bytes', async () => {
  for (const n of [0, 1, 1795000000123, -1, Number.MAX_SAFE_INTEGER]) assert.deepEqual(Buffer.from(d.int64(n)), reference.u64(n));
  assert.throws(() => d.int64(2 ** 53));
  assert.equal(d.hex(d.prefixed(d.utf8('链'))), '00000003e993be');
  assert.equal(d.hex(await d.tagged('zhijian/entry/v1', d.utf8('x'))), reference.tag('zhijian/entry/v1', 'x').toString('hex'));
  assert.deepEqual(Buffer.from(d.pae(d.utf8('{"a":"链"}'))), reference.pae(Buffer.from('{"a":"链"}')));
});

test('chunk root of a file of two and a half chunks', async () => {
  const file = randomBytes(d.CHUNK * 2 + 1234);
  const parts = [0, 1, 2].map((i) => file.subarray(i * d.CHUNK, (i + 1) * d.CHUNK));
  const digests = await Promise.all(parts.map((p) => d.sha256(bytes(p))));
  assert.equal(d.hex(await d.chunkRoot(digests)), reference.root(parts.map((p) => reference.hash(p))).toString('hex'));
});
