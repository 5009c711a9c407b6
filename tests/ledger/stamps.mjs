// What the page says of a time stamp, and of each of its copies with one bit flipped, a line each:
// node tests/ledger/stamps.mjs TOKEN DATA [flips]

import { readFileSync } from 'node:fs';
import { stamped } from '../../src/web/look/stamp.js';

const [token, data] = process.argv.slice(2, 4).map((path) => new Uint8Array(readFileSync(path)));

/** @param {Uint8Array<ArrayBuffer>} token */
async function said(token) {
  try {
    const { time, by } = await stamped(token, data);
    return by ? `${time} ${by.certificate} ${by.subject}` : `${time} unknown`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const lines = [await said(token)];
for (let bit = 0; process.argv[4] === 'flips' && bit < token.length * 8; bit += 1) {
  const flipped = token.slice();
  flipped[bit >> 3] ^= 1 << (bit & 7);
  lines.push(await said(flipped));
}
console.log(lines.map((line) => JSON.stringify(line)).join('\n'));
