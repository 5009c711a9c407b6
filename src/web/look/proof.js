// @ts-check
// Checks a `zhijian/proof/v1`: what is shown, who signed it, where it is linked, that the log holds it.
// Answers every step in plain Chinese; fetches nothing and touches no page.

import { parseCanonical } from './canonical.js';
import * as d from './digest.js';
import { knowsEd25519, parseCheckpoint, parseLogKey, parseNote, signaturesBy, signedBy, signedByKnown, verifies } from './note.js';

/**
 * @typedef {import('./types').Bytes} Bytes
 * @typedef {import('./types').Proof} Proof
 * @typedef {import('./types').Verdict} Verdict
 * @typedef {import('./types').StepName} StepName
 * @typedef {{ proof: Proof, logKeys: import('./types').KnownLogKey[] | null, shown: [string, string][] | null, ed25519: boolean }} Question
 * @typedef {{ ok: boolean | null, sentence: string, details?: [string, string][] }} Finding
 */

/** @type {Record<StepName, string>} */
const TITLES = {
  page: '本页所示内容',
  fields: '内容与承诺值',
  signatures: '签名',
  entry: '案件链',
  leaf: '存证叶',
  inclusion: '存证日志收录',
  checkpoint: '日志检查点',
};

/** @param {string} sentence @param {[string, string][]} [details] @returns {Finding} */
const good = (sentence, details) => ({ ok: true, sentence, details });
/** @param {string} sentence @param {[string, string][]} [details] @returns {Finding} */
const bad = (sentence, details) => ({ ok: false, sentence, details });

/**
 * Parses the text of a proof file; the message of a refusal is for the reader.
 * @param {string} text
 * @returns {Proof}
 */
export function parseProof(text) {
  let value;
  try {
    // One proof, one spelling: a repeated name could show one thing and check another.
    value = /** @type {Proof} */ (parseCanonical(text));
  } catch {
    throw new SyntaxError('这不是存证证明文件：内容不是规范的 JSON，或下载后被改动。请选择从本系统下载的原文件。');
  }
  if (!value || value.format !== 'zhijian/proof/v1' || typeof value.record !== 'object') {
    throw new SyntaxError('这不是存证证明文件：缺少 zhijian/proof/v1 标记。请选择从本系统下载的证明。');
  }
  return value;
}

/** What was parsed of a record's envelope, once for all steps. @type {WeakMap<object, ReturnType<typeof parsed>>} */
const known = new WeakMap();

/**
 * A record's envelope and payload; throws when they are not of their form.
 * @param {import('./types').RecordProof} record
 */
export function opened(record) {
  const before = known.get(record);
  if (before) return before;
  const now = parsed(record);
  known.set(record, now);
  return now;
}

/** @param {import('./types').RecordProof} record */
function parsed(record) {
  const bytes = d.fromBase64(record.envelope);
  const envelope = /** @type {import('./types').Envelope} */ (parseCanonical(d.textOf(bytes)));
  if (envelope.payloadType !== d.PAYLOAD_TYPE) throw new SyntaxError('payload type');
  const payloadBytes = d.fromBase64(envelope.payload);
  const payload = /** @type {import('./types').Payload} */ (parseCanonical(d.textOf(payloadBytes)));
  if (payload.schema !== 'zhijian/record/v1') throw new SyntaxError('record schema');
  const lists = [envelope.signatures, payload.signers, payload.exhibits];
  if (!lists.every((list) => Array.isArray(list) && list.every((one) => one && typeof one === 'object'))) throw new SyntaxError('record shape');
  return { bytes, envelope, payloadBytes, payload };
}

/** @param {Question} question @returns {Finding} */
function checkPage({ proof, shown }) {
  const values = proof.record.opened;
  const missing = (shown || []).filter(([path, text]) => !values.some((f) => f.path === path && f.value === text));
  if (missing.length > 0) {
    return bad(
      `本页有 ${missing.length} 项文字与证明中的不同，请以证明为准，并向公示机关反映。`,
      missing.map(([path, text]) => [path, `本页：${text}；证明：${values.filter((f) => f.path === path).map((f) => f.value).join('、') || '没有这一项'}`]),
    );
  }
  return good(`本页标明的 ${(shown || []).length} 项文字与证明逐字一致。`);
}

/** @param {Question} question @returns {Finding} */
function checkFields({ proof }) {
  const { payload } = opened(proof.record);
  const { opened: fields, hidden } = proof.record;
  if (new Set(fields.map((f) => JSON.stringify([f.path, f.mask]))).size !== fields.length) return bad('同一项内容给出了两种说法。');
  const digests = fields.map(d.fieldDigest);
  const root = d.hex(d.fieldsRoot([...digests, ...hidden.map((h) => d.fromHex(h))]));
  /** @type {[string, string][]} */
  const details = [['签署时的承诺根', payload.fields_root], ['重新算得', root]];
  if (root !== payload.fields_root) return bad('所示内容与签署时的承诺值不符：有文字被改动、增加或减少。', details);
  const masked = fields.filter((f) => f.mask != null).length;
  const parts = [`公开的 ${fields.length} 项内容与签署时一致`];
  if (masked > 0) parts.push(`其中 ${masked} 项依规作了隐名处理`);
  if (hidden.length > 0) parts.push(`另有 ${hidden.length} 项依法未公开，但其存在与内容均已固定`);
  fields.forEach((field, i) => details.push([field.path, `${field.value}（${d.hex(digests[i])}）`]));
  return good(`${parts.join('，')}。`, details);
}

/** @param {Question} question @returns {Promise<Finding>} */
async function checkSignatures({ proof, ed25519 }) {
  const { envelope, payload, payloadBytes } = opened(proof.record);
  const message = d.pae(payloadBytes);
  const named = payload.signers.map((s) => s.key);
  const signed = envelope.signatures.map((s) => s.keyid);
  if (named.length === 0) return bad('记录没有写明签名人。');
  if (new Set(signed).size !== signed.length || [...named].sort().join('\n') !== [...signed].sort().join('\n')) {
    return bad('签名与记录写明的签名人对不上：有缺少、多出或重复的签名。', [['写明的密钥', named.join(' ')], ['实有的签名', signed.join(' ')]]);
  }
  if (proof.keys.some((key) => !named.includes(key.id))) return bad('证明附有与这份记录无关的公钥。');
  /** @type {[string, string][]} */
  const details = [];
  for (const { keyid, sig } of envelope.signatures) {
    const keys = proof.keys.filter((k) => k.id === keyid);
    if (keys.length !== 1) return bad('证明中没有签名所用的公钥。', [['密钥', keyid]]);
    const [key] = keys;
    const at = proof.record.leaf.index;
    if (key.registered_leaf != null && key.registered_leaf > at) return bad('签名所用的密钥在当时尚未登记。', [['密钥', keyid]]);
    // A record may revoke the very key that signs it, hence the end included.
    if (key.revoked_leaf != null && key.revoked_leaf < at) return bad('签名所用的密钥在入链前已经注销。', [['密钥', keyid]]);
    if (payload.signers.some((s) => s.key === keyid && s.custody !== key.custody)) return bad('密钥的保管方式与记录写明的不同。', [['密钥', keyid]]);
    const signature = d.fromBase64(sig);
    const raw = d.fromHex(key.public_key);
    details.push([`密钥 ${keyid}`, `公钥 ${key.public_key}；保管方式 ${key.custody}`]);
    if (ed25519 && (signature.length !== 64 || !(await verifies(raw, signature, message)))) {
      return bad('有一个签名是错的：记录在签署后被改动，或者签名是伪造的。', details);
    }
  }
  if (!ed25519) return { ok: null, sentence: '本浏览器不支持 Ed25519，未能核对签名。请换用新版浏览器，或使用离线核验程序。', details };
  return good(`${payload.signers.length} 名签名人的签名均正确，签署后未被改动。`, details);
}

/** @param {Question} question @returns {Promise<Finding>} */
async function checkEntry({ proof }) {
  const { bytes, payload } = opened(proof.record);
  const { entry } = proof.record;
  const record = d.hex(await d.sha256(bytes));
  /** @type {[string, string][]} */
  const details = [['链', entry.chain], ['序号', String(entry.seq)], ['前一条目', entry.prev], ['记录摘要', record], ['服务器收到时间', entry.received_at], ['条目摘要', d.hex(entryHash(entry))]];
  if (entry.record !== record) return bad('链条目所指的不是这份记录：记录被换过。', [...details, ['条目所指', entry.record]]);
  if (entry.chain !== payload.chain) return bad('这份记录不属于它所在的链。', [...details, ['记录写明的链', payload.chain]]);
  if ((entry.seq === 0) !== /^0+$/.test(entry.prev)) return bad('链条目的序号与前一条目对不上。', details);
  return good(`这份记录是该链的第 ${entry.seq + 1} 条，与前一条首尾相接。`, details);
}

/** @param {import('./types').EntryJson} entry @returns {Bytes} */
export function entryHash(entry) {
  if (new Date(entry.received_at).toISOString() !== entry.received_at) throw new SyntaxError('not a time');
  return d.tagged('zhijian/entry/v1', d.prefixed(d.utf8(entry.chain)), d.int64(entry.seq), d.fromHex(entry.prev), d.fromHex(entry.record), d.int64(Date.parse(entry.received_at)));
}

/** @param {Proof} proof @returns {Bytes} The 33 public bytes. */
function leafOf(proof) {
  const body = d.tagged('zhijian/leaf/v1', d.fromHex(proof.record.leaf.nonce), entryHash(proof.record.entry));
  return d.concat(Uint8Array.of(1), body);
}

/** @param {Question} question @returns {Finding} */
function checkLeaf({ proof }) {
  const leaf = leafOf(proof);
  // Every earlier entry of the chain took a leaf of its own.
  if (proof.record.leaf.index < proof.record.entry.seq) return bad('叶的序号小于链条目的序号，不可能属于这份记录。');
  return good('已由链条目算出它在存证日志中的叶；叶不含任何案件信息。', [['叶', d.hex(leaf)], ['随机数', proof.record.leaf.nonce], ['叶的序号', String(proof.record.leaf.index)]]);
}

/** @param {Question} question @returns {Finding} */
function checkInclusion({ proof }) {
  const { size, root } = parseCheckpoint(parseNote(proof.checkpoint).text);
  const { index } = proof.record.leaf;
  const found = d.rootFromInclusion(d.leafHash(leafOf(proof)), index, size, proof.record.inclusion.map((h) => d.fromHex(h)));
  /** @type {[string, string][]} */
  const details = [['日志大小', String(size)], ['检查点的根', d.hex(root)], ['重新算得', found ? d.hex(found) : '路径长度不符']];
  if (!found || !d.same(found, root)) return bad('存证日志中没有这份记录：链条目、时间、次序或证明路径被改动。', details);
  return good(`存证日志的第 ${index + 1} 个位置收录了这份记录。`, details);
}

/** @param {Question} question @returns {Promise<Finding>} */
async function checkCheckpoint({ proof, logKeys, ed25519 }) {
  const key = await parseLogKey(proof.log_key);
  const note = parseNote(proof.checkpoint);
  const { origin, size } = parseCheckpoint(note.text);
  /** @type {[string, string][]} */
  const details = [['日志', origin], ['日志公钥', proof.log_key], ['日志大小', String(size)]];
  if (origin !== key.name) return bad('检查点不是由这个日志签发的。', details);
  if (signaturesBy(note, key).length === 0) return bad('检查点上没有日志的签名。', details);
  if (!ed25519) return { ok: null, sentence: '本浏览器不支持 Ed25519，未能核对检查点的签名。请换用新版浏览器，或使用离线核验程序。', details };
  if (!(await signedBy(note, key))) return bad('检查点的签名是错的：日志的根被改动。', details);
  if (logKeys && !(await signedByKnown(note, logKeys, size))) {
    return bad('检查点上没有本站公布的日志公钥的签名。', [...details, ['本站公布', logKeys.map(({ vkey }) => vkey).join('；')]]);
  }
  const others = note.signatures.filter(({ name }) => name !== origin).length;
  const witnessed = others > 0 ? `，另有 ${others} 个见证方签名（本页未核对）` : '';
  const trust = logKeys ? '，公钥与本站公布的一致' : '；本页没有公布的公钥可比对，请另行核对公钥';
  return good(`检查点的签名正确${witnessed}${trust}。`, details);
}

/** The steps of one record in a dossier. @type {[import('./types').RecordStep, (question: Question) => Finding | Promise<Finding>][]} */
export const RECORD_STEPS = [
  ['fields', checkFields],
  ['signatures', checkSignatures],
  ['entry', checkEntry],
  ['leaf', checkLeaf],
  ['inclusion', checkInclusion],
];

/** Those of its place alone. @type {[import('./types').RecordStep, (question: Question) => Finding][]} */
export const PLACE_STEPS = [
  ['leaf', checkLeaf],
  ['inclusion', checkInclusion],
];

/** @type {[StepName, (question: Question) => Finding | Promise<Finding>][]} */
const STEPS = [
  ['page', checkPage],
  ['fields', checkFields],
  ['signatures', checkSignatures],
  ['entry', checkEntry],
  ['leaf', checkLeaf],
  ['inclusion', checkInclusion],
  ['checkpoint', checkCheckpoint],
];

/**
 * Runs these steps, whatever the one before found.
 * @param {Question} question
 * @param {StepName[]} steps
 * @returns {Promise<Verdict[]>}
 */
async function runSteps(question, steps) {
  const verdicts = [];
  for (const [step, check] of STEPS.filter(([name]) => steps.includes(name))) {
    let finding;
    try {
      finding = await check(question);
    } catch (error) {
      // Malformed is as good as tampered: nothing about it may be believed.
      finding = bad('这一部分的格式不对，无法相信。', [['原因', error instanceof Error ? error.message : String(error)]]);
    }
    verdicts.push({ step, title: TITLES[step], ok: finding.ok, sentence: finding.sentence, details: finding.details || [] });
  }
  return verdicts;
}

/**
 * Runs every step.
 * @param {Proof} proof
 * @param {{ logKeys?: import('./types').KnownLogKey[] | null, shown?: [string, string][] | null, ed25519?: boolean }} [known]
 *   `logKeys`: the verifier keys the reader already trusts; `shown`: path and text of what a page displays.
 * @returns {Promise<Verdict[]>}
 */
export async function checkProof(proof, known = {}) {
  const ed25519 = known.ed25519 === undefined ? await knowsEd25519() : known.ed25519;
  const shown = known.shown || null;
  const steps = STEPS.map(([step]) => step).filter((step) => step !== 'page' || shown);
  return runSteps({ proof, logKeys: known.logKeys || null, shown, ed25519 }, steps);
}

/**
 * The steps that need nothing of the record but its place: leaf, inclusion, checkpoint.
 * @param {Proof} proof
 * @param {import('./types').KnownLogKey[]} logKeys
 * @returns {Promise<Verdict[]>}
 */
export const checkPlace = async (proof, logKeys) => runSteps({ proof, logKeys, shown: null, ed25519: await knowsEd25519() }, ['leaf', 'inclusion', 'checkpoint']);

/**
 * The sentence over all steps.
 * @param {Verdict[]} verdicts
 * @returns {{ kind: 'ok' | 'warn' | 'danger', sentence: string, advice: string }}
 */
export function overall(verdicts) {
  const failed = verdicts.filter((v) => v.ok === false);
  const open = verdicts.filter((v) => v.ok === null);
  if (failed.length > 0) {
    return { kind: 'danger', sentence: `核验未通过：${failed[0].title}有问题`, advice: `${failed[0].sentence}请勿采信，并向作出机关或司法行政机关反映。` };
  }
  if (open.length > 0) {
    return { kind: 'warn', sentence: '部分核验：能核对的各步均通过', advice: `未能核对：${open.map((v) => v.title).join('、')}。${open[0].sentence}` };
  }
  return { kind: 'ok', sentence: '核验通过：这份记录自签署以来未被改动', advice: '它由登记的密钥签署，链接在案件链中，并已收入公开的存证日志。' };
}
