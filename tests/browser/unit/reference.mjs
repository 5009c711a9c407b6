// The same formulas written a second time, with node:crypto and plain recursion, so that a mistake in the
// browser modules is not simply repeated by their tests.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export const hash = (...parts) => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest();
export const tag = (name, ...parts) => hash(name, Buffer.of(0), ...parts);
export const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
export const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigInt64BE(BigInt(n)); return b; };
export const pre = (bytes) => Buffer.concat([u32(Buffer.byteLength(bytes)), Buffer.from(bytes)]);

/** RFC 6962 §2.1 as it is written there: split at the largest power of two below n. */
export function root(leaves) {
  if (leaves.length === 0) return hash('');
  if (leaves.length === 1) return hash(Buffer.of(0), leaves[0]);
  const k = split(leaves.length);
  return hash(Buffer.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)));
}

/** RFC 6962 §2.1.1. */
export function path(index, leaves) {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...path(index, leaves.slice(0, k)), root(leaves.slice(k))]
    : [...path(index - k, leaves.slice(k)), root(leaves.slice(0, k))];
}

function split(n) {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

export const fieldDigest = ({ path: at, value, salt, mask }) =>
  tag('zhijian/field/v1', Buffer.from(salt, 'hex'), pre(JSON.stringify(mask === undefined ? [at, value] : [at, value, mask])));

/** Canonical for what these tests build: names are ASCII. */
export function jcs(value) {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (value && typeof value === 'object') return `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${jcs(value[k])}`).join(',')}}`;
  return JSON.stringify(value);
}

export function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { raw: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32), privateKey };
}

const TYPE = 'application/vnd.zhijian.record.v1+json';
export const pae = (payload) => Buffer.concat([Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `), payload]);

export function envelopeOf(payload, signers) {
  const bytes = Buffer.from(jcs(payload));
  const signatures = signers.map(({ id, privateKey }) => ({ keyid: id, sig: sign(null, pae(bytes), privateKey).toString('base64') }));
  return Buffer.from(jcs({ payload: bytes.toString('base64'), payloadType: TYPE, signatures }));
}

export const entryHash = (e) =>
  tag('zhijian/entry/v1', pre(e.chain), u64(e.seq), Buffer.from(e.prev, 'hex'), Buffer.from(e.record, 'hex'), u64(Date.parse(e.received_at)));

function noteKey(type, name, { raw }) {
  const body = Buffer.concat([Buffer.of(type), raw]);
  const id = hash(`${name}\n`, body).subarray(0, 4);
  return { text: `${name}+${id.toString('hex')}+${body.toString('base64')}`, id };
}
export const logKey = (name, key) => noteKey(1, name, key);
export const witnessKey = (name, key) => noteKey(4, name, key);

/** A line of C2SP tlog-cosignature, `time` in seconds. */
export function cosignature(name, text, time, key) {
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), key.privateKey);
  return `\u2014 ${name} ${Buffer.concat([witnessKey(name, key).id, u64(time), signature]).toString('base64')}\n`;
}

export function checkpoint(name, size, rootHash, log) {
  const text = `${name}\n${size}\n${rootHash.toString('base64')}\n`;
  const { id } = logKey(name, log);
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), log.privateKey)]).toString('base64');
  return `${text}\n\u2014 ${name} ${signature}\n`;
}

/** A whole proof: two signers, one open, one masked and one hidden field, leaf `index` of `size`. */
export function syntheticProof({ index = 5, size = 11, opened = [] } = {}) {
  const officers = ['key-a', 'key-b'].map((id) => ({ id, ...keyPair() }));
  const log = keyPair();
  const name = 'log.example.gov.cn/zhijian';
  const salt = () => randomBytes(32).toString('hex');
  const fields = [
    { path: 'text.facts', value: '当事人无证经营，\n违法所得 1200 元。', salt: salt(), ...opened.find(({ path: at }) => at === 'text.facts') },
    { path: 'party.name', value: '王某', salt: salt(), mask: 'name-surname' },
    { path: 'party.name', value: '王小明', salt: salt() },
    ...opened.filter(({ path: at }) => at !== 'text.facts').map((field) => ({ ...field, salt: salt() })),
  ];
  const digests = fields.map(fieldDigest);
  const payload = {
    schema: 'zhijian/record/v1', chain: 'case/0191', kind: 'decision', at: '2026-11-20T02:03:04.005Z',
    signers: officers.map(({ id }, i) => ({ person: `person-${i}`, key: id, custody: i === 0 ? 'browser' : 'server' })),
    fields_root: root([...digests].sort(Buffer.compare)).toString('hex'), exhibits: [], facts: { fine: '120000', on: '2026-11-20' },
  };
  const envelope = envelopeOf(payload, officers);
  const seq = Math.min(3, index);
  const entry = { chain: payload.chain, seq, prev: seq === 0 ? '00'.repeat(32) : hash('before').toString('hex'), record: hash(envelope).toString('hex'), received_at: '2026-11-20T02:03:05.678Z' };
  const nonce = randomBytes(32);
  const leaf = Buffer.concat([Buffer.of(1), tag('zhijian/leaf/v1', nonce, entryHash(entry))]);
  const leaves = Array.from({ length: size }, (_, i) => (i === index ? leaf : Buffer.concat([Buffer.of(1), randomBytes(32)])));
  const proof = {
    format: 'zhijian/proof/v1',
    record: {
      envelope: envelope.toString('base64'), opened: [...fields.slice(0, 2), ...fields.slice(3)], hidden: [digests[2].toString('hex')], entry,
      leaf: { nonce: nonce.toString('hex'), index }, inclusion: path(index, leaves).map((h) => h.toString('hex')),
    },
    keys: officers.map(({ id, raw }, i) => ({ id, public_key: raw.toString('hex'), custody: i === 0 ? 'browser' : 'server', registered_leaf: 0 })),
    checkpoint: checkpoint(name, size, root(leaves), log),
    log_key: logKey(name, log).text,
  };
  return { proof, payload, officers, log, name, leaves, fields };
}
