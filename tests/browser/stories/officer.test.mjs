// Officers at work: a key in the browser, a case filed and approved, an inspection signed by two, a film uploaded.

import assert from 'node:assert/strict';
import { film, plays } from '../lib/film.mjs';
import {
  choice, enrolKey, fill, keyOffered, openWaiting, prepare, refused, signByKey, signByPassword, tick, today,
} from '../lib/office.mjs';
import { PASSWORD } from '../lib/people.mjs';
import { story } from '../lib/story.mjs';

/** @typedef {import('../lib/story.mjs').Visitor} Visitor */
/** @typedef {import('playwright-core').Page} Page */

const PARTY = '演示县晚风书店';
/** Each case has its own number in its name, so that it is found again among all. */
const title = (/** @type {number} */ width) => `${PARTY}未按规定明码标价案（${width}）`;

/**
 * The officer files a case with the browser's key, the head approves it by password.
 * @param {Visitor} officer
 * @param {Visitor} head
 * @param {number} width
 * @returns {Promise<string>} the case's address
 */
async function file(officer, head, width) {
  const { page } = officer;
  await page.goto('/office/cases/new');
  await keyOffered(page);
  const item = await choice(page, 'item');
  await fill(page, {
    on: today(), item, party_kind: 'household', discovered_on: today(), approved_by: await choice(page, 'approved_by', '陆明川'),
    'party.name': PARTY, 'party.representative': '晚风', 'party.address': '演示县示范镇书院路3号',
    'text.title': title(width), 'text.source': '监督检查', 'text.summary': '检查发现图书未标明价格。', 'text.basis': '《价格法》第四十二条。',
  });
  await tick(page, 'officers', '周砚');
  await prepare(page);
  await officer.look('officer-filing-to-sign');
  await signByKey(page);
  await page.getByText('还在等待陆明川签名').waitFor();

  await openWaiting(head.page, '立案审批表', '');
  await head.page.getByText(title(width)).waitFor();
  await head.look('head-filing-to-sign');
  await signByPassword(head.page);
  await head.page.getByText('已入链', { exact: true }).first().waitFor();
  return new URL(head.page.url()).pathname;
}

/**
 * @param {Page} page
 * @returns {Promise<{ bars: number[], words: string[] }>} everything the upload's line said so far
 */
const said = (page) => page.evaluate(() => JSON.parse(document.documentElement.dataset.said ?? '{"bars":[],"words":[]}'));

/** @param {Page} page  notes what the list of uploads shows as it changes */
async function listen(page) {
  await page.locator('[data-upload-list]').evaluate((list) => {
    const heard = { bars: /** @type {number[]} */ ([]), words: /** @type {string[]} */ ([]) };
    new MutationObserver(() => {
      heard.bars.push(list.querySelector('progress')?.value ?? 0);
      heard.words.push(list.querySelector('.meta:not(.heading .meta)')?.textContent ?? '');
      document.documentElement.dataset.said = JSON.stringify(heard);
    }).observe(list, { childList: true, subtree: true, characterData: true, attributes: true });
  });
}

story('signing in fails in words, then succeeds', async ({ page, look, expect, signIn }) => {
  expect(/status of 401/);
  await assert.rejects(signIn('linyuan', 'not this one'), /linyuan could not sign in: /);
  const words = await page.locator('.notice.danger').innerText();
  assert.match(words, /没有登录/);
  assert.equal(await page.getByLabel('登录名').inputValue(), 'linyuan');
  assert.equal(await page.getByLabel('密码').inputValue(), '');
  await look('office-sign-in-refused');
  await signIn('linyuan');
  await look('office-home-officer');
  await page.getByRole('button', { name: '退出' }).click();
  await page.waitForURL('**/office/sign-in');
  const answer = await page.goto('/office/cases');
  assert.equal(answer?.status(), 401);
  await page.getByRole('link', { name: '去登录' }).click();
  await page.waitForURL('**/office/sign-in*');
});

story(
  'without scripts an officer still records and signs, and is told what cannot be done',
  async ({ page, signIn, look }) => {
    await signIn('zhouyan');
    await page.goto('/office/cases?q=田丰农资');
    await page.locator('table tbody th a').click();
    assert(await page.locator('noscript .hint').isVisible(), 'not a word on why nothing can be uploaded');
    assert(!(await page.getByLabel('选择录音、录像、照片或文书').isVisible()), 'a choice of files that leads nowhere');
    await look('officer-case-plain');
    await page.goto(`${new URL(page.url()).pathname}/records/inspection`);
    await fill(page, {
      on: today(), with: await choice(page, 'with', '林予安'), certificate_shown: true, rights_told: true,
      'text.time': '9时10分至9时40分', 'text.place': '门市部', 'text.found': '现场未见涉案肥料。',
    });
    await page.getByRole('button', { name: '生成待签记录' }).click();
    await page.waitForURL('**/office/drafts/*');
    await look('officer-inspection-plain');
    await page.getByLabel('登录口令').fill(PASSWORD);
    await page.getByRole('button', { name: '签名并提交' }).click();
    await page.getByText('还在等待林予安签名').waitFor();
  },
  { scripts: false },
);

story('a case is filed, approved, inspected by two and given its film', async ({ page, width, look, expect, signIn, visitor }) => {
  const officer = { page, look, expect, signIn };
  await signIn('linyuan');
  await page.goto('/office/keys');
  await look('office-keys');
  await enrolKey(page);
  await look('office-keys-enrolled');

  // What is wrong with the form is said first, with the summary in focus and nothing lost.
  await page.goto('/office/cases/new');
  await look('officer-filing');
  const item = await choice(page, 'item');
  await fill(page, { on: today(), item, party_kind: 'household', discovered_on: today(), approved_by: await choice(page, 'approved_by', '陆明川') });
  await fill(page, { 'party.name': ' ', 'text.title': ' ', 'text.summary': '图书未标明价格。' });
  expect(/status of 422/);
  await refused(page);
  assert.equal(await page.locator('.faults a').count(), 2);
  assert.equal(await page.locator('[name="text.summary"]').inputValue(), '图书未标明价格。');
  await page.locator('.faults a').first().click();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'party.name');
  await look('officer-filing-faults');

  const head = await visitor('luming');
  const address = await file(officer, head, width);
  await page.goto('/office/cases');
  await page.getByRole('link', { name: title(width) }).click();
  assert.equal(new URL(page.url()).pathname, address);
  await look('officer-case-filed');

  await inspect(officer, await visitor('zhouyan'), address);
  await upload(officer, address, width);
  await blocked(head, address);
});

/**
 * Both officers sign the same inspection; the partner finds it on the workbench.
 * @param {Visitor} officer
 * @param {Visitor} partner
 * @param {string} address
 */
async function inspect(officer, partner, address) {
  const { page } = officer;
  await page.goto(`${address}/records/inspection`);
  await keyOffered(page);
  await fill(page, {
    on: today(), with: await choice(page, 'with', '周砚'), certificate_shown: true, rights_told: true,
    'text.time': '9时10分至9时40分', 'text.place': '演示县示范镇书院路3号', 'text.found': '书架陈列图书120册，未标明价格。',
  });
  await officer.look('officer-inspection');
  await prepare(page);
  await signByKey(page);
  await page.getByText('还在等待周砚签名').waitFor();
  await officer.look('officer-inspection-waiting');
  await openWaiting(partner.page, '现场检查（勘验）笔录', PARTY);
  await signByPassword(partner.page);
  const record = partner.page.locator('.timeline > li', { hasText: '现场检查（勘验）笔录' });
  await record.getByText('林予安（浏览器密钥）、周砚（口令密钥）').waitFor();
}

/**
 * A film goes up in pieces, is named by a record of evidence, and plays.
 * @param {Visitor} officer
 * @param {string} address
 * @param {number} width
 */
async function upload({ page, look }, address, width) {
  await page.goto(address);
  await listen(page);
  await page.getByLabel('选择录音、录像、照片或文书').setInputFiles(await film(width));
  const states = page.locator('.transfers .states li.done');
  await states.filter({ hasText: '已入链' }).waitFor();
  assert.deepEqual(await states.allTextContents(), ['本机已读取校验', '服务器已收到', '已入链']);
  await page.getByText('全部传完：服务器已收到 1 个文件').waitFor();
  const { bars, words } = await said(page);
  assert(new Set(bars).size >= 3, `the bar stood at ${[...new Set(bars)].join(', ')} only`);
  assert(words.some((said) => said.startsWith('正在本机读取校验')) && words.some((said) => said.startsWith('已传 ')));
  await look('officer-uploaded');

  await page.getByRole('link', { name: '下一步：签署证据材料记录' }).click();
  await keyOffered(page);
  await fill(page, {
    on: today(), evidence_kind: await choice(page, 'evidence_kind', '视听'),
    'text.title': '现场检查录像', 'text.source': '检查现场由执法记录仪摄录',
  });
  assert(await page.getByLabel(/现场检查录像\.mp4/).isChecked(), 'what no record names yet is not ticked');
  await look('officer-evidence');
  await prepare(page);
  await signByKey(page);
  const record = page.locator('.timeline > li', { hasText: '证据材料' });
  await record.getByText('查看内容').click();
  await record.getByRole('link', { name: '现场检查录像.mp4' }).click();
  await plays(page.locator('.exhibits li', { hasText: '现场检查录像.mp4' }).locator('video'));
  await look('officer-case-evidence');
}

/**
 * A decision out of turn: everything that stands against it is said at once, with articles and where to go.
 * @param {Visitor} head
 * @param {string} address
 */
async function blocked(head, address) {
  const { page } = head;
  await page.goto(`${address}/records/decision`);
  await fill(page, {
    on: today(), outcome: 'penalty', 'penalty.kinds': ['fine'], 'penalty.fine': '300000',
    'text.violation': '未按规定明码标价', 'text.facts': '图书未标明价格。', 'text.basis': '《价格法》第四十二条。', 'text.remedies': '可以申请行政复议。',
  });
  head.expect(/status of 422/);
  await refused(page);
  const reasons = page.locator('.objections > li');
  assert((await reasons.count()) >= 3, `${await reasons.count()} objections to a decision without anything`);
  for (const words of await reasons.locator('.meta').allInnerTexts()) assert.match(words, /《.+》|国办发|第.+条/);
  const all = (await reasons.allInnerTexts()).join('\n');
  for (const needed of ['告知', '审核']) assert(all.includes(needed), `${needed} is not asked for`);
  assert.equal(await page.locator('[name="penalty.fine"]').inputValue(), '300000');
  await head.look('head-decision-blocked');
}
