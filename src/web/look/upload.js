// @ts-check
// The uploading page: `form[data-upload]` (macro `upload`). Small files and large ones go in two lanes,
// each with bytes, rate, expected end and three honest states. Without this script nothing is sent.

import { grouped } from './digest.js';
import { csrfToken, element } from './page.js';
import { Transfer, memoryKey } from './tus.js';

/** Up to here a file goes in the quick lane, so that forms and photos never wait for a film. */
const SMALL = 32 * 1024 * 1024;

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return '不到 1 分钟';
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `约 ${minutes} 分钟` : `约 ${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`;
}

/** @type {import('./types').Send} */
const send = (request) =>
  new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => request.onSent && request.onSent(event.loaded);
    xhr.onloadend = () => resolve({ status: xhr.status, header: (name) => xhr.getResponseHeader(name) });
    // A line that is silent for a minute is a dead one.
    let last = Date.now();
    const guard = setInterval(() => Date.now() - last > 60000 && xhr.abort(), 5000);
    xhr.upload.addEventListener('progress', () => (last = Date.now()));
    xhr.addEventListener('loadend', () => clearInterval(guard));
    request.signal.addEventListener('abort', () => xhr.abort());
    if (request.signal.aborted) resolve({ status: 0, header: () => null });
    else xhr.send(request.body || null);
  });

/**
 * Ends early when stopped or when the network comes back.
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
const sleep = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const wake = () => (clearTimeout(timer), resolve());
    window.addEventListener('online', wake, { once: true });
    signal.addEventListener('abort', wake, { once: true });
  });

/** Local storage, or for this page alone where the browser forbids it. */
const memory = (() => {
  try {
    localStorage.getItem('');
    return localStorage;
  } catch {
    /** @type {Map<string, string>} */
    const map = new Map();
    return {
      getItem: (/** @type {string} */ key) => map.get(key) || null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => void map.set(key, value),
      removeItem: (/** @type {string} */ key) => void map.delete(key),
    };
  }
})();

/** One line of the list. */
class Row {
  /** @param {File} file */
  constructor(file) {
    this.bar = element('progress', { max: String(Math.max(file.size, 1)), value: '0', 'aria-label': `${file.name} 的上传进度` });
    this.meta = element('p', { class: 'meta' });
    this.fault = element('p', { class: 'fault', role: 'alert' });
    this.states = element('ol', { class: 'states' }, ...['本机已读取校验', '服务器已收到', '已入链'].map((word) => element('li', {}, word)));
    this.toggle = element('button', { type: 'button', class: 'small' }, '暂停');
    this.drop = element('button', { type: 'button', class: 'small' }, '取消');
    this.actions = element('div', { class: 'actions' }, this.toggle, this.drop);
    this.line = element(
      'li',
      { class: 'progress' },
      element('p', { class: 'heading' }, element('strong', {}, file.name), element('span', { class: 'meta' }, size(file.size))),
      this.bar, this.meta, this.states, this.fault, this.actions,
    );
    /** @type {{ at: number, bytes: number }[]} */
    this.samples = [];
  }

  /** @param {Transfer} transfer */
  show(transfer) {
    const { phase } = transfer;
    const reading = phase === 'reading';
    const sent = transfer.confirmed + transfer.underway;
    const over = phase === 'received' || phase === 'linked';
    this.bar.value = over ? this.bar.max : reading ? transfer.read : sent;
    this.meta.textContent = over ? this.proven(transfer) : reading ? `正在本机读取校验 ${size(transfer.read)}` : `已传 ${size(sent)}${phase === 'sending' ? this.rate(sent, transfer.file.size) : ''}`;
    this.fault.textContent = phase === 'failed' || phase === 'waiting' || phase === 'cancelled' ? transfer.message : '';
    this.line.classList.toggle('done', over);
    const marks = [transfer.root !== '', over, phase === 'linked'];
    const next = marks.indexOf(false);
    marks.forEach((done, i) => {
      this.states.children[i].className = done ? 'done' : i === next && (reading || phase === 'sending') ? 'now' : '';
    });
    this.toggle.textContent = phase === 'paused' || phase === 'failed' ? '继续' : '暂停';
    this.actions.hidden = over || phase === 'cancelled';
  }

  /** @param {Transfer} transfer */
  proven(transfer) {
    const waits = transfer.phase === 'received' ? '签署记录后入链。' : '';
    return `已传完 ${size(transfer.file.size)}。分块校验根 ${grouped(transfer.root)}。${waits}`;
  }

  /**
   * Rate over the last ten seconds and the expected end.
   * @param {number} bytes
   * @param {number} all
   */
  rate(bytes, all) {
    const now = Date.now();
    this.samples.push({ at: now, bytes });
    while (this.samples.length > 2 && now - this.samples[0].at > 10000) this.samples.shift();
    const [first] = this.samples;
    const speed = ((bytes - first.bytes) * 1000) / (now - first.at);
    if (!(speed > 0) || now - first.at < 1000) return ` / ${size(all)}`;
    const left = (all - bytes) / speed;
    const end = new Date(now + left * 1000);
    const clock = `${end.getHours()}:${String(end.getMinutes()).padStart(2, '0')}`;
    return ` / ${size(all)}，每秒 ${size(speed)}，预计 ${clock} 传完（${duration(left)}）`;
  }
}

/** @param {HTMLFormElement} form */
function attend(form) {
  const input = form.querySelector('input[type="file"]');
  const list = form.querySelector('[data-upload-list]');
  const summary = form.querySelector('[data-upload-summary]');
  if (!(input instanceof HTMLInputElement) || !(list instanceof HTMLElement) || !(summary instanceof HTMLElement)) return;
  if (!window.isSecureContext || !crypto.subtle) {
    summary.textContent = '本页不是经 HTTPS 打开的，浏览器不能在本机校验文件，不能上传附件。请用 https:// 地址打开本页。';
    return;
  }
  const caseId = form.dataset.case || '';
  /** @type {Transfer[]} */
  const transfers = [];
  /** @type {Transfer[][]} */
  const lanes = [[], []];
  const busy = [false, false];

  const summarise = () => {
    const count = (/** @type {string[]} */ ...phases) => transfers.filter((t) => phases.includes(t.phase)).length;
    const left = transfers.length - count('received', 'linked', 'cancelled');
    const stuck = count('failed', 'paused');
    const received = count('received', 'linked');
    summary.textContent = left === 0 ? `全部传完：服务器已收到 ${received} 个文件。` : `还剩 ${left} 个文件${stuck > 0 ? `，其中 ${stuck} 个等您处理` : ''}。请不要关闭本页；关闭后重新选择同一文件可继续。`;
    const next = document.querySelector('[data-upload-next]');
    if (next instanceof HTMLElement) next.hidden = left > 0 || received === 0;
  };

  const drive = async (/** @type {number} */ lane) => {
    if (busy[lane]) return;
    busy[lane] = true;
    const release = await stayAwake();
    for (;;) {
      lanes[lane].sort((a, b) => a.file.size - b.file.size);
      const transfer = lanes[lane].shift();
      if (!transfer) break;
      // Watching for the record goes on beside the next file.
      await Promise.race([transfer.run(), settled(transfer)]);
    }
    release();
    busy[lane] = false;
  };
  const enqueue = (/** @type {Transfer} */ transfer) => {
    const lane = transfer.file.size <= SMALL ? 0 : 1;
    lanes[lane].push(transfer);
    drive(lane);
  };

  const add = (/** @type {File} */ file) => {
    if (transfers.some((t) => t.phase !== 'cancelled' && memoryKey(caseId, t.file) === memoryKey(caseId, file))) return;
    const row = new Row(file);
    let words = '';
    const transfer = new Transfer({
      file, caseId, endpoint: form.dataset.endpoint || '/files', base: document.baseURI, csrf: csrfToken(), send, memory, sleep,
      changed: (self) => {
        row.show(self);
        // The summary is read aloud, so it changes only when a phase does.
        if (words !== self.phase) summarise();
        words = self.phase;
      },
    });
    row.toggle.addEventListener('click', () => {
      if (transfer.phase === 'paused' || transfer.phase === 'failed') {
        transfer.set(transfer.root ? 'sending' : 'reading', '');
        enqueue(transfer);
        return;
      }
      for (const lane of lanes) if (lane.includes(transfer)) lane.splice(lane.indexOf(transfer), 1);
      transfer.stop();
    });
    row.drop.addEventListener('click', () => {
      if (!window.confirm(`取消上传“${file.name}”？服务器将丢弃已收到的部分，本机文件不受影响。`)) return;
      for (const lane of lanes) if (lane.includes(transfer)) lane.splice(lane.indexOf(transfer), 1);
      transfer.cancel();
    });
    transfers.push(transfer);
    list.hidden = false;
    list.append(row.line);
    row.show(transfer);
    enqueue(transfer);
  };

  const take = (/** @type {FileList | null} */ files) => {
    for (const file of Array.from(files || []).sort((a, b) => a.size - b.size)) add(file);
    input.value = '';
    summarise();
  };
  input.addEventListener('change', () => take(input.files));
  form.addEventListener('submit', (event) => event.preventDefault());
  const drop = form.querySelector('[data-upload-drop]');
  if (drop instanceof HTMLElement) drop.hidden = false;
  dropping(form, take);
  leftovers(form, caseId);
}

/**
 * Resolves once a transfer needs the lane no more.
 * @param {Transfer} transfer
 * @returns {Promise<void>}
 */
const settled = (transfer) =>
  new Promise((resolve) => {
    const { changed } = transfer.setting;
    transfer.setting.changed = (self) => {
      changed(self);
      if (['received', 'linked', 'paused', 'failed', 'cancelled'].includes(self.phase)) resolve();
    };
  });

/**
 * @param {HTMLFormElement} form
 * @param {(files: FileList | null) => void} take
 */
function dropping(form, take) {
  const place = form.querySelector('[data-upload-drop]');
  if (!(place instanceof HTMLElement)) return;
  place.addEventListener('dragover', (event) => {
    event.preventDefault();
    place.classList.add('over');
  });
  place.addEventListener('dragleave', () => place.classList.remove('over'));
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    place.classList.remove('over');
    take(event.dataTransfer && event.dataTransfer.files);
  });
}

/**
 * Names uploads of this case that a closed page left behind.
 * @param {HTMLFormElement} form
 * @param {string} caseId
 */
function leftovers(form, caseId) {
  const place = form.querySelector('[data-upload-left]');
  const start = `zhijian-upload:${caseId}:`;
  const names = Object.keys(memory).filter((key) => key.startsWith(start)).map((key) => key.slice(start.length).split(':').slice(2).join(':'));
  if (!place || names.length === 0) return;
  place.replaceChildren(element('div', { class: 'notice warn' }, element('strong', {}, '上次未传完'), element('span', {}, `${names.join('、')}。请重新选择同一文件，将从断点继续。`)));
}

/** @returns {Promise<() => void>} */
async function stayAwake() {
  try {
    const lock = await navigator.wakeLock.request('screen');
    return () => void lock.release();
  } catch {
    return () => {};
  }
}

if (typeof document !== 'undefined') {
  for (const form of document.querySelectorAll('form[data-upload]')) if (form instanceof HTMLFormElement) attend(form);
}
