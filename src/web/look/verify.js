// @ts-check
// The page's own check of proofs, receipts and dossiers: `[data-verify]` with `data-proof` (address), an embedded
// `script[data-proof-json]`, or a picked or dropped file. The proof never leaves the browser.

import { element, facts, notice } from './page.js';
import { checkProof, overall, parseProof } from './proof.js';
import { BEGINS, checkReceipt, parseReceipt, receiptConclusion } from './receipt.js';

/** Larger than any proof the service makes. */
const MOST_BYTES = 8 * 1024 * 1024;

/** @type {Partial<Record<import('./types').State, string>>} */
const OPEN = { irregular: '违规', missing: '缺失', unchecked: '未核对', noted: '说明' };

/** @param {import('./types').Verdict} verdict */
const result = ({ ok, state }) =>
  ok === null
    ? element('span', { class: state === 'noted' ? 'tag' : 'tag warn' }, (state && OPEN[state]) || '未能核对')
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
    element('p', { class: 'heading' }, element('strong', {}, `${at + 1}. ${verdict.title}`), result(verdict)),
    element('p', {}, verdict.sentence),
  );
  if (verdict.details.length === 0) return item;
  if (!verdict.state) {
    item.append(element('details', {}, element('summary', {}, '技术细节'), facts(verdict.details)));
    return item;
  }
  // Of a dossier the sentence is the sum of what is below it; what is not as it should be lies open.
  const all = element('details', {}, element('summary', {}, verdict.sentence), facts(verdict.details));
  all.open = verdict.state !== 'good' && verdict.state !== 'noted';
  item.lastElementChild?.replaceWith(all);
  return item;
}

/**
 * Writes the outcome: the sentence first, then each step.
 * @param {HTMLElement} place
 * @param {import('./types').Verdict[]} verdicts
 * @param {{ kind: string, sentence: string, advice: string }} [whole]
 */
function show(place, verdicts, whole = overall(verdicts)) {
  const { kind, sentence, advice } = whole;
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
 * @param {import('./types').KnownLogKey[] | null} logKeys
 * @param {[string, string][] | null} shown
 */
async function run(place, coming, logKeys, shown) {
  place.replaceChildren(notice('', '核验中', '正在本浏览器内逐步核对，请稍候。'));
  try {
    if (!window.isSecureContext || !crypto.subtle) {
      throw new Error('本页不是经 HTTPS 打开的，浏览器不提供核验所需的功能。请用 https:// 地址打开，或下载证明后用离线核验程序核对。');
    }
    const text = await coming;
    if (!text.startsWith(BEGINS)) return show(place, await checkProof(parseProof(text), { logKeys, shown }));
    const receipt = parseReceipt(text);
    const verdicts = await checkReceipt(receipt, logKeys || []);
    show(place, verdicts, receiptConclusion(receipt, verdicts));
  } catch (error) {
    place.replaceChildren(notice('warn', '未能核验', error instanceof Error ? error.message : String(error)));
  }
  return undefined;
}

/** Whether a file is a zip, by how it begins. @param {File} file */
async function isZip(file) {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return head.length === 4 && head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

/** The check of a dossier that goes on. @type {Worker | null} */
let checking = null;

/**
 * Checks a dossier's zip in a worker of its own: it may be long, and is a stranger's.
 * @param {HTMLElement} place
 * @param {File} file
 * @param {import('./types').KnownLogKey[] | null} logKeys
 * @param {string} rules address of the rules' texts
 */
function runDossier(place, file, logKeys, rules) {
  const worker = new Worker(new URL('./checking.js', import.meta.url), { type: 'module' });
  checking = worker;
  const words = element('p', {}, '正在本浏览器内逐件核对，案卷不会上传。');
  const bar = element('progress', { max: '1', value: '0', 'aria-label': '核对的进度' });
  place.replaceChildren(element('div', { class: 'notice' }, element('strong', {}, '核验中'), words, bar));
  // Read aloud is the answer, not every step to it.
  place.setAttribute('aria-busy', 'true');
  const end = (/** @type {() => void} */ say) => {
    worker.terminate();
    if (checking !== worker) return;
    checking = null;
    say();
    place.removeAttribute('aria-busy');
  };
  worker.addEventListener('error', () => end(() => place.replaceChildren(notice('warn', '未能核验', '核对中断。请重新打开本页再试，或者用 zhijian-verify 核对。'))));
  worker.addEventListener('message', ({ data }) => {
    if (data.verdicts) return end(() => show(place, data.verdicts, data.whole));
    if (data.fault) return end(() => place.replaceChildren(notice('warn', '未能核验', data.fault)));
    words.textContent = `已核对 ${data.done} ${data.unit}，共 ${data.of} ${data.unit}。案卷不会上传。`;
    bar.setAttribute('max', String(data.of));
    bar.setAttribute('value', String(data.done));
    return undefined;
  });
  worker.postMessage({ file, logKeys, rules });
}

/**
 * A picked or dropped file: a dossier's zip, a receipt, or a proof.
 * @param {HTMLElement} place
 * @param {File} file
 * @param {import('./types').KnownLogKey[] | null} logKeys
 * @param {string} rules
 */
async function runFile(place, file, logKeys, rules) {
  checking?.terminate();
  checking = null;
  place.removeAttribute('aria-busy');
  if (!(await isZip(file)) || !window.isSecureContext || !crypto.subtle) return run(place, read(file), logKeys, null);
  return runDossier(place, file, logKeys, rules);
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
  if (file.size > MOST_BYTES) throw new Error('文件超过 8 MB，不是存证证明或者存证凭证。案卷请选择 zip 文件。');
  return file.text();
}

/** @param {HTMLElement} root */
function attend(root) {
  const place = root.querySelector('[data-verify-result]');
  if (!(place instanceof HTMLElement)) return;
  const known = root.getAttribute('data-log-keys');
  const logKeys = known ? JSON.parse(known) : null;
  const address = root.getAttribute('data-proof');
  const embedded = root.querySelector('script[data-proof-json]');
  const button = root.querySelector('[data-verify-start]');
  const own = () => {
    if (button) button.textContent = '重新核验';
    return run(place, embedded ? Promise.resolve(embedded.textContent || '') : fetched(address || ''), logKeys, shownFields());
  };
  if (button && (embedded || address)) {
    button.removeAttribute('hidden');
    button.addEventListener('click', own);
    if (root.hasAttribute('data-auto')) own();
  }

  const input = root.querySelector('input[data-verify-file]');
  if (input instanceof HTMLInputElement) {
    const take = (/** @type {FileList | null} */ files) => {
      if (files && files[0]) runFile(place, files[0], logKeys, root.getAttribute('data-rules') || '');
    };
    input.addEventListener('change', () => take(input.files));
    root.addEventListener('submit', (event) => {
      event.preventDefault();
      take(input.files);
    });
    const form = input.form;
    root.addEventListener('dragover', (event) => {
      event.preventDefault();
      form?.classList.add('over');
    });
    for (const kind of ['dragleave', 'drop']) root.addEventListener(kind, () => form?.classList.remove('over'));
    root.addEventListener('drop', (event) => {
      event.preventDefault();
      take(event.dataTransfer && event.dataTransfer.files);
    });
  }
}

if (typeof document !== 'undefined') {
  for (const root of document.querySelectorAll('[data-verify]')) if (root instanceof HTMLElement) attend(root);
}
