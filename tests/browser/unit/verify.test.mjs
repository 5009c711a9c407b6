// A whole proof is accepted; each flipped part is rejected, and by the step that owns it.
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { test } from 'node:test';
import { checkProof, overall, parseProof } from '../../../src/web/look/proof.js';
import * as reference from './reference.mjs';

const failed = (verdicts) => verdicts.filter((v) => v.ok === false).map((v) => v.step);
const copy = (value) => JSON.parse(JSON.stringify(value));
const flipHex = (text) => (text[0] === '0' ? '1' : '0') + text.slice(1);
const flipBase64 = (text, at) => {
  const raw = Buffer.from(text, 'base64');
  raw[at < 0 ? raw.length + at : at] ^= 1;
  return raw.toString('base64');
};

test('a good proof passes every step', async () => {
  for (const [index, size] of [[0, 1], [5, 11], [10, 11], [0, 64]]) {
    const { proof, fields } = reference.syntheticProof({ index, size });
    const shown = [['text.facts', fields[0].value], ['party.name', '王某']];
    const verdicts = await checkProof(parseProof(reference.jcs(proof)), { logKeys: [{ vkey: proof.log_key }], shown });
    assert.deepEqual(verdicts.map((v) => [v.step, v.ok]), ['page', 'fields', 'signatures', 'entry', 'leaf', 'inclusion', 'checkpoint'].map((s) => [s, true]));
    assert.equal(overall(verdicts).kind, 'ok');
    assert.ok(verdicts.every((v) => v.title && v.sentence.endsWith('。')));
  }
});

/** Rewrites the envelope without signing anew. */
function bend(proof, change) {
  const envelope = JSON.parse(Buffer.from(proof.record.envelope, 'base64'));
  change(envelope);
  proof.record.envelope = Buffer.from(reference.jcs(envelope)).toString('base64');
}
const bendPayload = (proof, change) =>
  bend(proof, (envelope) => {
    const payload = JSON.parse(Buffer.from(envelope.payload, 'base64'));
    change(payload);
    envelope.payload = Buffer.from(reference.jcs(payload)).toString('base64');
  });

const cases = {
  'an opened value': [(p) => (p.record.opened[0].value += '！'), ['fields']],
  'a salt': [(p) => (p.record.opened[0].salt = flipHex(p.record.opened[0].salt)), ['fields']],
  'a path': [(p) => (p.record.opened[0].path = 'text.other'), ['fields']],
  'the mask taken off': [(p) => delete p.record.opened[1].mask, ['fields']],
  'a hidden digest': [(p) => (p.record.hidden[0] = flipHex(p.record.hidden[0])), ['fields']],
  'a hidden field dropped': [(p) => p.record.hidden.pop(), ['fields']],
  'a field dropped': [(p) => p.record.opened.pop(), ['fields']],
  'a public fact': [(p) => bendPayload(p, (x) => (x.facts.fine = '1')), ['signatures', 'entry']],
  'the fields root': [(p) => bendPayload(p, (x) => (x.fields_root = flipHex(x.fields_root))), ['fields', 'signatures', 'entry']],
  'the chain in the payload': [(p) => bendPayload(p, (x) => (x.chain = 'case/other')), ['signatures', 'entry']],
  'a signature': [(p) => bend(p, (e) => (e.signatures[1].sig = flipBase64(e.signatures[1].sig, 9))), ['signatures', 'entry']],
  'a signature missing': [(p) => bend(p, (e) => e.signatures.pop()), ['signatures', 'entry']],
  'a signature twice': [(p) => bend(p, (e) => e.signatures.push(e.signatures[0])), ['signatures', 'entry']],
  'a public key': [(p) => (p.keys[0].public_key = flipHex(p.keys[0].public_key)), ['signatures']],
  'a key missing': [(p) => p.keys.pop(), ['signatures']],
  'a key twice': [(p) => p.keys.push(p.keys[0]), ['signatures']],
  'a key revoked before': [(p) => (p.keys[0].revoked_leaf = 4), ['signatures']],
  'a key registered after': [(p) => (p.keys[0].registered_leaf = 6), ['signatures']],
  'a key of a stranger beside': [(p) => p.keys.push({ ...p.keys[0], id: 'key-c' }), ['signatures']],
  'the custody': [(p) => (p.keys[0].custody = 'server'), ['signatures']],
  'a field said twice': [(p) => p.record.opened.push({ ...p.record.opened[0], value: '另一种说法' }), ['fields']],
  'a leaf before its chain could reach it': [(p) => (p.record.leaf.index = 2), ['leaf', 'inclusion']],
  'the record in the entry': [(p) => (p.record.entry.record = flipHex(p.record.entry.record)), ['entry', 'inclusion']],
  'the chain in the entry': [(p) => (p.record.entry.chain = 'case/other'), ['entry', 'inclusion']],
  'the sequence': [(p) => (p.record.entry.seq = 4), ['inclusion']],
  'the first entry': [(p) => (p.record.entry.seq = 0), ['entry', 'inclusion']],
  'the previous entry': [(p) => (p.record.entry.prev = flipHex(p.record.entry.prev)), ['inclusion']],
  'the time': [(p) => (p.record.entry.received_at = '2026-11-20T02:03:05.679Z'), ['inclusion']],
  'the time spelled otherwise': [(p) => (p.record.entry.received_at = '2026-11-20T10:03:05.678+08:00'), ['entry', 'leaf', 'inclusion']],
  'the nonce': [(p) => (p.record.leaf.nonce = flipHex(p.record.leaf.nonce)), ['inclusion']],
  'the leaf index': [(p) => (p.record.leaf.index = 4), ['inclusion']],
  'an inclusion hash': [(p) => (p.record.inclusion[1] = flipHex(p.record.inclusion[1])), ['inclusion']],
  'an inclusion hash short': [(p) => p.record.inclusion.pop(), ['inclusion']],
  'the checkpoint size': [(p) => (p.checkpoint = p.checkpoint.replace('\n11\n', '\n13\n')), ['checkpoint']],
  'the checkpoint origin': [(p) => (p.checkpoint = p.checkpoint.replace('log.', 'lag.')), ['checkpoint']],
  'the checkpoint unsigned': [(p) => (p.checkpoint = p.checkpoint.replace(/\n\n[^]*$/, '\n')), ['inclusion', 'checkpoint']],
  'the log key': [(p) => (p.log_key = flipLogKey(p.log_key)), ['checkpoint']],
};

function flipLogKey(text) {
  const [name, id, key] = text.split('+').length === 3 ? text.split('+') : [text.split('+')[0], text.split('+')[1], text.split('+').slice(2).join('+')];
  return `${name}+${id}+${flipBase64(key, -1)}`;
}

for (const [name, [change, expected]] of Object.entries(cases)) {
  test(`rejects ${name}`, async () => {
    const { proof } = reference.syntheticProof();
    const bent = copy(proof);
    change(bent);
    assert.notDeepEqual(bent, proof, 'the change changed nothing');
    const verdicts = await checkProof(bent);
    // A smaller tree may also put the leaf out of reach, so inclusion may join the checkpoint.
    const got = failed(verdicts).filter((step) => expected.includes(step) || name !== 'the checkpoint size');
    assert.deepEqual(got, expected);
    assert.equal(overall(verdicts).kind, 'danger');
  });
}

test('a checkpoint root swapped by a signer of its own fails by the trusted key', async () => {
  const { proof, name, leaves } = reference.syntheticProof();
  const impostor = reference.keyPair();
  const bent = { ...proof, checkpoint: reference.checkpoint(name, leaves.length, reference.root(leaves), impostor), log_key: reference.logKey(name, impostor).text };
  assert.deepEqual(failed(await checkProof(bent)), [], 'consistent in itself');
  assert.deepEqual(failed(await checkProof(bent, { logKeys: [{ vkey: proof.log_key }] })), ['checkpoint']);
});

test('while a log signs with two keys either is enough, and a retired one counts up to where it went', async () => {
  const { proof, log, name, leaves } = reference.syntheticProof();
  const next = reference.keyPair();
  const line = reference.checkpoint(name, leaves.length, reference.root(leaves), next).split('\n\n')[1];
  const both = { ...proof, checkpoint: proof.checkpoint + line };
  const [old, fresh, other] = [log, next, reference.keyPair()].map((key) => ({ vkey: reference.logKey(name, key).text }));
  for (const logKeys of [[old], [fresh], [old, fresh], [other, fresh], [{ ...old, until: leaves.length }]]) {
    assert.deepEqual(failed(await checkProof(both, { logKeys })), []);
  }
  for (const logKeys of [[other], [{ ...old, until: leaves.length - 1 }]]) {
    assert.deepEqual(failed(await checkProof(both, { logKeys })), ['checkpoint']);
  }
  assert.deepEqual(failed(await checkProof(proof, { logKeys: [fresh] })), ['checkpoint'], 'the new key did not sign it');
  assert.deepEqual(failed(await checkProof({ ...both, log_key: other.vkey }, { logKeys: [old] })), ['checkpoint'], 'a claim that does not hold');
  const broken = line.replace(/.{8}\n$/, 'AAAAAAA=\n');
  assert.deepEqual(failed(await checkProof({ ...proof, checkpoint: proof.checkpoint + broken }, { logKeys: [fresh] })), ['checkpoint']);
});

test('a log key under a false hash is refused even when the note agrees', async () => {
  const { proof, log, name } = reference.syntheticProof();
  const { id } = reference.logKey(name, log);
  const other = Buffer.from(id.map((b) => b ^ 0xff));
  const note = proof.checkpoint.replace(/\u2014 (\S+) (\S+)\n$/, (_, who, sig) => `\u2014 ${who} ${Buffer.concat([other, Buffer.from(sig, 'base64').subarray(4)]).toString('base64')}\n`);
  assert.notEqual(note, proof.checkpoint);
  assert.deepEqual(failed(await checkProof({ ...proof, checkpoint: note, log_key: proof.log_key.replace(id.toString('hex'), other.toString('hex')) })), ['checkpoint']);
});

test('one checkpoint bit fails both the signature and the inclusion', async () => {
  const { proof } = reference.syntheticProof();
  const lines = proof.checkpoint.split('\n');
  lines[2] = flipBase64(lines[2], 3);
  assert.deepEqual(failed(await checkProof({ ...proof, checkpoint: lines.join('\n') })), ['inclusion', 'checkpoint']);
});

test('a payload signed anew by a stranger still fails', async () => {
  const { proof, payload, officers } = reference.syntheticProof();
  const stranger = reference.keyPair();
  const bytes = Buffer.from(reference.jcs({ ...payload, facts: { fine: '1' } }));
  const envelope = JSON.parse(Buffer.from(proof.record.envelope, 'base64'));
  envelope.payload = bytes.toString('base64');
  envelope.signatures = officers.map(({ id }) => ({ keyid: id, sig: sign(null, reference.pae(bytes), stranger.privateKey).toString('base64') }));
  const bent = copy(proof);
  bent.record.envelope = Buffer.from(reference.jcs(envelope)).toString('base64');
  assert.deepEqual(failed(await checkProof(bent)), ['signatures', 'entry']);
});

test('an envelope spelled otherwise is not the same envelope', async () => {
  const { proof } = reference.syntheticProof();
  const bent = copy(proof);
  const text = Buffer.from(bent.record.envelope, 'base64').toString().replace('{"payload"', '{ "payload"');
  bent.record.envelope = Buffer.from(text).toString('base64');
  assert.deepEqual(failed(await checkProof(bent)), ['fields', 'signatures', 'entry']);
});

test('what the page shows must be what was signed', async () => {
  const { proof } = reference.syntheticProof();
  for (const shown of [[['party.name', '李某']], [['text.unknown', '王某']], [['party.name', '王某 ']]]) {
    assert.deepEqual(failed(await checkProof(proof, { shown })), ['page']);
  }
});

test('without Ed25519 the open steps are named and nothing is claimed', async () => {
  const { proof } = reference.syntheticProof();
  const verdicts = await checkProof(proof, { ed25519: false });
  assert.deepEqual(verdicts.filter((v) => v.ok === null).map((v) => v.step), ['signatures', 'checkpoint']);
  assert.equal(overall(verdicts).kind, 'warn');
  proof.record.opened[0].value = '改';
  assert.equal(overall(await checkProof(proof, { ed25519: false })).kind, 'danger');
});

test('a key may sign the record that registers or revokes it', async () => {
  const { proof } = reference.syntheticProof();
  proof.keys[0].registered_leaf = proof.keys[0].revoked_leaf = proof.record.leaf.index;
  assert.deepEqual(failed(await checkProof(proof)), []);
});

test('a proof with a repeated name is refused', () => {
  const text = reference.jcs(reference.syntheticProof().proof);
  assert.ok(parseProof(text));
  assert.throws(() => parseProof(text.replace('"format":', '"format":"zhijian/proof/v1","format":')), /不是存证证明/);
});

test('other files are refused in words', () => {
  for (const text of ['', 'x', 'null', '[]', '{}', '{"format":"zhijian/proof/v2","record":{}}', '{"format":"zhijian/proof/v1"}']) {
    assert.throws(() => parseProof(text), /不是存证证明/);
  }
});

test('rubbish in every place is a verdict, never an exception', async () => {
  const { proof } = reference.syntheticProof();
  const spoil = async (path, value) => {
    const bent = copy(proof);
    let at = bent;
    for (const name of path.slice(0, -1)) at = at[name];
    at[path[path.length - 1]] = value;
    const verdicts = await checkProof(bent);
    assert.ok(failed(verdicts).length > 0, `${path.join('.')} = ${JSON.stringify(value)} passed`);
  };
  for (const value of [null, 7, 'x', {}, [null]]) {
    for (const path of [['record', 'envelope'], ['record', 'opened'], ['record', 'hidden'], ['record', 'entry'], ['record', 'leaf'], ['record', 'inclusion'], ['keys'], ['checkpoint'], ['log_key'], ['record', 'entry', 'seq'], ['record', 'leaf', 'index']]) {
      await spoil(path, value);
    }
  }
});
