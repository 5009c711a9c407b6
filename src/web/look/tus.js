// @ts-check
// One file's way to the server by tus 1.0 (creation, checksum, termination): resumes after any cut, sends
// smaller pieces on a bad line, never claims more than the server confirmed. Knows no page.

import { CHUNK, base64, chunkRoot, hex, sha256, utf8 } from './digest.js';

/**
 * @typedef {import('./types').Bytes} Bytes
 * @typedef {import('./types').Reply} Reply
 * @typedef {'reading' | 'sending' | 'waiting' | 'paused' | 'received' | 'linked' | 'failed' | 'cancelled'} Phase
 * @typedef {{ file: File, caseId: string, endpoint: string, base: string, csrf: string,
 *   send: import('./types').Send, memory: import('./types').Memory,
 *   sleep: (ms: number, signal: AbortSignal) => Promise<void>, changed: (transfer: Transfer) => void }} Setting
 */

const LEAST = 1024 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30];
/** Looks at the server while a received file waits for its record. */
const LOOKS = 20;

/** Stops for good; its message is for the person. */
class Fatal extends Error {}
/** Worth trying again; its message says why, for the person. */
class Hiccup extends Error {}
const OFFLINE = '网络不通';
const BUSY = '服务器暂时不能接收';

/** @type {Record<number, string>} */
const REFUSALS = {
  401: '登录已过期。请重新登录后再选择同一文件，将从断点继续。',
  403: '没有向本案上传的权限。',
  413: '文件超过允许的大小，服务器没有接收。',
  415: '服务器不接收这类文件。',
  422: '服务器不接收这个文件。',
  507: '服务器存储空间不足，没有接收。已收到的部分仍在，请联系管理员。',
};

/** Client errors that pass, or that the protocol itself answers (404 and 410: upload gone, 460: bad checksum). */
const PASSING = [404, 408, 409, 410, 423, 425, 429, 460];

/**
 * Finds an unfinished upload again after a reload.
 * @param {string} caseId
 * @param {{ name: string, size: number, lastModified: number }} file
 */
export const memoryKey = (caseId, file) => `zhijian-upload:${caseId}:${file.size}:${file.lastModified}:${file.name}`;

/**
 * SHA-256 of each 4 MiB chunk.
 * @param {Blob} file
 * @param {AbortSignal} signal
 * @param {(bytes: number) => void} [onRead]
 * @returns {Promise<Bytes[]>}
 */
export async function readChunks(file, signal, onRead) {
  const digests = [];
  for (let at = 0; at < file.size; at += CHUNK) {
    if (signal.aborted) throw new Hiccup(OFFLINE);
    const end = Math.min(at + CHUNK, file.size);
    digests.push(await sha256(new Uint8Array(await file.slice(at, end).arrayBuffer())));
    if (onRead) onRead(end);
  }
  return digests;
}

export class Transfer {
  /** @param {Setting} setting */
  constructor(setting) {
    this.setting = setting;
    this.file = setting.file;
    /** @type {Phase} */
    this.phase = 'reading';
    /** Bytes read for the chunk root. */
    this.read = 0;
    /** Bytes the server confirmed. */
    this.confirmed = 0;
    /** Bytes on their way beyond that. */
    this.underway = 0;
    this.message = '';
    /** Hex, once the file was read. */
    this.root = '';
    /** @type {Bytes[]} */
    this.digests = [];
    this.key = memoryKey(setting.caseId, setting.file);
    this.url = setting.memory.getItem(this.key);
    this.step = CHUNK;
    this.failures = 0;
    this.mismatches = 0;
    this.trouble = OFFLINE;
    this.control = new AbortController();
    this.running = Promise.resolve();
  }

  /** Runs until received, failed, paused or cancelled; never throws. One run at a time. */
  run() {
    this.running = this.running.then(() => this.once());
    return this.running;
  }

  async once() {
    if (this.phase === 'paused' || this.phase === 'cancelled') return;
    this.control = new AbortController();
    try {
      await this.readOnce();
      while (!(await this.attempt())) await this.pause();
      await this.watch();
    } catch (error) {
      if (this.control.signal.aborted) return;
      this.set('failed', error instanceof Fatal ? error.message : '读取文件时出错：文件可能已移动、改动或被占用。请重新选择。');
    }
  }

  /** Stops sending; what the server confirmed stays. */
  stop() {
    this.control.abort();
    this.set('paused', '已暂停，已收到的部分不会丢失。');
  }

  /** Gives up, and tells the server to drop what it has. */
  async cancel() {
    this.control.abort();
    this.set('cancelled', '已取消。');
    this.setting.memory.removeItem(this.key);
    if (this.url) {
      const { send } = this.setting;
      await send({ method: 'DELETE', url: this.url, headers: this.headers(), signal: new AbortController().signal }).catch(() => null);
    }
  }

  async readOnce() {
    if (this.root) return;
    this.set('reading', '');
    this.digests = await readChunks(this.file, this.control.signal, (bytes) => {
      this.read = bytes;
      this.setting.changed(this);
    });
    this.root = hex(chunkRoot(this.digests));
  }

  /** @returns {Promise<boolean>} Whether the server has it all; false asks for another try. */
  async attempt() {
    try {
      this.set('sending', '');
      let reply = this.url ? await this.look() : await this.create();
      if (!reply) return false;
      while (this.confirmed < this.file.size) reply = await this.sendPiece();
      this.settle(reply);
      return true;
    } catch (error) {
      if (!(error instanceof Hiccup) || this.control.signal.aborted) throw error;
      this.underway = 0;
      this.trouble = error.message;
      this.failures += 1;
      if (this.failures >= 2) this.step = LEAST;
      return false;
    }
  }

  /** @returns {Promise<Reply>} */
  async create() {
    const { caseId, endpoint, base } = this.setting;
    const metadata = { filename: this.file.name, filetype: this.file.type, case: caseId, chunk_root: this.root, modified: String(this.file.lastModified) };
    const pairs = Object.entries(metadata).filter(([, value]) => value !== '').map(([name, value]) => `${name} ${base64(utf8(value))}`);
    const reply = await this.ask('POST', new URL(endpoint, base).href, { 'Upload-Length': String(this.file.size), 'Upload-Metadata': pairs.join(',') });
    const location = reply.header('Location');
    if (reply.status === 404 || reply.status === 410) throw new Fatal('本页的上传地址已失效。请刷新本页后再选择同一文件。');
    if (reply.status !== 201 || !location) throw new Hiccup(BUSY);
    const url = new URL(location, new URL(endpoint, base));
    // The token must not leave for another site.
    if (url.origin !== new URL(base).origin) throw new Fatal('服务器给出的上传地址不属于本站，已停止。请报告管理员。');
    this.url = url.href;
    this.setting.memory.setItem(this.key, this.url);
    this.confirmed = 0;
    return reply;
  }

  /** @returns {Promise<Reply | null>} null when the upload is gone and must be made anew. */
  async look() {
    const reply = await this.ask('HEAD', this.url || '', {});
    if (reply.status === 404 || reply.status === 410) {
      this.url = null;
      this.setting.memory.removeItem(this.key);
      return this.create();
    }
    this.confirmed = this.offsetOf(reply);
    this.setting.changed(this);
    return reply;
  }

  /** @returns {Promise<Reply>} */
  async sendPiece() {
    const from = this.confirmed;
    const to = Math.min(this.file.size, (Math.floor(from / this.step) + 1) * this.step);
    const body = this.file.slice(from, to);
    const whole = from % CHUNK === 0 && (to % CHUNK === 0 || to === this.file.size) && to - from <= CHUNK;
    const digest = whole ? this.digests[from / CHUNK] : await sha256(new Uint8Array(await body.arrayBuffer()));
    const reply = await this.ask('PATCH', this.url || '', {
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(from),
      'Upload-Checksum': `sha256 ${base64(digest)}`,
    }, body);
    if (reply.status === 460 && ++this.mismatches >= 3) {
      throw new Fatal('内容校验三次不符：文件在上传中被改动，或网络设备改动了内容。请重新选择文件，或换一个网络。');
    }
    if (reply.status !== 204) throw new Hiccup(BUSY);
    this.confirmed = this.offsetOf(reply);
    if (this.confirmed <= from) throw new Hiccup(BUSY);
    this.underway = 0;
    this.mismatches = 0;
    this.failures = 0;
    if (this.step < CHUNK) this.step *= 2;
    this.setting.changed(this);
    return reply;
  }

  /** @param {Reply} reply */
  settle(reply) {
    const theirs = reply.header('Zhijian-Chunk-Root');
    if (theirs && theirs !== this.root) throw new Fatal('服务器收到的内容与本机校验值不同，不能作为证据。请重新选择文件上传。');
    this.setting.memory.removeItem(this.key);
    this.set(reply.header('Zhijian-State') === 'linked' ? 'linked' : 'received', '');
  }

  /** Looks now and then whether the record that names the file was linked. */
  async watch() {
    const { sleep } = this.setting;
    for (let i = 0; i < LOOKS && this.phase === 'received'; i++) {
      await sleep(3000, this.control.signal);
      const reply = await this.ask('HEAD', this.url || '', {}).catch(() => null);
      if (!reply || this.control.signal.aborted || reply.status === 404 || reply.status === 410) return;
      this.settle(reply);
    }
  }

  /**
   * @param {'POST' | 'HEAD' | 'PATCH'} method
   * @param {string} url
   * @param {Record<string, string>} headers
   * @param {Blob} [body]
   * @returns {Promise<Reply>}
   */
  async ask(method, url, headers, body) {
    const onSent = (/** @type {number} */ bytes) => {
      this.underway = bytes;
      this.setting.changed(this);
    };
    const reply = await this.setting.send({ method, url, headers: { ...this.headers(), ...headers }, body, onSent, signal: this.control.signal });
    if (reply.status === 0 || this.control.signal.aborted) throw new Hiccup(OFFLINE);
    if (REFUSALS[reply.status]) throw new Fatal(REFUSALS[reply.status]);
    if (reply.status >= 400 && reply.status < 500 && !PASSING.includes(reply.status)) {
      throw new Fatal(`服务器没有接收（答复 ${reply.status}）。请刷新本页再试；再次出现请报告管理员。`);
    }
    return reply;
  }

  headers() {
    return { 'Tus-Resumable': '1.0.0', 'X-CSRF-Token': this.setting.csrf };
  }

  /** @param {Reply} reply */
  offsetOf(reply) {
    const text = reply.header('Upload-Offset') || '';
    const offset = Number(text);
    if (reply.status >= 300 || !/^[0-9]+$/.test(text) || offset > this.file.size) throw new Hiccup(BUSY);
    return offset;
  }

  async pause() {
    const seconds = WAITS[Math.min(this.failures, WAITS.length) - 1] || 1;
    this.set('waiting', `${this.trouble}，${seconds} 秒后自动续传，已收到的部分不会丢失。`);
    // Spread out, so that a whole station does not come back in one breath.
    await this.setting.sleep(seconds * 1000 * (0.75 + Math.random() / 2), this.control.signal);
    if (this.control.signal.aborted) throw new Hiccup(OFFLINE);
  }

  /**
   * @param {Phase} phase
   * @param {string} message
   */
  set(phase, message) {
    this.phase = phase;
    this.message = message;
    this.setting.changed(this);
  }
}
