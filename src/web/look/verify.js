// @ts-check
// The page's own check of a proof: `[data-verify]` with `data-proof` (address), an embedded
// `script[data-proof-json]`, or a picked or dropped file. The proof never leaves the browser.

import { element, facts, notice } from './page.js';
import { checkProof, overall, parseProof } from './proof.js';

/** Larger than any proof the service makes. */
const MOST_BYTES = 4 * 1024 * 1024;

/** @param {boolean | null} ok */
const result = (ok) =>
  ok === null
    ? element('span', { class: 'tag warn' }, '未能核对')
    : element('span', { class: `tag ${ok ? 'ok' : 'danger'}` }, ok ? '通过' : '未通过');

/**
 * @param {import('./types').Verdict} verdict
 * @param {number} at
 * @returns {HTMLElement}
 */
function line(verdict, at) {
  const item = element(
    'li',
    {},
    element('p', { class: 'heading' }, element('strong', {}, `${at + 1}. ${verdict.title}`), result(verdict.ok)),
    element('p', {}, verdict.sentence),
  );
  if (verdict.details.length > 0) {
    item.append(element('details', {}, element('summary', {}, '技术细节'), facts(verdict.details)));
  }
  return item;
}

/**
 * Writes the outcome: the sentence first, then each step.
 * @param {HTMLElement} place
 * @param {import('./types').Verdict[]} verdicts
 */
function show(place, verdicts) {
  const { kind, sentence, advice } = overall(verdicts);
  const list = element('ol', { class: 'verdicts' });
  verdicts.forEach((verdict, at) => list.append(line(verdict, at)));
  place.replaceChildren(
    element('div', { class: `answer ${kind}` }, element('strong', {}, sentence), element('p', {}, advice)),
    list,
  );
}

/**
 * What the page displays of the signed fields; null when it marks none.
 * @returns {[string, string][] | null}
 */
function shownFields() {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const place of document.querySelectorAll('[data-field]')) {
    pairs.push([place.getAttribute('data-field') || '', place.textContent || '']);
  }
  return pairs.length > 0 ? pairs : null;
}

/**
 * @param {HTMLElement} place
 * @param {Promise<string>} coming
 * @param {string | null} logKey
 * @param {[string, string][] | null} shown
 */
async function run(place, coming, logKey, shown) {
  place.replaceChildren(notice('', '核验中', '正在本浏览器内逐步核对。'));
  try {
    if (!window.isSecureContext || !crypto.subtle) {
      throw new Error('本页不是经 HTTPS 打开的，浏览器不提供核验所需的功能。请用 https:// 地址打开，或下载证明后用离线核验程序核对。');
    }
    show(place, await checkProof(parseProof(await coming), { logKey, shown }));
  } catch (error) {
    place.replaceChildren(notice('warn', '未能核验', error instanceof Error ? error.message : String(error)));
  }
}

/**
 * @param {string} address
 * @returns {Promise<string>}
 */
async function fetched(address) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
  } catch {
    throw new Error('取不到证明：网络不通。请稍后再试。');
  }
  if (!answer.ok) throw new Error(`取不到证明：服务器答复 ${answer.status}。请稍后再试。`);
  return answer.text();
}

/**
 * @param {File} file
 * @returns {Promise<string>}
 */
async function read(file) {
  if (file.size > MOST_BYTES) throw new Error('文件超过 4 MB，不是存证证明。案卷包请用离线核验程序核对。');
  return file.text();
}

/** @param {HTMLElement} root */
function attend(root) {
  const place = root.querySelector('[data-verify-result]');
  if (!(place instanceof HTMLElement)) return;
  const logKey = root.getAttribute('data-log-key') || null;
  const address = root.getAttribute('data-proof');
  const embedded = root.querySelector('script[data-proof-json]');
  const own = () => run(place, embedded ? Promise.resolve(embedded.textContent || '') : fetched(address || ''), logKey, shownFields());

  const button = root.querySelector('[data-verify-start]');
  if (button && (embedded || address)) {
    button.removeAttribute('hidden');
    button.addEventListener('click', own);
    if (root.hasAttribute('data-auto')) own();
  }

  const input = root.querySelector('input[data-verify-file]');
  if (input instanceof HTMLInputElement) {
    const take = (/** @type {FileList | null} */ files) => {
      if (files && files[0]) run(place, read(files[0]), logKey, null);
    };
    input.addEventListener('change', () => take(input.files));
    root.addEventListener('submit', (event) => {
      event.preventDefault();
      take(input.files);
    });
    root.addEventListener('dragover', (event) => event.preventDefault());
    root.addEventListener('drop', (event) => {
      event.preventDefault();
      take(event.dataTransfer && event.dataTransfer.files);
    });
  }
}

if (typeof document !== 'undefined') {
  for (const root of document.querySelectorAll('[data-verify]')) if (root instanceof HTMLElement) attend(root);
}
