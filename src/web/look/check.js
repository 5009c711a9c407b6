// @ts-check
// What you see is what you sign: compares what a draft's page shows with the payload it would sign.
// Signs nothing and touches no page.

import { parseCanonical } from './canonical.js';
import { fieldDigest, fieldsRoot, fromBase64, grouped, hex, sha256, textOf } from './digest.js';

/**
 * @typedef {import('./types').Bytes} Bytes
 * @typedef {import('./types').Field} Field
 * @typedef {import('./types').Payload} Payload
 * @typedef {import('./types').Signer} Signer
 * @typedef {{ bytes: Bytes, payload: Payload, signer: Signer, fingerprint: string }} Checked
 */

/** Its message is for the person who was about to sign. */
export class Refusal extends Error {}

/**
 * @param {{ payload: string, fields: string, person: string, key: string, shown: Map<string, string[]> }} draft
 *   `payload` base64, `fields` JSON, `shown` the texts the page displays by path.
 * @returns {Promise<Checked>}
 */
export async function checkDraft(draft) {
  const { bytes, payload, fields } = read(draft.payload, draft.fields);
  for (const field of fields) compare(field, draft.shown);
  for (const [path, texts] of draft.shown) {
    if (!texts.every((text) => fields.some((field) => field.path === path && field.value === text))) {
      throw new Refusal(`本页显示的“${path}”不在将要签名的内容之中。请勿签名，重新打开草稿。`);
    }
  }
  const root = hex(fieldsRoot(fields.map(fieldDigest)));
  if (root !== payload.fields_root) throw new Refusal('由本页内容算得的承诺根与将要签名的记录不符。请勿签名，重新打开草稿；再次出现请报告管理员。');
  const signer = payload.signers.find((one) => one.person === draft.person);
  if (!signer) throw new Refusal('将要签名的记录没有把您列为签名人。请返回重新生成草稿。');
  if (draft.key && signer.key !== draft.key) throw new Refusal('将要签名的记录所写的密钥与本页不同。请返回重新生成草稿。');
  return { bytes, payload, signer, fingerprint: grouped(hex(await sha256(bytes))) };
}

/**
 * @param {string} encoded
 * @param {string} json
 * @returns {{ bytes: Bytes, payload: Payload, fields: Field[] }}
 */
function read(encoded, json) {
  try {
    const bytes = fromBase64(encoded);
    const payload = /** @type {Payload} */ (parseCanonical(textOf(bytes)));
    if (payload.schema !== 'zhijian/record/v1') throw new SyntaxError('schema');
    return { bytes, payload, fields: JSON.parse(json) };
  } catch {
    throw new Refusal('将要签名的记录格式不对，无法核对。请勿签名，重新打开草稿。');
  }
}

/**
 * @param {Field} field
 * @param {Map<string, string[]>} shown
 */
function compare(field, shown) {
  const texts = shown.get(field.path);
  // A field nobody displays cannot have been read, so it must not be signed unseen.
  if (!texts) throw new Refusal(`将要签名的“${field.path}”没有显示在本页。请勿签名，重新打开草稿。`);
  if (!texts.includes(field.value)) throw new Refusal(`本页显示的“${field.path}”与将要签名的内容不同。请勿签名，重新打开草稿。`);
}
