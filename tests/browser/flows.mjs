// The browser modules in a real Chromium under the real security policy: enrol, sign, refuse to sign, upload
// through cuts, check a proof, say what cannot be played; and the same pages without any script.
import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { LAUNCH, serve } from './serve.mjs';
import * as reference from './unit/reference.mjs';

const page = (name) => readFileSync(fileURLToPath(new URL(`../../target/gallery/${name}.html`, import.meta.url)), 'utf8');
const attribute = (html, name, value) => {
  assert.ok(html.includes(` ${name}="`), `${name} is not in the page`);
  return html.replace(new RegExp(` ${name}="[^"]*"`), ` ${name}="${value.replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"`);
};
const keyOf = (raw) => createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), format: 'der', type: 'spki' });

/** A signing page for the two values the gallery shows. */
function signing(publicKey, custody, shown) {
  const fields = [['party.name', '示例县汇丰食品商行'], ['text.summary', '现场货架陈列饼干6袋，\n超过保质期9日。']].map(([path, value]) => ({ path, value, salt: randomBytes(32).toString('hex') }));
  const root = reference.root(fields.map(reference.fieldDigest).sort(Buffer.compare)).toString('hex');
  const payload = { schema: 'zhijian/record/v1', chain: 'case/1', kind: 'inspection', at: '2026-11-20T02:03:04.005Z', signers: [{ person: 'person-1', key: 'key-1', custody }], fields_root: root, exhibits: [], facts: {} };
  const bytes = Buffer.from(reference.jcs(payload));
  let html = attribute(page('desk'), 'data-payload', bytes.toString('base64'));
  html = attribute(attribute(html, 'data-fields', JSON.stringify(fields)), 'data-public-key', publicKey);
  html = html.replace('data-sign data-draft', 'action="/signed" data-sign data-draft').replace('action="#" action=', 'action=');
  return { bytes, html: shown ? html.replace('示例县汇丰食品商行</dd>', `${shown}</dd>`) : html };
}

function wave() {
  const data = Buffer.alloc(8000);
  const head = Buffer.from('524946460000000057415645666d74201000000001000100401f0000401f0000010008006461746100000000', 'hex');
  head.writeUInt32LE(36 + data.length, 4);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data.fill(128)]);
}

const values = [['party.name', '示例县汇丰食品商行'], ['text.facts', '2026年10月12日，执法人员现场检查发现货架上陈列待售的饼干6袋，已超过标示的保质期9日。\n当事人承认未按规定查验，货值金额 72 元，无违法所得。']];
const { proof } = reference.syntheticProof({ opened: values.map(([path, value]) => ({ path, value })) });
const pages = { '/proof.json': reference.jcs(proof), '/clip.mp4': wave() };
let cuts = 0;
const site = await serve({ pages, faults: (request, uploads) => (request.method === 'PATCH' && uploads.size === 2 && cuts < 2 ? (cuts++, 'cut') : 0) });
const browser = await chromium.launch(LAUNCH);
const context = await browser.newContext({ locale: 'zh-CN' });
const problems = [];
const open = async (path, where = context) => {
  const tab = await where.newPage();
  tab.on('console', (m) => /Content Security Policy|Uncaught/.test(m.text()) && problems.push(`${path}: ${m.text()}`));
  tab.on('pageerror', (e) => problems.push(`${path}: ${e.message}`));
  await tab.goto(site.url + path);
  return tab;
};
const flow = async (name, body) => {
  await body();
  assert.deepEqual(problems, [], name);
  console.log(`ok ${name}`);
};
const posted = () => new URLSearchParams(site.posted[site.posted.length - 1].body);

let publicKey = '';
await flow('a key is made, proven and enrolled', async () => {
  pages['/enrol.html'] = page('desk').replace('action="#" data-enrol', 'action="/enrolled" data-enrol');
  const tab = await open('/enrol.html');
  await tab.click('form[data-enrol] button[type=submit]');
  await tab.waitForURL('**/enrolled');
  const sent = posted();
  publicKey = sent.get('public_key');
  const message = Buffer.from(`zhijian/enrol/v1\nperson-1\n${sent.get('challenge')}\n`);
  assert.ok(verify(null, message, keyOf(Buffer.from(publicKey, 'base64')), Buffer.from(sent.get('proof'), 'base64')));
  pages['/enrolled.html'] = attribute(pages['/enrol.html'], 'data-enrolled', JSON.stringify([publicKey]));
  const again = await open('/enrolled.html');
  await again.waitForSelector('text=本浏览器的密钥已登记');
  const { length } = site.posted;
  await again.click('text=暂存');
  assert.equal(site.posted.length, length, 'a form with a required field left empty stays');
  await again.fill('input[name=certificate]', '00000000001');
  await again.click('text=暂存');
  await again.waitForURL('**/prepared');
  assert.equal(posted().get('signing_key'), publicKey, 'the preparing form learns which key is at hand');
});

await flow('a record is signed with that key', async () => {
  const { bytes, html } = signing(publicKey, 'browser');
  pages['/sign.html'] = html;
  const tab = await open('/sign.html');
  await tab.waitForSelector('text=所见即所签');
  assert.equal(await tab.locator('[data-sign-password]').count(), 0, 'no password is asked');
  await tab.click('form[data-sign] button[type=submit]');
  await tab.waitForURL('**/signed');
  assert.equal(posted().get('key'), 'key-1');
  assert.ok(verify(null, reference.pae(bytes), keyOf(Buffer.from(publicKey, 'base64')), Buffer.from(posted().get('signature'), 'base64')));
});

await flow('what differs is not signed', async () => {
  const before = site.posted.length;
  pages['/sign-other.html'] = signing(publicKey, 'browser', '另一家商行').html;
  const tab = await open('/sign-other.html');
  await tab.waitForSelector('text=不能签名');
  assert.ok(await tab.locator('form[data-sign] button[type=submit]').isDisabled());
  // Changed under the reader's eyes, after the first check passed.
  pages['/sign.html'] = signing(publicKey, 'browser').html;
  const late = await open('/sign.html');
  await late.waitForSelector('text=所见即所签');
  await late.evaluate(() => (document.querySelector('dd[data-field="party.name"]').textContent = '另一家商行'));
  await late.click('form[data-sign] button[type=submit]');
  await late.waitForSelector('text=不能签名');
  pages['/sign-key.html'] = signing(Buffer.alloc(32, 7).toString('base64'), 'browser').html;
  await (await open('/sign-key.html')).waitForSelector('text=另一浏览器中的密钥');
  assert.equal(site.posted.length, before);
});

await flow('a key the server holds asks for the password', async () => {
  pages['/sign-server.html'] = signing('', 'server').html.replace('data-public-key=""', '');
  const tab = await open('/sign-server.html');
  await tab.waitForSelector('text=请输入登录口令');
  await tab.fill('input[name=password]', 'correct horse');
  await tab.click('form[data-sign] button[type=submit]');
  await tab.waitForURL('**/signed');
  assert.deepEqual([posted().get('password'), posted().get('signature')], ['correct horse', '']);
});

await flow('files arrive through cuts, small ones first', async () => {
  const film = randomBytes(9 * 1024 * 1024 + 17);
  const photo = randomBytes(40000);
  const tab = await open('/desk.html');
  await tab.setInputFiles('form[data-upload] input[type=file]', [
    { name: '现场录像.mp4', mimeType: 'video/mp4', buffer: film },
    { name: '照片.jpg', mimeType: 'image/jpeg', buffer: photo },
  ]);
  await tab.waitForSelector('text=全部传完：服务器已收到 2 个文件', { timeout: 30000 });
  const [first, second] = [...site.uploads.values()];
  assert.deepEqual([first.data, second.data], [photo, film]);
  assert.equal(cuts, 2);
  assert.ok(await tab.locator('[data-upload-next]').isVisible());
  assert.ok(site.requests.every((r) => r.headers['x-csrf-token'] === 'token'));
  assert.equal(await tab.evaluate(() => localStorage.length), 0);
  for (const upload of site.uploads.values()) upload.state = 'linked';
  await tab.waitForFunction(() => document.querySelectorAll('.progress .states li:nth-child(3).done').length === 2, null, { timeout: 15000 });
  await tab.screenshot({ path: fileURLToPath(new URL('../../target/gallery/uploads.png', import.meta.url)), fullPage: true });
});

await flow('a proof is checked in the page', async () => {
  const tab = await open('/item.html');
  await tab.waitForSelector('text=核验通过');
  assert.equal(await tab.locator('.verdicts > li').count(), 7);
  pages['/item-bent.html'] = page('item').replace('示例县汇丰食品商行</dd>', '示例县某商行</dd>');
  const bent = await open('/item-bent.html');
  await bent.waitForSelector('text=核验未通过：本页所示内容有问题');
});

await flow('a picked proof is checked without being sent', async () => {
  const before = site.posted.length;
  const tab = await open('/list.html');
  const pick = (text) => tab.setInputFiles('[data-verify] input[type=file]', { name: 'proof.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await pick(reference.jcs(proof));
  await tab.waitForSelector('text=核验通过');
  await pick(reference.jcs({ ...proof, record: { ...proof.record, hidden: [] } }));
  await tab.waitForSelector('text=核验未通过：内容与承诺值有问题');
  await pick('<img src=x onerror=alert(1)>');
  await tab.waitForSelector('text=这不是存证证明文件');
  assert.equal(site.posted.length, before);
});

await flow('sound over black is named', async () => {
  const tab = await open('/desk.html');
  await tab.waitForSelector('[data-player-notice] >> text=/没有画面|不能播放/');
});

await flow('everything stands without script', async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const desk = await open('/desk.html', plain);
  for (const selector of ['input[name=password]', 'form[data-sign] button[type=submit]', 'text=需要启用脚本', '.faults a']) {
    assert.ok(await desk.locator(selector).first().isVisible(), selector);
  }
  const item = await open('/item.html', plain);
  assert.ok(await item.locator('text=下载存证证明').isVisible());
  assert.ok(await item.locator('[data-verify-start]').isHidden());
  await plain.close();
});

await browser.close();
await site.close();
