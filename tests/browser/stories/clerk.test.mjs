// The clerk who makes decisions public: what is due, what is hidden, what the public then sees, and taking it back.

import assert from 'node:assert/strict';
import { DESK, PHONE } from '../lib/browser.mjs';
import { choice, fill, openWaiting, prepare, signByPassword, today } from '../lib/office.mjs';
import { story } from '../lib/story.mjs';

/** @typedef {import('../lib/story.mjs').Stage} Stage */
/** @typedef {import('playwright-core').Page} Page */

/** A natural person of 城市管理局 who was heard and whose decision is not yet made: everything private about him. */
const PERSON = { name: '岑知白', hidden: ['岑知白', '990101199108240316', '19900000311', '梧桐苑5栋'] };
/** A firm of 市场监督管理局 whose decision should have been public long ago. */
const FIRM = { name: '演示县优选家电销售有限公司', hidden: ['莫知返', '19900000115', '商贸大道101号'] };

/**
 * The case of `words` by way of the list of cases.
 * @param {Page} page
 * @param {string} words
 */
async function openCase(page, words) {
  await page.goto('/office/cases');
  await page.getByLabel('编号、案由或者当事人').fill(words);
  await page.getByRole('button', { name: '查询' }).click();
  await page.locator('table tbody tr', { hasText: words }).getByRole('link').first().click();
  await page.getByRole('heading', { name: '案卷记录' }).waitFor();
  return new URL(page.url()).pathname;
}

/**
 * From what is due to the form that discloses it.
 * @param {Page} page
 * @param {string} words
 */
async function openDue(page, words) {
  await page.goto('/office/disclosures');
  await page.locator('table tbody tr', { hasText: words }).getByRole('link', { name: '公示', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: '公示' }).waitFor();
}

/**
 * The public page of the case that is open, once its record is sealed, and what came over the line for it.
 * @param {Stage} stage
 * @returns {Promise<{ address: string, html: string }>}
 */
async function publicPage({ page, visitor }) {
  const address = await page.locator('dt', { hasText: /^公示$/ }).locator('..').getByRole('link').getAttribute('href');
  assert(address);
  const citizen = await visitor();
  await citizen.page.goto(address);
  const check = citizen.page.getByRole('button', { name: '在本页核验' });
  const patience = Date.now() + 15_000;
  while (!(await check.isVisible())) {
    assert(Date.now() < patience, 'the disclosure is never sealed');
    await citizen.page.reload();
  }
  const html = await (await citizen.page.request.get(address)).text();
  const proof = await (await citizen.page.request.get(`${address}/proof.json`)).text();
  await check.click();
  await citizen.page.getByText('核验通过：这份记录自签署以来未被改动').waitFor();
  await citizen.look('clerk-public-item');
  return { address, html: html + proof };
}

story('a late disclosure of a firm names how late, and shows what the clerk left', async (stage) => {
  const { page, signIn, look } = stage;
  await signIn('jiangyu');
  await look('office-home-clerk');
  await page.goto('/office/disclosures');
  const due = page.locator('table tbody tr', { hasText: FIRM.name });
  assert.match(await due.innerText(), /超|逾/);
  await look('clerk-due');
  await openDue(page, FIRM.name);
  await look('clerk-disclosure');
  const facts = page.getByLabel('公示的文字：违法事实');
  await facts.fill('当事人促销家电时虚构原价，以虚假的价格比较诱导消费者购买。');
  await fill(page, { on: today() });
  await prepare(page);
  await look('clerk-disclosure-to-sign');
  await signByPassword(page);
  const { html } = await publicPage(stage);
  assert(html.includes('以虚假的价格比较诱导消费者购买。'));
  for (const hidden of [...FIRM.hidden, '促销8款家电']) assert(!html.includes(hidden), `${hidden} is public`);
}, { widths: [PHONE] });

story('a person is decided upon, masked when disclosed, and taken back with a ground', async (stage) => {
  const { page, visitor, signIn, look } = stage;
  await signIn('shiyanqing');
  const file = await decide(stage);

  await openDue(page, PERSON.name);
  const proposals = page.locator('table tbody tr');
  const party = proposals.filter({ has: page.getByRole('rowheader', { name: '当事人' }) });
  assert(!(await party.getByRole('textbox').inputValue()).includes(PERSON.name), 'the name is proposed in full');
  assert.match(await party.innerText(), /姓名/);
  await look('clerk-masking');
  await page.getByLabel('公示的文字：当事人').fill('岑某某');
  await page.getByLabel('公示的文字：违法事实').fill('当事人擅自利用物业共用部位从事经营活动。');
  await fill(page, { on: today() });
  await prepare(page);
  await signByPassword(page);

  const { address, html } = await publicPage(stage);
  assert(html.includes('岑某某'));
  for (const hidden of PERSON.hidden) assert(!html.includes(hidden), `${hidden} is public`);

  await page.goto(`${file}/records/withdrawal`);
  await look('clerk-withdrawal');
  await fill(page, { on: today(), ground: await choice(page, 'ground'), 'text.reason': '所依据的决定经复核需要重新作出。' });
  const ground = await page.locator('[name="ground"] option:checked').innerText();
  await prepare(page);
  await signByPassword(page);
  await page.getByText('已撤下').first().waitFor();
  const citizen = await visitor();
  citizen.expect(/status of 410/);
  const answer = await citizen.page.goto(address);
  assert.equal(answer?.status(), 410);
  const text = await citizen.page.locator('main').innerText();
  assert(text.includes(ground), `the ground ${ground} is not on the page:\n${text}`);
  assert(!(await citizen.page.content()).includes('利用物业共用部位'), 'what was withdrawn is still told');
  await citizen.look('clerk-public-withdrawn');
}, { widths: [DESK] });

story('what was published before is corrected from what is public now, then taken back', async (stage) => {
  const { page, visitor, signIn, look, expect } = stage;
  expect(/status of 422/);
  await signIn('jiangyu');
  await page.goto('/office/disclosures');
  await page.getByRole('navigation', { name: '公示', exact: true }).getByRole('link', { name: '已公示' }).click();
  await look('clerk-published');
  // The newest of what has no case here.
  const rows = page.locator('table tbody tr', { has: page.locator('a[href^="/office/disclosures/"]') });
  while ((await rows.count()) === 0) await page.getByRole('link', { name: '下一页' }).click();
  const number = /\d{4}-\d{7}/.exec(await rows.first().innerText())?.[0] ?? '';
  await rows.first().getByRole('link', { name: '更正' }).click();
  await page.getByRole('heading', { level: 1, name: '公示更正' }).waitFor();
  await look('clerk-correction');
  const basis = page.getByLabel('更正后：处罚依据');
  const text = `${await basis.inputValue()}（演示更正）`;
  await fill(page, { on: today(), 'text.before': '依据条文不全。', 'text.after': '补全依据条文。', 'text.reason': '处罚依据录入不全，现予补全。' });
  await basis.fill('电话13800138000');
  await page.getByRole('button', { name: '生成待签记录' }).click();
  await page.getByText('起是电话号码，尚未隐去').waitFor();
  assert.equal(await page.locator('[name="text.reason"]').inputValue(), '处罚依据录入不全，现予补全。');
  await look('clerk-correction-refused');
  await basis.fill(text);
  await prepare(page);
  await look('clerk-correction-to-sign');
  await signByPassword(page);
  await page.getByText('已经入链').waitFor();
  await look('clerk-published-linked');

  const citizen = await visitor();
  await citizen.page.goto(`/disclosures/${number}`);
  const check = citizen.page.getByRole('button', { name: '在本页核验' });
  const patience = Date.now() + 15_000;
  while (!(await check.isVisible())) {
    assert(Date.now() < patience, 'the correction is never sealed');
    await citizen.page.reload();
  }
  await citizen.page.getByText('公示内容已经更正').first().waitFor();
  assert((await citizen.page.content()).includes(text));
  await check.click();
  await citizen.page.getByText('核验通过：这份记录自签署以来未被改动').waitFor();
  await citizen.look('clerk-public-corrected');

  await page.goto(`/office/disclosures/${number}/records/withdrawal`);
  await fill(page, { on: today(), ground: await choice(page, 'ground'), 'text.reason': '所依据的决定经复核需要重新作出。' });
  await look('clerk-withdrawal-uncased');
  await prepare(page);
  await page.getByText('请再次确认撤下').waitFor();
  await look('clerk-withdrawal-to-sign');
  await signByPassword(page);
  await page.getByText('已经入链').waitFor();
  citizen.expect(/status of 410/);
  assert.equal((await citizen.page.goto(`/disclosures/${number}`))?.status(), 410);
}, { widths: [DESK] });

/**
 * The head decides as the party was told, two officers serve it.
 * @param {Stage} stage
 * @returns {Promise<string>} the case's address
 */
async function decide({ visitor }) {
  const head = await visitor('baishu');
  const file = await openCase(head.page, PERSON.name);
  await head.page.goto(`${file}/records/decision`);
  assert.equal(await head.page.locator('[name="party.name"]').inputValue(), PERSON.name);
  await fill(head.page, { on: today(), outcome: 'penalty' });
  await head.look('head-decision');
  await prepare(head.page);
  await signByPassword(head.page);

  const officer = await visitor('sujian');
  await officer.page.goto(`${file}/records/service`);
  await fill(officer.page, {
    on: today(), method: 'direct', with: await choice(officer.page, 'with', '宋时予'), 'text.place': '演示县城市管理局', 'person.receiver': PERSON.name,
  });
  await prepare(officer.page);
  await signByPassword(officer.page);
  const partner = await visitor('songshiyu');
  await openWaiting(partner.page, '送达回证', PERSON.name);
  await signByPassword(partner.page);
  return file;
}
