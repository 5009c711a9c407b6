// @ts-check
// Reads a zip file in the browser: stored and deflated entries, zip64, each file by its name. Unpacks nothing before
// it is asked for; refuses names that repeat.

/** Bytes from the end in which the directory's end must be. */
const TAIL = 65_557;

/**
 * @typedef {{ name: string, method: number, packed: number, size: number, at: number }} Entry
 * @typedef {{ names: string[], blob(name: string): Promise<Blob | null> }} Files
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

/** @param {Blob} blob @param {Entry} entry @returns {Promise<Blob>} */
async function unpack(blob, entry) {
  const head = await view(blob, entry.at, entry.at + 30);
  if (head.getUint32(0, true) !== 0x04034b50) throw new SyntaxError('压缩包目录所载的位置上没有这个文件');
  const from = entry.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const packed = blob.slice(from, from + entry.packed);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw new SyntaxError('压缩方法不受支持');
  // What the browser says of broken bytes ("Failed to fetch") tells a reader nothing.
  const plain = await new Response(packed.stream().pipeThrough(new DecompressionStream('deflate-raw'))).blob().catch(() => null);
  if (plain?.size !== entry.size) throw new SyntaxError('压缩数据已损坏，不能解压');
  return plain;
}

/**
 * The files in a zip, below the one folder that all are in if there is such a one.
 * @param {Blob} blob
 * @returns {Promise<Files>}
 */
export async function openZip(blob) {
  const directory = await end(blob);
  const data = await view(blob, directory.at, directory.at + directory.size);
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (let at = 0, n = 0; n < directory.count; n += 1) {
    const { entry, next } = line(data, at);
    at = next;
    if (entry.name.endsWith('/')) continue;
    if (entries.has(entry.name)) throw new SyntaxError('有两个同名的文件');
    entries.set(entry.name, entry);
  }
  const all = [...entries.keys()];
  const folder = `${(all[0] || '').split('/')[0]}/`;
  const root = all.every((name) => name.startsWith(folder)) ? folder : '';
  return {
    names: all.map((name) => name.slice(root.length)),
    blob: async (name) => {
      const entry = entries.get(root + name);
      return entry ? unpack(blob, entry) : null;
    },
  };
}
