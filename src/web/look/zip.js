// @ts-check
// Reads a zip file in the browser: stored and deflated entries, zip64, each file by its name. Unpacks nothing before
// it is asked for, and never more than the directory says; refuses names and places that repeat.

/** Bytes from the end in which the directory's end must be. */
const TAIL = 65_557;
/** A zip up to this size is read at once, of a larger one a stretch at a time. */
const WHOLE = 64 * 1024 * 1024;
const STRETCH = 256 * 1024;
/** What all files but the exhibits may come to: they stay in memory, an exhibit is let go before the next. */
const MOST_KEPT = 512 * 1024 * 1024;
/** Handed to the browser at a time: it unpacks each piece whole, a thousandfold if made so, before one can stop it. */
const PIECE = 16 * 1024;

/**
 * @typedef {import('./types').Bytes} Bytes
 * @typedef {{ name: string, method: number, packed: number, size: number, at: number }} Entry
 * @typedef {(from: number, to: number) => Promise<Bytes>} Read
 */

/**
 * What a dossier is read from. `bytes` is for short files and throws for one of more than `most`, `blob` for those of any
 * size, `size` for what `blob` would have, told without unpacking; null when there is no file of this name.
 * @typedef {{ names: string[], bytes(name: string, most: number): Promise<Bytes | null>, blob(name: string): Promise<Blob | null>, size(name: string): number | null }} Files
 */

/** @param {Blob} blob @param {number} from @param {number} to */
const view = async (blob, from, to) => new DataView(await blob.slice(from, to).arrayBuffer());

/** @param {DataView} data @param {number} at */
function big(data, at) {
  const value = Number(data.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new SyntaxError('所载的大小超出范围');
  return value;
}

/** @param {Blob} blob @returns {Promise<{ count: number, size: number, at: number }>} */
async function end(blob) {
  const from = Math.max(0, blob.size - TAIL);
  const data = await view(blob, from, blob.size);
  for (let at = data.byteLength - 22; at >= 0; at -= 1) {
    if (data.getUint32(at, true) !== 0x06054b50) continue;
    const found = { count: data.getUint16(at + 10, true), size: data.getUint32(at + 12, true), at: data.getUint32(at + 16, true) };
    const large = found.count === 0xffff || found.size === 0xffffffff || found.at === 0xffffffff;
    if (!large || at < 20 || data.getUint32(at - 20, true) !== 0x07064b50) return found;
    const far = big(data, at - 12);
    const more = await view(blob, far, far + 56);
    if (more.getUint32(0, true) !== 0x06064b50) throw new SyntaxError('缺少 zip64 目录');
    return { count: big(more, 32), size: big(more, 40), at: big(more, 48) };
  }
  throw new SyntaxError('不是 zip 文件');
}

/**
 * One line of the directory; sizes of 2^32 and more are in its extra field.
 * @param {DataView} data
 * @param {number} at
 * @returns {{ entry: Entry, next: number }}
 */
function line(data, at) {
  if (data.getUint32(at, true) !== 0x02014b50) throw new SyntaxError('目录已损坏');
  const [name, extra, comment] = [28, 30, 32].map((place) => data.getUint16(at + place, true));
  const text = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(data.buffer, at + 46, name));
  if (data.getUint16(at + 8, true) & 1) throw new SyntaxError('文件已加密');
  const entry = { name: text, method: data.getUint16(at + 10, true), packed: data.getUint32(at + 20, true), size: data.getUint32(at + 24, true), at: data.getUint32(at + 42, true) };
  const last = at + 46 + name + extra;
  for (let field = at + 46 + name; field + 4 <= last; ) {
    const length = data.getUint16(field + 2, true);
    if (data.getUint16(field, true) === 1) {
      let place = field + 4;
      for (const member of /** @type {('size' | 'packed' | 'at')[]} */ (['size', 'packed', 'at'])) {
        if (entry[member] !== 0xffffffff) continue;
        entry[member] = big(data, place);
        place += 8;
      }
    }
    field += 4 + length;
  }
  return { entry, next: last + comment };
}

/**
 * Short files lie side by side, and asking a blob costs far more than reading it: what was read is kept for the next.
 * @param {Blob} blob
 * @returns {Read}
 */
function reader(blob) {
  const least = blob.size <= WHOLE ? blob.size : STRETCH;
  let kept = { from: 0, to: 0, bytes: Promise.resolve(new Uint8Array(0)) };
  return async (from, to) => {
    if (to > blob.size) throw new SyntaxError('文件在压缩包中的位置超出范围');
    if (from < kept.from || to > kept.to) {
      const start = least === blob.size ? 0 : from;
      const stop = Math.min(blob.size, Math.max(to, start + least));
      kept = { from: start, to: stop, bytes: blob.slice(start, stop).arrayBuffer().then((buffer) => new Uint8Array(buffer)) };
    }
    const { from: start, bytes } = kept;
    return (await bytes).subarray(from - start, to - start);
  };
}

/** Where an entry's own bytes begin. @param {Read} read @param {Entry} entry */
async function start(read, entry) {
  const head = await read(entry.at, entry.at + 30);
  const data = new DataView(head.buffer, head.byteOffset, head.length);
  if (data.getUint32(0, true) !== 0x04034b50) throw new SyntaxError('压缩包目录所载的位置上没有这个文件');
  if (entry.method !== 0 && entry.method !== 8) throw new SyntaxError('压缩方法不受支持');
  if (entry.method === 0 && entry.packed !== entry.size) throw new SyntaxError('所载的大小与内容不符');
  return entry.at + 30 + data.getUint16(26, true) + data.getUint16(28, true);
}

const BROKEN = '压缩数据已损坏，不能解压';

/** @param {Bytes} packed @param {number} size @returns {Promise<Bytes>} */
async function inflate(packed, size) {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  // What is broken shows where it is read.
  for (let at = 0; at < packed.length; at += PIECE) writer.write(packed.subarray(at, at + PIECE)).catch(() => {});
  writer.close().catch(() => {});
  const plain = new Uint8Array(size);
  const parts = stream.readable.getReader();
  let at = 0;
  for (;;) {
    // What the browser says of broken bytes ("Failed to fetch") tells a reader nothing.
    const { done, value } = await parts.read().catch(() => ({ done: true, value: undefined }));
    if (done || !value) break;
    if (at + value.length > size) {
      await parts.cancel().catch(() => {});
      throw new SyntaxError(BROKEN);
    }
    plain.set(value, at);
    at += value.length;
  }
  if (at !== size) throw new SyntaxError(BROKEN);
  return plain;
}

/** @returns {TransformStream<Bytes, Bytes>} */
const inPieces = () =>
  new TransformStream({
    transform(part, onwards) {
      for (let at = 0; at < part.length; at += PIECE) onwards.enqueue(part.subarray(at, at + PIECE));
    },
  });

/** Ends at the first byte too many, before a few of them have become more than fits a disk. @param {number} size @returns {TransformStream<Bytes, Bytes>} */
function upTo(size) {
  let seen = 0;
  return new TransformStream({
    transform(part, onwards) {
      seen += part.length;
      if (seen > size) throw new SyntaxError(BROKEN);
      onwards.enqueue(part);
    },
  });
}

/** @param {Blob} blob @param {Read} read @param {Entry} entry @returns {Promise<Blob>} */
async function unpack(blob, read, entry) {
  const from = await start(read, entry);
  const packed = blob.slice(from, from + entry.packed);
  if (entry.method === 0) return packed;
  const stream = packed.stream().pipeThrough(inPieces()).pipeThrough(new DecompressionStream('deflate-raw')).pipeThrough(upTo(entry.size));
  const plain = await new Response(stream).blob().catch(() => null);
  if (plain?.size !== entry.size) throw new SyntaxError(BROKEN);
  return plain;
}

/** @param {Read} read @param {Entry} entry @param {number} most @returns {Promise<Bytes>} */
async function unpackShort(read, entry, most) {
  if (entry.size > most || entry.packed > most) throw new SyntaxError(`文件超过 ${most} 字节`);
  const from = await start(read, entry);
  const packed = await read(from, from + entry.packed);
  return entry.method === 0 ? packed : inflate(packed, entry.size);
}

/** The directory: every file once, at a place of its own. @param {Blob} blob @returns {Promise<Map<string, Entry>>} */
async function list(blob) {
  const directory = await end(blob);
  const data = await view(blob, directory.at, directory.at + directory.size);
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  const places = new Set();
  for (let at = 0, n = 0; n < directory.count; n += 1) {
    const { entry, next } = line(data, at);
    at = next;
    if (entry.name.endsWith('/')) continue;
    if (entries.has(entry.name)) throw new SyntaxError('有两个同名的文件');
    // A few bytes under many names would be unpacked as often.
    if (places.has(entry.at)) throw new SyntaxError('有两个文件在压缩包的同一位置');
    places.add(entry.at);
    entries.set(entry.name, entry);
  }
  return entries;
}

/**
 * The files in a zip, below the one folder that all are in if there is such a one.
 * @param {Blob} blob
 * @returns {Promise<Files>}
 */
export async function openZip(blob) {
  const entries = await list(blob);
  const all = [...entries.keys()];
  const folder = `${(all[0] || '').split('/')[0]}/`;
  const root = all.every((name) => name.startsWith(folder)) ? folder : '';
  let kept = 0;
  for (const [name, { size }] of entries) if (!name.startsWith(`${root}exhibits/`)) kept += size;
  if (kept > MOST_KEPT) throw new SyntaxError('证据附件以外的文件合计超过 512 MB');
  const read = reader(blob);
  const named = (/** @type {string} */ name) => entries.get(root + name);
  return {
    names: all.map((name) => name.slice(root.length)),
    size: (name) => named(name)?.size ?? null,
    bytes: async (name, most) => {
      const entry = named(name);
      return entry ? unpackShort(read, entry, most) : null;
    },
    blob: async (name) => {
      const entry = named(name);
      return entry ? unpack(blob, read, entry) : null;
    },
  };
}
