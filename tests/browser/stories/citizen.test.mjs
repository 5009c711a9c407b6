// A citizen with a decision in hand: finds it, reads it, checks it in the page and from a file, with and without scripts.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { story } from '../lib/story.mjs';

/** The case of 甘某某: a natural person, so the name is masked; a decision with a whole case behind it. */
const FORGED_LICENCE = '涂改营业执照';
/** The party of the one case that was disclosed and withdrawn, and its representative. */
const WITHDRAWN = ['南枝茶叶', '楚南枝', '91990101MADM01169H'];

/** @typedef {import('playwright-core').Page} Page */

/**
 * Finds a decision from the front page and opens it.
 * @param {Page} page
 * @param {string} words
 */
async function open(page, words) {
  await page.goto('/');
  await page.getByRole('searchbox').fill(words);
  await page.getByRole('button', { name: '查询' }).click();
  await page.locator('table tbody th a').first().click();
  await page.getByRole('heading', { name: '公示记录' }).waitFor();
}

/** @param {Page} page  how many the list says there are */
async function total(page) {
  const words = await page.locator('.summary [role="status"]').innerText();
  return Number(/\d+/.exec(words)?.[0]);
}

/**
 * Waits for the outcome of a check and gives its steps: title, and whether each passed.
 * @param {Page} page
 */
async function verdicts(page) {
  const steps = page.locator('.verdicts > li');
  await steps.first().waitFor();
  return steps.evaluateAll((lines) =>
    lines.map((line) => ({
      title: line.querySelector('strong')?.textContent ?? '',
      outcome: line.querySelector('.tag')?.textContent ?? '',
      sentence: line.querySelectorAll('p')[1]?.textContent ?? '',
    })),
  );
}

/** @param {Page} page */
async function pressCheck(page) {
  await page.getByRole('button', { name: /在本页核验|重新核验/ }).click();
  await page.locator('[data-verify-result] .answer').waitFor();
  return verdicts(page);
}

/**
 * Drops a file on the checking page.
 * @param {Page} page
 * @param {string} text
 */
async function drop(page, text) {
  // A new page each time: what stands there is of this file and of no other.
  await page.goto('/verify');
  const carried = await page.evaluateHandle((body) => {
    const carried = new DataTransfer();
    carried.items.add(new File([body], 'proof.json', { type: 'application/json' }));
    return carried;
  }, text);
  await page.dispatchEvent('[data-verify] form', 'drop', { dataTransfer: carried });
  await page.locator('[data-verify-result] .answer, [data-verify-result] .notice.warn').waitFor();
}

story('a citizen searches, filters and turns pages', async ({ page, look }) => {
  await page.goto('/');
  await look('citizen-portal');
  await page.getByRole('searchbox').fill('公司');
  await page.getByRole('button', { name: '查询' }).click();
  await page.waitForURL('**/disclosures?q=*');
  const all = await total(page);
  assert(all > 20, `${all} found`);
  await look('citizen-list');

  await page.getByRole('link', { name: '下一页' }).click();
  assert.equal(await page.locator('.pager [aria-current="page"]').textContent(), '第2页');
  assert.equal(await page.getByRole('searchbox', { name: '关键词' }).inputValue(), '公司');
  await page.getByRole('link', { name: '尾页' }).click();
  const rows = await page.locator('table tbody tr').count();
  assert(rows >= 1 && rows <= 20, `${rows} on the last page`);
  await page.getByLabel('跳转到').fill('1');
  await page.getByRole('button', { name: '跳转' }).click();
  assert.equal(await page.locator('.pager [aria-current="page"]').textContent(), '第1页');

  await page.getByLabel('执法主体').selectOption({ label: '演示县城市管理局' });
  await page.getByRole('button', { name: '筛选' }).click();
  await page.waitForURL('**/disclosures?*agency=1*');
  const some = await total(page);
  assert(some > 0 && some < all, `${some} of ${all}`);
  for (const agency of await page.locator('[data-label="执法主体"]').allInnerTexts()) {
    assert.equal(agency.trim(), '演示县城市管理局');
  }
  await page.getByRole('link', { name: '清除条件' }).click();
  await page.getByLabel('关键词').fill('查无此项之词');
  await page.getByRole('button', { name: '筛选' }).click();
  await page.locator('.empty').waitFor();
  await look('citizen-nothing-found');
});

story('a decision says what was decided, until when one may object, and who decided', async ({ page, look }) => {
  await open(page, FORGED_LICENCE);
  await look('citizen-item');
  const text = await page.locator('main').innerText();
  for (const words of ['该决定真实有效', '甘某', '处罚依据', '处罚机关', '演示县市场监督管理局', '公示截止日期', '联系电话', '0980-']) {
    assert(text.includes(words), `${words} is not on the page`);
  }
  assert.match(text, /最后一日：20\d\d年\d+月\d+日/);
  // Hidden is hidden: the demonstration's own data have the name in full.
  assert(!(await page.content()).includes('甘棠远'));
  assert.match(text, /依法隐去或者不予公开的原文不在本页/);

  await page.locator('main dt', { hasText: '公示机关' }).first().waitFor();
  await page.goto('/agencies');
  await page.getByRole('link', { name: '演示县市场监督管理局' }).click();
  await page.getByRole('heading', { name: '执法人员' }).waitFor();
  await look('citizen-agency');
  await page.getByRole('link', { name: '990101000101' }).click();
  await page.getByText('证件有效：林予安').waitFor();
  await look('citizen-officer');
});

story('a citizen checks a decision in the page, and is told when the page was altered', async ({ page, look }) => {
  await open(page, FORGED_LICENCE);
  const steps = await pressCheck(page);
  assert.deepEqual(
    steps.map(({ title, outcome }) => `${title} ${outcome}`),
    ['本页所示内容', '内容与承诺值', '签名', '案件链', '存证叶', '存证日志收录', '日志检查点'].map((step, n) => `${n + 1}. ${step} 通过`),
  );
  for (const { title, sentence } of steps) assert.match(sentence, /[\u4e00-\u9fff]{4}.*。$/, title);
  await page.getByText('核验通过：这份记录自签署以来未被改动').waitFor();
  await look('citizen-checked');

  await page.evaluate(() => {
    for (const place of document.querySelectorAll('[data-field]')) {
      if (place.textContent?.includes('甘某')) return void (place.textContent = '李某某');
    }
    throw new Error('no such field on the page');
  });
  const [first, ...others] = await pressCheck(page);
  assert.equal(`${first?.title} ${first?.outcome}`, '1. 本页所示内容 未通过');
  assert(others.every(({ outcome }) => outcome === '通过'));
  await page.getByText('核验未通过：本页所示内容有问题').waitFor();
  await look('citizen-altered');
});

story('a downloaded proof passes elsewhere, and a flipped one fails where it was flipped', async ({ page, look }) => {
  await open(page, FORGED_LICENCE);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载存证证明' }).click(),
  ]);
  const proof = await readFile(await download.path(), 'utf8');
  const receipt = await (await page.request.get(`${new URL(page.url()).pathname}/receipt.tlog-proof`)).text();
  assert(!proof.includes('甘棠远'), 'the proof gives away what the page hides');

  await drop(page, proof);
  await page.getByText('核验通过：这份记录自签署以来未被改动').waitFor();
  assert((await verdicts(page)).every(({ outcome }) => outcome === '通过'));
  await look('citizen-proof');

  /** @type {[string, (text: string) => string][]} */
  const flips = [
    ['内容与承诺值', (text) => text.replace('甘某', '李某')],
    ['存证日志收录', (text) => text.replace(/("nonce":")(.)/, (_, before, digit) => before + (digit === '0' ? '1' : '0'))],
    ['日志检查点', (text) => text.replace(/(\\n\\n— \S+ \S{20})(.)/, (_, before, digit) => before + (digit === 'A' ? 'B' : 'A'))],
  ];
  for (const [step, flip] of flips) {
    const flipped = flip(proof);
    assert.notEqual(flipped, proof, `${step}: nothing was flipped`);
    await drop(page, flipped);
    const failed = (await verdicts(page)).filter(({ outcome }) => outcome !== '通过');
    assert(failed.some(({ title }) => title.endsWith(step)), `${step}: ${JSON.stringify(failed)}`);
    await page.getByText(`核验未通过：${step}有问题`).waitFor();
  }
  await look('citizen-proof-flipped');
  await drop(page, '{"format":"something else"}');
  await page.getByText('这不是存证证明文件').waitFor();

  await drop(page, receipt);
  await page.getByText('凭证有效：存证日志收录了所证明的记录').waitFor();
  await look('citizen-receipt');
  await drop(page, receipt.replace(/^index (\d+)$/m, (_, index) => `index ${Number(index) + 1}`));
  await page.getByText('凭证无效：存证日志收录有问题').waitFor();
});

story('what was withdrawn says so, and why', async ({ page, look, expect }) => {
  await page.goto('/disclosures?state=withdrawn');
  const address = await page.locator('table tbody th a').first().getAttribute('href');
  assert(address);
  expect(/status of 410/);
  const answer = await page.goto(address);
  assert.equal(answer?.status(), 410);
  await page.getByText('该公示信息已经撤下。撤下原因：').first().waitFor();
  const html = await page.content();
  for (const hidden of WITHDRAWN) assert(!html.includes(hidden), `${hidden} is still there`);
  await look('citizen-withdrawn');
});

story(
  'without scripts a citizen still searches and reads',
  async ({ page, look }) => {
    await open(page, FORGED_LICENCE);
    const text = await page.locator('main').innerText();
    assert.match(text, /该决定真实有效/);
    assert.match(text, /最后一日：/);
    const number = await page.locator('[data-field="shown.document.number"]').innerText();
    assert(await page.getByRole('link', { name: '下载存证证明' }).isVisible());
    assert(!(await page.getByRole('button', { name: /核验/ }).isVisible()), 'a button that does nothing');
    await look('citizen-item-plain');
    await page.goto('/verify');
    await look('citizen-verify-plain');
    const asked = page.locator('form:has([name="number"])');
    await asked.locator('[name="number"]').fill(number.replace('〔', '(').replace('〕', ')'));
    await asked.getByRole('button', { name: '核验' }).click();
    await page.getByText('该决定真实有效').waitFor();
    assert((await page.locator('main').innerText()).includes(number));
  },
  { scripts: false },
);

story('larger type is one press away and stays', async ({ page, look }) => {
  await page.goto('/');
  const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  const before = await size();
  await page.getByRole('link', { name: '长者模式', exact: true }).click();
  await page.getByRole('link', { name: '退出长者模式' }).waitFor();
  assert((await size()) > before * 1.1, `${before} → ${await size()}`);
  await look('citizen-large-portal');
  await open(page, FORGED_LICENCE);
  assert((await size()) > before * 1.1, 'the choice was forgotten on the next page');
  await look('citizen-large-item');
  await page.getByRole('link', { name: '退出长者模式' }).click();
  await page.getByRole('link', { name: '长者模式', exact: true }).waitFor();
  assert.equal(await size(), before);
});
