// @ts-check
// Canonical JSON (RFC 8785) for the values records hold. Refuses fractions, integers beyond 2^53
// and broken Unicode, as the server does; reads nothing and writes nothing.

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:[^\uD800-\uDBFF]|^)[\uDC00-\uDFFF]/;

/**
 * @param {string} text
 * @returns {string}
 */
function quoted(text) {
  if (LONE_SURROGATE.test(text)) throw new TypeError('broken Unicode in a string');
  return JSON.stringify(text);
}

/**
 * The one spelling of `value`.
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value) {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError('only integers below 2^53 are canonical here');
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object') {
    const members = /** @type {Record<string, unknown>} */ (value);
    // The default sort compares UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
    const parts = Object.keys(members).sort().map((name) => `${quoted(name)}:${canonical(members[name])}`);
    return `{${parts.join(',')}}`;
  }
  throw new TypeError(`a ${typeof value} has no canonical JSON`);
}

/**
 * Parses `text` and insists that it is spelled canonically, which also rules out repeated names.
 * @param {string} text
 * @returns {unknown}
 */
export function parseCanonical(text) {
  const value = JSON.parse(text);
  if (canonical(value) !== text) throw new SyntaxError('JSON is not in canonical form');
  return value;
}
