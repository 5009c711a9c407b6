// One file's way by tus: a pretended server that cuts, refuses and forgets; what arrives must be the file.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CHUNK } from '../../../src/web/look/digest.js';
import { Transfer, memoryKey, readChunks } from '../../../src/web/look/tus.js';
import * as reference from './reference.mjs';

const MIB = 1024 * 1024;

/** `faults(request, server)` may answer a status, or 0 for a dead line, before the server looks at a request. */
function server(faults = () => undefined) {
  const self = { uploads: new Map(), log: [], waits: [], state: 'received', root: null };
  const answer = (status, headers = {}) => ({ status, header: (name) => headers[name] ?? null });
  self.send = async (request) => {
    const bytes = request.body ? Buffer.from(await request.body.arrayBuffer()) : Buffer.alloc(0);
    self.log.push({ method: request.method, bytes: bytes.length, headers: request.headers, url: request.url });
    const fault = faults(request, self);
    if (fault !== undefined) return answer(fault);
    if (request.method === 'POST') {
      const url = `http://site.example/files/${self.uploads.size + 1}`;
      self.uploads.set(url, { length: Number(request.headers['Upload-Length']), data: Buffer.alloc(0) });
      return answer(201, { Location: new URL(url).pathname });
    }
    const upload = self.uploads.get(request.url);
    if (!upload) return answer(404);
    if (request.method === 'DELETE') return self.uploads.delete(request.url), answer(204);
    const state = () => ({ 'Upload-Offset': String(upload.data.length), ...(upload.data.length === upload.length ? { 'Zhijian-State': self.state, 'Zhijian-Chunk-Root': self.root } : {}) });
    if (request.method === 'HEAD') return answer(200, state());
    if (Number(request.headers['Upload-Offset']) !== upload.data.length) return answer(409);
    if (request.headers['Upload-Checksum'] !== `sha256 ${createHash('sha256').update(bytes).digest('base64')}`) return answer(460);
    upload.data = Buffer.concat([upload.data, bytes]);
    return answer(204, state());
  };
  self.stored = () => [...self.uploads.values()].map((u) => u.data);
  return self;
}

const memories = () => {
  const map = new Map();
  return { map, getItem: (k) => map.get(k) ?? null, setItem: (k, v) => void map.set(k, v), removeItem: (k) => void map.delete(k) };
};

function transfer(data, to, more = {}) {
  const phases = [];
  const file = new File([data], '现场.mp4', { type: 'video/mp4', lastModified: 1795000000000 });
  const made = new Transfer({
    file, caseId: 'case-1', endpoint: '/files', base: 'http://site.example/office/', csrf: 'token', send: to.send, memory: memories(),
    sleep: async (ms) => void to.waits.push(ms), changed: (t) => phases[phases.length - 1] !== t.phase && phases.push(t.phase), ...more,
  });
  return Object.assign(made, { phases });
}

test('a file arrives in checked pieces of 4 MiB', async () => {
  const data = randomBytes(CHUNK * 2 + 777);
  const to = server();
  const one = transfer(data, to);
  await one.run();
  assert.deepEqual(to.stored(), [data]);
  assert.deepEqual(to.log.slice(0, 4).map((r) => [r.method, r.bytes]), [['POST', 0], ['PATCH', CHUNK], ['PATCH', CHUNK], ['PATCH', 777]]);
  assert.ok(to.log.every((r) => r.headers['Tus-Resumable'] === '1.0.0' && r.headers['X-CSRF-Token'] === 'token'));
  assert.equal(one.phase, 'received');
  assert.equal(one.setting.memory.map.size, 0, 'nothing is left to resume');
  const parts = [0, 1, 2].map((i) => data.subarray(i * CHUNK, (i + 1) * CHUNK));
  assert.equal(one.root, reference.root(parts.map((p) => reference.hash(p))).toString('hex'));
  const metadata = Object.fromEntries(to.log[0].headers['Upload-Metadata'].split(',').map((pair) => pair.split(' ')).map(([k, v]) => [k, Buffer.from(v, 'base64').toString()]));
  assert.deepEqual(metadata, { filename: '现场.mp4', filetype: 'video/mp4', case: 'case-1', chunk_root: one.root, modified: '1795000000000' });
});

test('an empty file needs no piece', async () => {
  const to = server();
  const one = transfer(Buffer.alloc(0), to);
  await one.run();
  assert.equal(one.phase, 'received');
  assert.deepEqual(to.log.filter((r) => r.method === 'PATCH'), []);
});

test('on a bad line the pieces shrink, waits grow, and the file still arrives whole', async () => {
  const data = randomBytes(CHUNK * 2 + 5);
  let cuts = 0;
  const to = server((request) => (request.method === 'PATCH' && cuts < 3 ? (cuts++, 0) : undefined));
  const one = transfer(data, to);
  await one.run();
  assert.deepEqual(to.stored(), [data]);
  const sizes = to.log.filter((r) => r.method === 'PATCH').map((r) => r.bytes);
  assert.deepEqual(sizes.slice(0, 5), [CHUNK, CHUNK, MIB, MIB, MIB], 'two failures, then 1 MiB; the first success doubles the step to the next 2 MiB mark');
  assert.equal(to.waits.slice(0, 3).every((ms, i) => ms >= [750, 1500, 3000][i] && ms <= [1250, 2500, 5000][i]), true, String(to.waits));
  assert.ok(to.log.some((r) => r.method === 'HEAD'), 'the offset is asked, not assumed');
});

test('a lost answer is found out by asking', async () => {
  const data = randomBytes(CHUNK + 9);
  let lost = false;
  const to = server();
  const { send } = to;
  // The piece is stored, but its answer never comes back.
  to.send = async (request) => {
    const reply = await send(request);
    if (request.method === 'PATCH' && !lost) return (lost = true), { status: 0, header: () => null };
    return reply;
  };
  await transfer(data, to).run();
  assert.deepEqual(to.stored(), [data]);
  assert.equal(to.log.filter((r) => r.method === 'PATCH').length, 2, 'no byte twice');
});

test('after a reload the same file goes on where the server stands', async () => {
  const data = randomBytes(CHUNK * 2);
  let count = 0;
  const to = server((request) => (request.method === 'PATCH' && ++count === 2 ? 401 : undefined));
  const memory = memories();
  const first = transfer(data, to, { memory });
  await first.run();
  assert.equal(first.phase, 'failed');
  assert.match(first.message, /登录已过期/);
  assert.equal(memory.map.size, 1);
  const second = transfer(data, to, { memory });
  await second.run();
  assert.equal(second.phase, 'received');
  assert.deepEqual(to.stored(), [data]);
  assert.equal(to.log.filter((r) => r.method === 'POST').length, 1);
});

test('an upload the server forgot is begun anew', async () => {
  const data = randomBytes(100);
  const memory = memories();
  memory.setItem(memoryKey('case-1', { name: '现场.mp4', size: 100, lastModified: 1795000000000 }), 'http://site.example/files/gone');
  const to = server();
  await transfer(data, to, { memory }).run();
  assert.deepEqual(to.stored(), [data]);
});

test('another root than ours is no success', async () => {
  const to = server();
  to.root = 'ab'.repeat(32);
  const one = transfer(randomBytes(10), to);
  await one.run();
  assert.equal(one.phase, 'failed');
  assert.match(one.message, /不能作为证据/);
});

test('a piece that never matches its digest ends in words', async () => {
  const one = transfer(randomBytes(10), server((r) => (r.method === 'PATCH' ? 460 : undefined)));
  await one.run();
  assert.equal(one.phase, 'failed');
  assert.match(one.message, /校验三次不符/);
});

for (const [status, words] of [[413, /允许的大小/], [507, /空间不足/], [403, /没有向本案上传/], [400, /答复 400/], [404, /已失效/]]) {
  test(`refusal ${status} is not retried`, async () => {
    const to = server((r) => (r.method === 'POST' ? status : undefined));
    const one = transfer(randomBytes(10), to);
    await one.run();
    assert.equal(one.phase, 'failed');
    assert.match(one.message, words);
    assert.equal(to.log.length, 1);
  });
}

test('the token goes to no other site', async () => {
  const to = server();
  const { send } = to;
  to.send = async (request) => (request.method === 'POST' ? { status: 201, header: (n) => (n === 'Location' ? 'http://elsewhere.example/files/1' : null) } : send(request));
  const one = transfer(randomBytes(10), to);
  await one.run();
  assert.equal(one.phase, 'failed');
  assert.equal(to.log.length, 0);
});

test('pausing keeps what is there and going on ends it', async () => {
  const data = randomBytes(CHUNK * 3);
  let one;
  const to = server((r, self) => {
    if (r.method === 'PATCH' && self.log.filter((x) => x.method === 'PATCH').length === 2 && one.phase === 'sending') one.stop();
    return undefined;
  });
  one = transfer(data, to);
  const running = one.run();
  await running;
  assert.equal(one.phase, 'paused');
  one.set('sending', '');
  await one.run();
  assert.equal(one.phase, 'received');
  assert.deepEqual(to.stored(), [data]);
});

test('cancelling tells the server', async () => {
  let one;
  const to = server((r) => (r.method === 'PATCH' ? (one.cancel(), undefined) : undefined));
  one = transfer(randomBytes(CHUNK * 2), to);
  await one.run();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(one.phase, 'cancelled');
  assert.equal(to.uploads.size, 0);
  assert.equal(one.setting.memory.map.size, 0);
});

test('a received file becomes linked once its record is', async () => {
  const to = server();
  const one = transfer(randomBytes(10), to, { sleep: async () => void (to.state = 'linked') });
  await one.run();
  assert.deepEqual(one.phases, ['reading', 'sending', 'received', 'linked']);
});

test('reading stops when told', async () => {
  const control = new AbortController();
  control.abort();
  await assert.rejects(readChunks(new Blob([randomBytes(10)]), control.signal));
});
