// @ts-check
// The exhibits of a dossier: each is the bytes that a record names, or is withheld by a variant that may. No page.

import * as d from './digest.js';
import { Missing } from './findings.js';
import { opened } from './proof.js';

/**
 * @typedef {import('./types').Manifest} Manifest
 * @typedef {import('./types').RecordProof} RecordProof
 * @typedef {import('./findings.js').Check} Check
 * @typedef {import('./findings.js').Filed} Filed
 */

/** Longer exhibits are checked by their chunks alone: WebCrypto takes a file whole. */
const WHOLE_MAX = 256 * 1024 * 1024;

/** @param {Check} check @param {Manifest} m @param {(Filed | null)[]} records @param {import('./findings.js').Progress} [progress] */
export async function checkExhibits(check, m, records, progress) {
  /** @type {Map<string, import('./types').Payload['exhibits']>} */
  const named = new Map();
  const listed = new Set(m.exhibits.map((file) => file.sha256));
  const withheld = new Map(m.withheld.map((file) => [file.sha256, file]));
  const shown = records.filter((record) => record && record.withheld === undefined);
  const may = m.variant === 'party' || m.variant === 'public';
  for (const record of shown) {
    let exhibits = /** @type {import('./types').Payload['exhibits']} */ ([]);
    try {
      exhibits = opened(/** @type {RecordProof} */ (record)).payload.exhibits;
    } catch {
      // Said by the record's own steps.
    }
    for (const one of exhibits) {
      const before = named.get(one.sha256);
      if (before) before.push(one);
      else named.set(one.sha256, [one]);
      if (listed.has(one.sha256)) continue;
      const left = may && withheld.get(one.sha256);
      check.add(`exhibits/${one.sha256}`, 'exhibit', left ? 'noted' : 'missing', left ? `没有随卷：${left.reason}` : '记录所附证据未随卷');
    }
  }
  for (const [n, file] of m.exhibits.entries()) {
    progress?.('个附件', n, m.exhibits.length);
    await check.try(file.file, 'exhibit', async () => {
      const size = check.files.size(file.file);
      if (size === null) throw new Missing('卷内没有这个文件');
      const signed = named.get(file.sha256) || [];
      if (signed.length === 0 && shown.length === records.length) throw new Error('没有任何记录附有此件');
      if (signed.length === 0) throw new Missing('部分记录没有随卷，不能确定此件由谁附入');
      if (signed.some((one) => one.size !== file.size || one.chunk_root !== file.chunk_root) || signed.every((one) => one.media_type !== file.media_type)) throw new Error('目录所载与签署的记录不同');
      if (size !== file.size) throw new Error(`内容被改动：应为 ${file.size} 字节，实为 ${size} 字节`);
      // Unpacked only now: what no record names, or names otherwise, may be of any length.
      const blob = await check.files.blob(file.file);
      if (!blob) throw new Missing('卷内没有这个文件');
      const chunks = [];
      for (let at = 0; at < blob.size; at += d.CHUNK) {
        chunks.push(await d.sha256(new Uint8Array(await blob.slice(at, at + d.CHUNK).arrayBuffer())));
      }
      if (d.hex(d.chunkRoot(chunks)) !== file.chunk_root) throw new Error('内容被改动：分块根不符');
      if (blob.size > WHOLE_MAX) return [`${file.name}，${file.size} 字节，与签署的分块根一致。`, null];
      if (d.hex(await d.sha256(new Uint8Array(await blob.arrayBuffer()))) !== file.sha256) throw new Error('内容被改动：摘要不符');
      return [`${file.name}，${file.size} 字节，与签署的摘要一致。`, null];
    });
  }
}
