// @ts-check
// Enrolling this browser's key on 我的密钥: `form[data-enrol]` (macro `enrol`). Proves possession by signing
// "zhijian/enrol/v1\n<person>\n<challenge>\n"; the server decides whether the key may be used.

import { base64, utf8 } from './digest.js';
import { generate, load, sign, support } from './keys.js';
import { notice } from './page.js';

/** @typedef {import('./types').StoredKey} StoredKey */

/**
 * The bytes signed to prove possession.
 * @param {string} person
 * @param {string} challenge
 */
export const enrolMessage = (person, challenge) => utf8(`zhijian/enrol/v1\n${person}\n${challenge}\n`);

/**
 * @param {string | undefined} json
 * @returns {string[]}
 */
function enrolled(json) {
  try {
    const list = JSON.parse(json || '[]');
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/** @param {HTMLFormElement} form */
async function attend(form) {
  const report = form.querySelector('[data-enrol-report]');
  const button = form.querySelector('button[type="submit"]');
  const { person = '', challenge = '' } = form.dataset;
  if (!(report instanceof HTMLElement) || !(button instanceof HTMLButtonElement)) return;

  const able = await support();
  if (!able.ok) {
    report.replaceChildren(notice('warn', '本浏览器不能保管密钥', able.text));
    return;
  }
  const kept = await load(person);
  if (kept && enrolled(form.dataset.enrolled).includes(base64(kept.publicKey))) {
    report.replaceChildren(notice('ok', '已登记', '本浏览器的密钥已登记，签名时无需输入口令。密钥不能导出，清除浏览器数据后须重新登记。'));
    return;
  }
  report.replaceChildren(
    kept
      ? notice('', '待登记', '本浏览器已有密钥，但尚未登记，或登记已注销。登记后方可使用。')
      : notice('', '未登记', '将在本浏览器生成签名密钥。私钥不离开本机，也不能导出；清除浏览器数据后须重新登记。'),
  );
  button.hidden = false;

  let ready = false;
  form.addEventListener('submit', async (event) => {
    if (ready) return;
    event.preventDefault();
    button.disabled = true;
    try {
      const key = await fresh(person, kept, form);
      const proof = await sign(key, enrolMessage(person, challenge));
      set(form, 'public_key', base64(key.publicKey));
      set(form, 'proof', base64(proof));
      ready = true;
      form.requestSubmit ? (button.disabled = false, form.requestSubmit(button)) : form.submit();
    } catch {
      button.disabled = false;
      report.replaceChildren(notice('danger', '未登记', '生成密钥时出错，没有登记任何密钥。请刷新本页再试。'));
    }
  });
}

/**
 * A key that was revoked must not come back, so a page that says so gets a new one.
 * @param {string} person
 * @param {StoredKey | null} kept
 * @param {HTMLFormElement} form
 * @returns {Promise<StoredKey>}
 */
async function fresh(person, kept, form) {
  const revoked = enrolled(form.dataset.revoked);
  return kept && !revoked.includes(base64(kept.publicKey)) ? kept : generate(person);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function set(form, name, value) {
  const input = form.elements.namedItem(name);
  if (input instanceof HTMLInputElement) input.value = value;
}

if (typeof document !== 'undefined') {
  for (const form of document.querySelectorAll('form[data-enrol]')) if (form instanceof HTMLFormElement) attend(form);
}
