// Dossiers as zip files that others might have packed, and the dossier of tests/vectors.

import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

/** @type {Record<string, string | { hex: string }>} */
const held = JSON.parse(readFileSync(new URL('../../vectors/dossier.json', import.meta.url), 'utf8')).vectors;

/** The files of the vectors' dossier by their names. @returns {Map<string, Buffer>} */
export const vectorDossier = () => new Map(Object.entries(held).map(([name, file]) => [name, typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.hex, 'hex')]));

/**
 * A zip as a simple program writes one; without check sums, which nobody here reads.
 * @param {Map<string, Buffer>} map
 * @param {{ folder?: string, deflate?: boolean, longer?: number }} [how] `longer`: bytes that the directory lies by
 * @returns {Blob}
 */
export function zip(map, { folder = '', deflate = false, longer = 0 } = {}) {
  /** @type {Buffer[]} */
  const parts = [];
  /** @type {Buffer[]} */
  const directory = [];
  let at = 0;
  for (const [name, bytes] of map) {
    const label = Buffer.from(folder + name);
    const body = deflate ? deflateRawSync(bytes) : bytes;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(label.length, 26);
    const line = Buffer.alloc(46);
    line.writeUInt32LE(0x02014b50, 0);
    line.writeUInt16LE(deflate ? 8 : 0, 10);
    line.writeUInt32LE(body.length, 20);
    line.writeUInt32LE(bytes.length + longer, 24);
    line.writeUInt16LE(label.length, 28);
    line.writeUInt32LE(at, 42);
    parts.push(head, label, body);
    directory.push(line, label);
    at += 30 + label.length + body.length;
  }
  const tail = Buffer.alloc(22);
  const list = Buffer.concat(directory);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(map.size, 10);
  tail.writeUInt32LE(list.length, 12);
  tail.writeUInt32LE(at, 16);
  return new Blob([Buffer.concat([...parts, list, tail])]);
}
