// Canonical JSON: the examples of RFC 8785 that hold for our values, and what must be refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonical, parseCanonical } from '../../../src/web/look/canonical.js';

test('members are sorted by UTF-16 code units', () => {
  // RFC 8785 §3.2.3: U+1F600 sorts by its surrogates, before U+FB33.
  const value = { '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew', 1: 'One', '\ud83d\ude00': 'Emoji', '\u0080': 'Control', '\u00f6': 'o' };
  assert.equal(
    canonical(value),
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"o","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji","\ufb33":"Hebrew"}',
  );
});

test('strings are escaped as little as possible', () => {
  assert.equal(canonical('\u20ac$\u000f\nA\'B"\\\\"/\u007f\u2028'), '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f\u2028"');
  assert.equal(canonical(['party.name', '王\u0001某']), '["party.name","王\\u0001某"]');
});

test('plain values', () => {
  assert.equal(canonical([null, true, false, 0, -7, 9007199254740991, {}, []]), '[null,true,false,0,-7,9007199254740991,{},[]]');
});

for (const [name, value] of [
  ['a fraction', 0.5], ['2^53', 2 ** 53], ['not a number', NaN], ['a lone high surrogate', 'a\ud800b'],
  ['a lone low surrogate', '\udc00'], ['nothing', undefined], ['a nested fraction', { a: [1.25] }],
]) {
  test(`refuses ${name}`, () => assert.throws(() => canonical(value), TypeError));
}

test('a pair of surrogates is no lone one', () => assert.equal(canonical('\ud83d\ude00\ud83d\ude00'), '"\ud83d\ude00\ud83d\ude00"'));

for (const text of ['{"b":1,"a":2}', '{"a": 1}', '{"a":1,"a":1}', '[1.0]', '"\\u0041"', '{"a":1}\n', '[1e2]']) {
  test(`parsing refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseCanonical(text)));
}

test('parsing takes the one spelling', () => assert.deepEqual(parseCanonical('{"a":2,"b":[1,"x"]}'), { a: 2, b: [1, 'x'] }));
