// Enforcement items: entered by the clerk, public at once, named by a filing, taken out of use. And a form that is sent
// after its session ended.

import assert from 'node:assert/strict';
import { DESK, PHONE } from '../lib/browser.mjs';
import { choice, fill, openWaiting, prepare, refused, signByPassword, tick, today } from '../lib/office.mjs';
import { PASSWORD } from '../lib/people.mjs';
import { story } from '../lib/story.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Markup and quotes in it are shown as they were typed. */
const ITEM = { code: 'SJ-CF-901', name: '对销售“三无”产品<b>拒不改正</b>的处罚' };

/**
 * A filing filled in but for the item.
 * @param {Page} page
 * @param {string} title
 */
async function fillFiling(page, title) {
  await fill(page, {
    on: today(), party_kind: 'household', discovered_on: today(), approved_by: await choice(page, 'approved_by', '陆明川'),
    'party.name': '演示县晚风文具店', 'text.title': title, 'text.source': '监督检查', 'text.summary': '货架上的文具没有厂名、厂址。',
  });
  await tick(page, 'officers', '周砚');
}

/** @param {Page} page */
const send = async (page) => {
  await page.getByRole('button', { name: '登记', exact: true }).click();
};

story('the clerk enters an item, an officer files a case with it, the clerk takes it out of use', async ({ page, visitor, signIn, look, expect }) => {
  await signIn('jiangyu');
  await page.getByRole('navigation', { name: '工作栏目' }).getByRole('link', { name: '执法事项' }).click();
  await look('office-items');
  await page.getByRole('link', { name: '登记执法事项' }).click();
  await look('office-item-new');
  await fill(page, { code: 'SJ-CF-001', act_kind: 'penalty', name: ITEM.name, basis: '《产品质量法》第五十四条' });
  expect(/status of 422/);
  await send(page);
  await page.locator('[data-faults]:focus').waitFor();
  assert.equal(await page.locator('[name="name"]').inputValue(), ITEM.name);
  await look('office-item-faults');
  await fill(page, { code: ITEM.code, penalty: '责令改正；情节严重的，责令停止销售，并处罚款。', field: '产品质量' });
  await send(page);
  await page.getByText('已列入本机关事前公示').waitFor();
  await page.getByText(ITEM.name).waitFor();
  await look('office-item-entered');

  const officer = await visitor('linyuan');
  await officer.page.goto('/office/cases/new');
  await fillFiling(officer.page, '晚风文具店销售三无产品案');
  await fill(officer.page, { item: '没有这个事项' });
  officer.expect(/status of 422/);
  await refused(officer.page);
  await officer.look('officer-filing-item-fault');
  const item = await choice(officer.page, 'item', ITEM.code);
  assert.equal(item, `${ITEM.code} ${ITEM.name}`);
  await officer.page.getByLabel('执法事项').fill('');
  await officer.page.getByLabel('执法事项').pressSequentially(item);
  await prepare(officer.page);
  await officer.page.getByText(`${ITEM.name}（${ITEM.code}）`).waitFor();
  await signByPassword(officer.page);
  const head = await visitor('luming');
  await openWaiting(head.page, '立案审批表', '');
  await head.page.getByText('晚风文具店销售三无产品案').waitFor();
  await signByPassword(head.page);
  await head.page.getByText(`${ITEM.name}（${ITEM.code}）`).first().waitFor();
  await head.look('officer-case-item');

  await page.goto(`/office/items?q=${ITEM.code}`);
  await page.locator('summary', { hasText: '停用' }).click();
  await look('office-item-retire');
  await page.getByRole('button', { name: '确认停用' }).click();
  await page.getByText('已停用').waitFor();
  await look('office-item-retired');
  await officer.page.goto('/office/cases/new');
  assert.equal(await officer.page.locator(`datalist option[value*="${ITEM.code}"]`).count(), 0);

  const outside = await visitor('jianning');
  await outside.page.goto('/office/items');
  await outside.page.getByText('还没有执法事项').waitFor();
  await outside.look('office-items-empty');
}, { widths: [DESK] });

story('a form sent after the session ended is there again after signing in', async ({ page, signIn, look, expect }) => {
  await signIn('linyuan');
  await page.goto('/office/cases/new');
  await fillFiling(page, '登录失效时填写的案件');
  await fill(page, { item: await choice(page, 'item') });
  await page.context().clearCookies();
  expect(/status of 401/);
  await page.getByRole('button', { name: '生成待签记录' }).click();
  await page.getByText('登录已经失效，没有提交').waitFor();
  await look('office-form-kept');
  await page.getByLabel('登录名').fill('linyuan');
  await page.getByLabel('密码').fill(PASSWORD);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('提交时登录已经失效').waitFor();
  assert.equal(await page.locator('[name="text.title"]').inputValue(), '登录失效时填写的案件');
  assert(await page.locator('#field-officers').getByLabel('周砚').isChecked());
  await look('office-form-restored');
  await prepare(page);
  await page.getByText('登录失效时填写的案件').waitFor();
  await page.getByText('作废这份待签记录').click();
  await page.getByRole('button', { name: '作废', exact: true }).click();
  await page.waitForURL('**/office/cases');
}, { widths: [PHONE] });
