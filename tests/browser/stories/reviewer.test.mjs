// A legal reviewer at work: the queue, a film played, a file returned with its faults, one agreed to, and one agreed to in vain.

import assert from 'node:assert/strict';
import { DESK, PHONE } from '../lib/browser.mjs';
import { plays } from '../lib/film.mjs';
import { choice, enrolKey, fill, keyOffered, prepare, refused, signByKey, signByPassword, today } from '../lib/office.mjs';
import { story } from '../lib/story.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Waits for the review of 市场监督管理局, returned once already. */
const RETURNED = '演示县乐途运动用品有限公司';
/** Waits for the review of 生态环境局. */
const AGREED = '演示县绿粒塑业有限公司';
const POINTS = ['capacity', 'powers', 'party', 'facts', 'character', 'law', 'discretion', 'procedure', 'crime'];

/** @param {string[]} failed */
const checklist = (failed) => Object.fromEntries(POINTS.map((point) => [`checklist.${point}`, failed.includes(point) ? 'fail' : 'pass']));

/**
 * From the navigation to the file of `party`.
 * @param {Page} page
 * @param {string} party
 */
async function openFile(page, party) {
  await page.getByRole('navigation', { name: '工作栏目' }).getByRole('link', { name: '法制审核' }).click();
  await page.locator('table tbody tr', { hasText: party }).getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: `法制审核：${party}` }).waitFor();
}

/** The case's file of the review that is open. @param {Page} page */
const address = (page) => `/office/cases/${new URL(page.url()).pathname.split('/').at(-1)}`;

story('a file is returned with its faults one by one', async ({ page, signIn, look, expect }) => {
  await signIn('xuwenlan');
  await look('office-home-reviewer');
  await page.goto('/office/reviews');
  await look('reviewer-queue');
  await openFile(page, RETURNED);
  await look('reviewer-file');
  const file = address(page);
  const text = await page.locator('main').innerText();
  for (const words of ['第2轮送审', '上次退回后新增', '拟作出的处理', '调查终结报告', '执法事项', '历次审核']) {
    assert(text.includes(words), `${words} is not on the page`);
  }
  await plays(page.locator('.pane video').first());

  // What is not judged point by point is not signed.
  await fill(page, { on: today(), result: 'correct', 'text.opinion': '送审材料尚有欠缺，建议纠正后重新送审。' });
  await fill(page, { ...checklist(['facts', 'discretion']), 'text.issues': ' ' });
  expect(/status of 422/);
  await refused(page);
  await look('reviewer-refused');
  await fill(page, { 'text.issues': '1．销售明细未由当事人核对签名。\n2．裁量理由未写明阶次。' });
  await prepare(page);
  await look('reviewer-opinion-to-sign');
  await signByPassword(page);
  await page.waitForURL(`**${file}?linked=1`);
  await page.getByText('许文澜：建议纠正，问题2条').waitFor();
  await look('reviewer-case-returned');
  await page.goto('/office/reviews');
  assert.equal(await page.locator('main', { hasText: RETURNED }).count(), 0);
}, { widths: [DESK] });

story('a file is agreed to, and later evidence undoes that', async ({ page, signIn, look, visitor }) => {
  await signIn('qinshuyan');
  await enrolKey(page);
  await openFile(page, AGREED);
  const file = address(page);
  await keyOffered(page);
  await fill(page, { on: today(), result: 'agree', 'text.opinion': '事实清楚，证据充分，同意。', ...checklist([]) });
  await look('reviewer-agreeing');
  await prepare(page);
  await signByKey(page);
  await page.getByText('秦书研：同意').waitFor();
  await look('reviewer-case-agreed');
  assert.equal(await page.getByText('已作废').count(), 0);

  const officer = await visitor('fangkewei');
  await addEvidence(officer.page, file);
  await page.reload();
  await page.getByText('已作废').waitFor();
  const round = await page.locator('.rows li', { hasText: '送审指纹' }).innerText();
  assert.match(round, /送审后案卷增加了“证据材料”，本轮审核作废[\s\S]*秦书研：同意/);
  await look('reviewer-case-voided');
}, { widths: [PHONE] });

/**
 * Adds a record to the file after its review.
 * @param {Page} page
 * @param {string} file
 */
async function addEvidence(page, file) {
  await page.goto(`${file}/records/evidence`);
  await fill(page, {
    on: today(), evidence_kind: await choice(page, 'evidence_kind'), 'text.title': '补充的现场照片', 'text.source': '检查现场拍摄',
  });
  await page.locator('#field-exhibits [type="checkbox"]').first().check();
  await prepare(page);
  await signByPassword(page);
}
