// @ts-check
// Checks a receipt (docs/formats.md §19, C2SP tlog-proof): that the log held a record, and by which checkpoint. Whose
// record it is only its fingerprint says. Fetches nothing and touches no page.

import { canonical, parseCanonical } from './canonical.js';
import { base64, fromBase64, hex, textOf, utf8 } from './digest.js';
import { beijing } from './moment.js';
import { parseLogKey, parseNote, signaturesBy } from './note.js';
import { checkPlace } from './proof.js';

/**
 * @typedef {import('./types').EntryJson} EntryJson
 * @typedef {import('./types').Verdict} Verdict
 * @typedef {import('./types').KnownLogKey} KnownLogKey
 * @typedef {{ entry: EntryJson, nonce: string, index: number, path: string[], checkpoint: string }} Receipt
 */

/** How every receipt begins. */
export const BEGINS = 'c2sp.org/tlog-proof@v1\n';
const MOST_PATH = 64;

/**
 * Parses a receipt; the message of a refusal is for the reader.
 * @param {string} text
 * @returns {Receipt}
 */
export function parseReceipt(text) {
  try {
    const cut = text.indexOf('\n\n');
    const [extra, index, ...path] = text.slice(BEGINS.length, cut).split('\n');
    const { entry, format, nonce } = /** @type {{ entry: EntryJson, format: string, nonce: string }} */ (parseCanonical(textOf(fromBase64(extra.replace(/^extra /, '')))));
    const receipt = { entry, nonce, index: Number(index.replace(/^index /, '')), path: path.map((line) => hex(fromBase64(line))), checkpoint: text.slice(cut + 2) };
    const digests = path.length <= MOST_PATH && receipt.path.every((digest) => digest.length === 64);
    // One receipt, one spelling, as with proofs.
    const opening = base64(utf8(canonical({ entry, format: 'zhijian/receipt/v1', nonce })));
    const again = `${BEGINS}extra ${opening}\nindex ${receipt.index}\n${path.map((line) => `${line}\n`).join('')}\n${receipt.checkpoint}`;
    if (cut < 0 || !digests || format !== 'zhijian/receipt/v1' || again !== text) throw new SyntaxError('another spelling');
    return receipt;
  } catch {
    throw new SyntaxError('这不是本系统的存证凭证，或者下载后被改动。请选择从本系统下载的原文件。');
  }
}

/** The known key that signed the checkpoint, or else the first. @param {string} checkpoint @param {KnownLogKey[]} keys */
async function signer(checkpoint, keys) {
  try {
    const note = parseNote(checkpoint);
    for (const { vkey } of keys) if (signaturesBy(note, await parseLogKey(vkey)).length > 0) return vkey;
  } catch {
    // The checkpoint's own step says so.
  }
  return keys[0]?.vkey || '';
}

/**
 * Every step of a receipt's check.
 * @param {Receipt} receipt
 * @param {KnownLogKey[]} logKeys the keys that the reader knows of the log
 * @returns {Promise<Verdict[]>}
 */
export async function checkReceipt({ entry, nonce, index, path, checkpoint }, logKeys) {
  const record = { envelope: '', opened: [], hidden: [], entry, leaf: { nonce, index }, inclusion: path };
  const proof = { format: '', record, keys: [], checkpoint, log_key: await signer(checkpoint, logKeys) };
  /** @type {[string, string][]} */
  const details = [['记录指纹', String(entry.record)], ['链', String(entry.chain)], ['序号', String(entry.seq)], ['服务器收到时间', String(entry.received_at)]];
  const sentence = `凭证所证明的记录，指纹为${entry.record}，请与所持记录的指纹核对；凭证不含记录的内容和签名。`;
  return [{ step: 'entry', title: '所证明的记录', ok: true, sentence, details }, ...(await checkPlace(proof, logKeys))];
}

/**
 * The sentence over all steps.
 * @param {Receipt} receipt
 * @param {Verdict[]} verdicts
 * @returns {{ kind: 'ok' | 'warn' | 'danger', sentence: string, advice: string }}
 */
export function receiptConclusion({ entry }, verdicts) {
  const failed = verdicts.find((verdict) => verdict.ok === false);
  if (failed) return { kind: 'danger', sentence: `凭证无效：${failed.title}有问题`, advice: `${failed.sentence}请勿采信，并向出具凭证的机关查询。` };
  const open = verdicts.find((verdict) => verdict.ok === null);
  if (open) return { kind: 'warn', sentence: '部分核验：能核对的各步均通过', advice: open.sentence };
  return { kind: 'ok', sentence: '凭证有效：存证日志收录了所证明的记录', advice: `服务器称于北京时间 ${beijing(Date.parse(entry.received_at))} 收到。见证方的联署没有在本页核对，请用 zhijian-verify 按信任策略核对。` };
}
