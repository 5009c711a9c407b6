// @ts-check
// Reads DER (X.690) strictly: one spelling for every length, nothing after the end. Knows no structure; no page.

/** @typedef {import('./types').Bytes} Bytes */

/** An element: its tag's byte, its content, and all of it. @typedef {{ tag: number, content: Bytes, whole: Bytes }} Element */

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BITS = 0x03;
export const OCTETS = 0x04;
export const OID = 0x06;
export const TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;
/** Tags of the universal class that there are; of another class every tag has its meaning from where it stands. */
const UNIVERSAL = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x1a, 0x1e, 0x30, 0x31];
/** `[n]`, which holds other elements. @param {number} n */
export const own = (n) => 0xa0 + n;

/** @param {Bytes} data @param {number} at @returns {{ length: number, start: number }} */
function lengthAt(data, at) {
  const first = data[at];
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  if (count < 1 || count > 3 || at + count >= data.length) throw new SyntaxError('not DER');
  const length = data.subarray(at + 1, at + 1 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length < 0x80 || data[at + 1] === 0) throw new SyntaxError('a length of another spelling');
  return { length, start: at + 1 + count };
}

/**
 * The elements that the bytes are made of.
 * @param {Bytes} data
 * @returns {Element[]}
 */
export function elements(data) {
  const found = [];
  for (let at = 0; at < data.length; ) {
    const known = data[at] < 0x40 ? UNIVERSAL.includes(data[at]) : (data[at] & 0x1f) !== 0x1f;
    if (!known || at + 1 >= data.length) throw new SyntaxError('not DER');
    const { length, start } = lengthAt(data, at + 1);
    const end = start + length;
    if (end > data.length) throw new SyntaxError('DER cut short');
    found.push({ tag: data[at], content: data.slice(start, end), whole: data.slice(at, end) });
    at = end;
  }
  return found;
}

/**
 * The one element that the bytes are.
 * @param {Bytes} data
 * @param {number} tag
 * @returns {Element}
 */
export function only(data, tag) {
  const [element, ...more] = elements(data);
  if (!element || more.length > 0 || element.tag !== tag) throw new SyntaxError('another element');
  return element;
}

/** Takes the elements of a sequence one by one. */
export class Reader {
  /** @param {Bytes} content */
  constructor(content) {
    this.left = elements(content);
  }

  /** @param {number} tag @returns {Element} The next element, which must have this tag. */
  take(tag) {
    const element = this.may(tag);
    if (!element) throw new SyntaxError('an element is missing');
    return element;
  }

  /** @param {number} tag @returns {Element | null} The next element if it has this tag. */
  may(tag) {
    return this.left[0]?.tag === tag ? this.left.shift() || null : null;
  }

  /** @returns {Element} The next element, whatever it is. */
  any() {
    const element = this.left.shift();
    if (!element) throw new SyntaxError('an element is missing');
    return element;
  }

  end() {
    if (this.left.length > 0) throw new SyntaxError('an element too many');
  }
}

/**
 * An object identifier as people write it.
 * @param {Bytes} content
 * @returns {string}
 */
export function oidText(content) {
  if (content.length === 0 || content[0] >= 0x80 || content[content.length - 1] >= 0x80) throw new SyntaxError('not an identifier');
  /** @type {number[]} */
  const arcs = [];
  let arc = 0;
  content.forEach((byte, at) => {
    // A zero in front of a number would be another spelling of it.
    if (byte === 0x80 && (at === 0 || content[at - 1] < 0x80)) throw new SyntaxError('not an identifier');
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) return;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)));
    arcs.push(arcs.length === 1 ? arc - arcs[0] * 40 : arc);
    arc = 0;
  });
  return arcs.join('.');
}
