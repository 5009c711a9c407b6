// The tools of the stories, tried on planted faults: each must be seen, and a clean page must pass.

import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PHONE, openBrowser, openPage, watch } from './browser.mjs';
import { startDemo } from './demo.mjs';
import { axe, fits, picture } from './look.mjs';
import { signIn } from './people.mjs';

const CLEAN = '<main><h1>执鉴</h1><p>一切正常。</p></main>';
/** @type {Record<string, string>} */
const PAGES = {
  '/clean': CLEAN,
  '/thrown': `${CLEAN}<script src="/throw.js"></script>`,
  '/inline': `${CLEAN}<script>document.title = 'x';</script>`,
  '/cut': `${CLEAN}<img alt="断线" src="/never">`,
  '/absent': `${CLEAN}<img alt="没有" src="/404">`,
  '/unlabelled': `${CLEAN}<main><img src="/dot.svg"><input name="q"></main>`,
  '/wide': '<main><h1>执鉴</h1><div id="long">' + '长'.repeat(10) + '</div></main><link rel="stylesheet" href="/wide.css">',
  '/office/sign-in':
    '<main><h1>登录</h1><form method="post"><label>账号 <input name="login"></label>' +
    '<label>口令 <input name="password" type="password"></label><button type="submit">登录</button></form></main>',
};

const server = createServer((request, answer) => {
  const path = request.url ?? '/';
  /** @param {number} status @param {string} type @param {string} body */
  const send = (status, type, body) => {
    answer.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': "default-src 'self'" });
    answer.end(body);
  };
  const page = (/** @type {string} */ body) =>
    `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>试页</title>` +
    `<link rel="icon" href="/dot.svg"><meta name="viewport" content="width=device-width"></head><body>${body}</body></html>`;
  if (path === '/throw.js') return send(200, 'text/javascript', 'throw new Error("planted");');
  if (path === '/wide.css') return send(200, 'text/css', '#long { width: 900px; }');
  if (path === '/dot.svg') return send(200, 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  if (path === '/never') return void request.socket.destroy();
  if (path === '/broken') return send(503, 'text/html', page(CLEAN));
  if (path === '/office/sign-in' && request.method === 'POST') {
    let sent = '';
    request.on('data', (chunk) => (sent += chunk));
    request.on('end', () => {
      const right = new URLSearchParams(sent).get('password') === 'right';
      send(200, 'text/html', page(right ? CLEAN : `<p role="alert">口令不对。</p>${PAGES[path]}`));
    });
    return;
  }
  const body = PAGES[path];
  return body ? send(200, 'text/html', page(body)) : send(404, 'text/plain', 'nothing');
});

let url = '';
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zhijian-harness-'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  assert(address && typeof address === 'object');
  url = `http://127.0.0.1:${address.port}`;
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/**
 * Opens a page of the little server and hands it on, with its watcher.
 * @param {string} path
 * @param {(page: import('playwright-core').Page, watched: ReturnType<typeof watch>) => Promise<void>} body
 */
async function on(path, body) {
  const page = await openPage(browser, { url, width: PHONE });
  const watched = watch(page.context());
  try {
    await page.goto(path, { waitUntil: 'networkidle' });
    await body(page, watched);
  } finally {
    await page.context().close();
  }
}

test('a clean page is quiet, fits, pleases axe and has its picture taken', () =>
  on('/clean', async (page, watched) => {
    await axe(page);
    await fits(page);
    const path = await picture(page, 'harness');
    assert.match(path, /target\/screenshots\/harness-375\.png$/);
    assert((await stat(path)).size > 1000);
    watched.quiet();
  }));

for (const [path, seen] of /** @type {[string, RegExp][]} */ ([
  ['/thrown', /thrown: Error: planted/],
  ['/inline', /console: .*Content Security Policy/],
  ['/cut', /no answer: GET .*\/never/],
  ['/absent', /console: .*404/],
  ['/broken', /answer 503/],
])) {
  test(`the watcher sees what ${path} does`, () =>
    on(path, async (_page, watched) => {
      assert.throws(() => watched.quiet(), seen);
      watched.expect(seen);
      if (path === '/thrown') watched.quiet();
      watched.expect(/never comes/);
      assert.throws(() => watched.quiet(), /expected but never seen: \/never comes\//);
    }));
}

test('axe names what a page withholds from somebody', () =>
  on('/unlabelled', (page) => assert.rejects(axe(page), /image-alt[\s\S]*img[\s\S]*label/)));

test('a page wider than the screen is named with what sticks out', () =>
  on('/wide', (page) => assert.rejects(fits(page), /wider than the screen: .*div/)));

test('signing in follows the form or repeats its words', () =>
  on('/clean', async (page) => {
    await signIn(page, 'chen', 'right');
    await assert.rejects(signIn(page, 'chen', 'wrong'), /chen could not sign in: 口令不对。/);
  }));

/** @param {string} script */
async function program(script) {
  const path = join(folder, `house-${Math.random().toString(36).slice(2)}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test('a house that listens is found and stopped, and its folder goes', async () => {
  const binary = await program('echo "$@"; echo "listening on http://127.0.0.1:4321"; exec sleep 600');
  const demo = await startDemo({ binary });
  assert.equal(demo.url, 'http://127.0.0.1:4321');
  assert.equal(demo.output().split('\n')[0], `demo --data ${demo.folder} --listen 127.0.0.1:0`);
  assert((await stat(demo.folder)).isDirectory());
  await demo.stop();
  await assert.rejects(stat(demo.folder));
});

test('a house that ends, stays silent or stops badly is told with its words', async () => {
  await assert.rejects(startDemo({ binary: await program('echo 端口被占用 >&2; exit 3') }), /exit 3[\s\S]*端口被占用/);
  await assert.rejects(startDemo({ binary: await program('exec sleep 600'), startMs: 300 }), /never said/);
  await assert.rejects(startDemo({ binary: join(folder, 'absent') }), /ENOENT/);
  const bad = 'trap "exit 7" TERM; echo "listening on http://127.0.0.1:1"; while :; do sleep 0.05; done';
  const demo = await startDemo({ binary: await program(bad) });
  await assert.rejects(demo.stop(), /stopped with exit 7/);
});
