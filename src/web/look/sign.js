// @ts-check
// Signing a prepared record with this browser's key: `form[data-sign]` (macro `sign`), and telling a form
// that prepares one which key is at hand: `input[data-signing-key]`. Without a key the password stays.

import { Refusal, checkDraft } from './check.js';
import { base64, fromBase64, pae, same } from './digest.js';
import { load, sign, support } from './keys.js';
import { element, notice, resubmit } from './page.js';

/** @typedef {import('./types').StoredKey} StoredKey */

/** @returns {Map<string, string[]>} */
function shownTexts() {
  /** @type {Map<string, string[]>} */
  const shown = new Map();
  for (const place of document.querySelectorAll('[data-field]')) {
    const path = place.getAttribute('data-field') || '';
    shown.set(path, [...(shown.get(path) || []), place.textContent || '']);
  }
  return shown;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function fill(form, name, value) {
  const input = form.elements.namedItem(name);
  if (!(input instanceof HTMLInputElement)) throw new Refusal('本页缺少提交签名所需的栏目。请重新打开草稿。');
  input.value = value;
}

/**
 * @param {import('./check.js').Checked} checked
 * @param {number} fields
 * @returns {HTMLElement}
 */
function told(checked, fields) {
  const words = checked.signer.custody === 'browser' ? '将用本浏览器的密钥签名。' : '将用由服务器保管的密钥签名，请输入登录口令。';
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'notice ok' },
      element('strong', {}, '所见即所签'),
      element('span', {}, `本页填写的 ${fields} 项文字与将要签名的记录逐字一致；日期、金额和选项由系统转写，可以对照下面的原文。记录指纹 `),
      element('span', { class: 'fingerprint' }, checked.fingerprint),
      element('span', {}, `。${words}`),
    ),
    element(
      'details',
      {},
      element('summary', {}, '查看将要签名的原文'),
      element('pre', { tabindex: '0' }, JSON.stringify(checked.payload, null, 2)),
    ),
  );
}

/**
 * The key to sign with: null when the server holds it.
 * @param {import('./types').Signer} signer
 * @param {DOMStringMap} data
 * @returns {Promise<StoredKey | null>}
 */
async function keyFor(signer, data) {
  if (signer.custody !== 'browser') return null;
  const able = await support();
  if (!able.ok) throw new Refusal(able.text);
  const key = await load(data.person || '');
  if (!key || !data.publicKey || !same(key.publicKey, fromBase64(data.publicKey))) {
    throw new Refusal('这份草稿指定用另一浏览器中的密钥签名。请在那台设备上打开，或返回重新生成草稿。');
  }
  return key;
}

/** @param {HTMLFormElement} form */
async function attend(form) {
  const data = form.dataset;
  const report = form.querySelector('[data-sign-report]');
  const button = form.querySelector('button[type="submit"]');
  if (!(report instanceof HTMLElement) || !(button instanceof HTMLButtonElement)) return;

  const examine = async () => {
    const checked = await checkDraft({
      payload: data.payload || '', fields: data.fields || '[]', person: data.person || '', key: data.key || '', shown: shownTexts(),
    });
    return { checked, key: await keyFor(checked.signer, data) };
  };
  const refuse = (/** @type {unknown} */ error) => {
    button.disabled = true;
    const text = error instanceof Refusal ? error.message : '核对时出错，未签名。请重新打开草稿；再次出现请报告管理员。';
    report.replaceChildren(notice('danger', '不能签名', text));
  };

  if (!window.isSecureContext || !crypto.subtle) {
    report.replaceChildren(notice('warn', '未能核对', '本页不是经 HTTPS 打开的，浏览器不能核对将要签名的内容。'));
    return;
  }
  try {
    const { checked, key } = await examine();
    report.replaceChildren(told(checked, JSON.parse(data.fields || '[]').length));
    const password = form.querySelector('[data-sign-password]');
    if (key && password) password.remove();
  } catch (error) {
    refuse(error);
    return;
  }

  let signed = false;
  form.addEventListener('submit', async (event) => {
    if (signed) return;
    event.preventDefault();
    button.disabled = true;
    try {
      // Again, because the page may have changed while it lay open.
      const { checked, key } = await examine();
      if (key) {
        fill(form, 'key', checked.signer.key);
        fill(form, 'signature', base64(await sign(key, pae(checked.bytes))));
      }
      signed = true;
      await resubmit(form, button);
    } catch (error) {
      refuse(error);
    }
  });
}

/**
 * Tells the preparing form this browser's public key, so that the payload can name it.
 * @param {HTMLInputElement} input
 */
async function offer(input) {
  try {
    const key = (await support()).ok ? await load(input.dataset.person || '') : null;
    if (key) input.value = base64(key.publicKey);
  } catch {
    // Left empty: the server then prepares for the key it holds.
  }
}

for (const form of document.querySelectorAll('form[data-sign]')) if (form instanceof HTMLFormElement) attend(form);
for (const input of document.querySelectorAll('input[data-signing-key]')) if (input instanceof HTMLInputElement) offer(input);
