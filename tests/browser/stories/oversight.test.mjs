// Those who watch and those who enrol: what is late, who is who, a new person; and what each role may not see.

import assert from 'node:assert/strict';
import { DESK } from '../lib/browser.mjs';
import { fill } from '../lib/office.mjs';
import { PASSWORD } from '../lib/people.mjs';
import { story } from '../lib/story.mjs';

/** @typedef {import('playwright-core').Page} Page */

story('a supervisor sees what is late in every agency, and opens it', async ({ page, signIn, look }) => {
  await signIn('jianning');
  await look('office-home-supervisor');
  await page.getByRole('navigation', { name: '工作栏目' }).getByRole('link', { name: '期限监督' }).click();
  await page.getByRole('heading', { level: 1, name: '超过期限的事项' }).waitFor();
  await look('supervisor-overdue');
  const late = page.locator('table tbody tr', { hasText: '演示县优选家电销售有限公司' }).filter({ hasText: '七个工作日内公开' });
  assert.match(await late.innerText(), /公示决定[\s\S]*国办发〔2018〕118号[\s\S]*已超过/);
  await late.getByRole('link').click();
  await page.getByRole('heading', { name: '案卷记录' }).waitFor();
  await look('supervisor-case');
  // Watching is not taking part.
  assert.equal(await page.locator('.next a').count(), 0);
  assert.equal(await page.locator('form[data-upload]').count(), 0);
});

story('an administrator enters a person, who signs in; switched off, no more', async ({ page, width, signIn, look, expect, visitor }) => {
  const login = `new.person-${width}`;
  await signIn('hexu');
  await look('office-home-administrator');
  await page.goto('/office/people');
  await look('administrator-people');
  await fill(page, { name: '新来', login, password: 'short', roles: ['supervisor'] });
  expect(/status of 422/);
  await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST' && response.status() === 422),
    page.getByRole('button', { name: '登记', exact: true }).click(),
  ]);
  await page.locator('[data-faults]:focus').waitFor();
  assert.equal(await page.getByLabel('登录名').inputValue(), login);
  assert.equal(await page.getByLabel('密码').inputValue(), '', 'the password came back');
  await look('administrator-people-faults');
  await fill(page, { password: 'long enough to be one' });
  await page.getByRole('button', { name: '登记', exact: true }).click();
  const row = page.locator('table tbody tr', { hasText: login });
  await row.getByText('在用').waitFor();

  const person = await visitor();
  await person.signIn(login, 'long enough to be one');
  await person.page.getByText('还没有签名密钥').waitFor();
  await person.look('office-home-new');
  await row.locator('summary', { hasText: '停用' }).click();
  await row.getByText('停用后立即退出，不能再登录。').waitFor();
  await look('administrator-asked-once');
  await row.getByRole('button', { name: '确认停用' }).click();
  await row.getByText('已停用').waitFor();
  person.expect(/status of 401/);
  const answer = await person.page.goto('/office');
  assert.equal(answer?.status(), 401, 'a person switched off is still signed in');
  await assert.rejects(person.signIn(login, 'long enough to be one'), /could not sign in/);
  await row.locator('summary', { hasText: '恢复' }).click();
  await row.getByRole('button', { name: '确认恢复' }).click();
  await row.getByText('在用').waitFor();
  await person.signIn(login, 'long enough to be one');
  // Who only supervises sees who is who, and enters nobody.
  await person.page.goto('/office/people');
  await person.page.locator('table tbody tr', { hasText: login }).waitFor();
  assert.equal(await person.page.getByRole('button', { name: '登记' }).count(), 0);
  await person.look('supervisor-people');
});

/** Enters people and does nothing else: nobody of the county is that, so the story enters one. */
const KEEPER = 'keeper';

/** Who is refused what, and how. */
const REFUSALS = /** @type {const} */ ([
  ['linyuan', '/office/people', 403],
  ['linyuan', '/office/reviews', 403],
  ['linyuan', '/office/disclosures', 403],
  ['luming', '/office/people', 403],
  ['xuwenlan', '/office/cases/new', 403],
  ['xuwenlan', '/office/disclosures', 403],
  ['jiangyu', '/office/reviews', 403],
  ['jiangyu', '/office/cases/new', 403],
  ['jiangyu', '/office/overdue', 403],
  ['jianning', '/office/cases/new', 403],
  [KEEPER, '/office/cases', 403],
  [KEEPER, '/office/overdue', 403],
  // Another agency's file is not even there; nor is it for those who only enter people.
  ['fangkewei', 'case', 404],
  ['qinshuyan', 'review', 404],
  ['fangkewei', 'exhibit', 404],
  [KEEPER, 'case', 404],
  ['fangkewei', '/office/drafts/no-such-draft', 404],
  ['jianning', '/set-up/no-such-token', 404],
]);

story('each role is refused what it may not see, in words', async ({ visitor, look, page, signIn }) => {
  await signIn('xuwenlan');
  await page.goto('/office/reviews');
  const review = await page.locator('table tbody th a').first().getAttribute('href');
  assert(review);
  await page.goto(review);
  const exhibit = await page.locator('.exhibits source').first().getAttribute('src');
  assert(exhibit);
  await look('refusals-review');
  /** @type {Record<string, string>} */
  const places = { review, exhibit, case: review.replace('/reviews/', '/cases/') };

  const { page: register } = await visitor('jianning');
  await register.goto('/office/people');
  await fill(register, { name: '文管', login: KEEPER, password: PASSWORD, roles: ['administrator'] });
  await register.getByRole('button', { name: '登记', exact: true }).click();
  await register.locator('table tbody tr', { hasText: KEEPER }).getByText('在用').waitFor();

  /** @type {Map<string, import('../lib/story.mjs').Visitor>} */
  const visitors = new Map();
  const faults = [];
  for (const [login, place, status] of REFUSALS) {
    const known = visitors.get(login) ?? (await visitor(login));
    visitors.set(login, known);
    known.expect(new RegExp(`status of ${status}`));
    const answer = await known.page.goto(places[place] ?? place);
    if (answer?.status() !== status) faults.push(`${login} ${place}: ${answer?.status()} instead of ${status}`);
    const title = await known.page.locator('h1').innerText();
    if (!/[\u4e00-\u9fff]{4}/.test(title)) faults.push(`${login} ${place}: ${title}`);
    assert(!(await known.page.content()).includes('演示县乐途运动用品有限公司'), `${login} ${place} tells whose case it is`);
  }
  assert.deepEqual(faults, []);
  await visitors.get('linyuan')?.page.goto('/office/people');
  await visitors.get('linyuan')?.look('refused-403');
  await visitors.get('fangkewei')?.look('refused-404');
}, { widths: [DESK] });
