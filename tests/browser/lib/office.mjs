// What people of the office do again and again: fill in a record's form, look at what it became, and sign it.

import assert from 'node:assert/strict';
import { PASSWORD } from './people.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Today in China, as date fields want it. */
export const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());

/**
 * Makes a key in this browser and enrols it; the page says so afterwards.
 * @param {Page} page
 */
export async function enrolKey(page) {
  await page.goto('/office/keys');
  await page.getByRole('button', { name: '在本浏览器生成密钥并登记' }).click();
  await page.getByText('本浏览器的密钥已登记').waitFor();
}

/**
 * Fills in controls by their form name: texts, dates, choices by value or label, lists of boxes, single boxes.
 * @param {Page} page
 * @param {Record<string, string | string[] | boolean>} answers
 */
export async function fill(page, answers) {
  for (const [name, answer] of Object.entries(answers)) {
    const control = page.locator(`main form [name="${name}"]`);
    if (Array.isArray(answer)) {
      for (const one of answer) await page.locator(`main form [name="${name}"][value="${one}"]`).check();
    } else if (typeof answer === 'boolean') {
      await control.setChecked(answer);
    } else if ((await control.first().evaluate((element) => element.tagName)) === 'SELECT') {
      await control.selectOption(answer);
    } else if ((await control.first().getAttribute('type')) === 'radio') {
      await page.locator(`main form [name="${name}"][value="${answer}"]`).check();
    } else {
      await control.fill(answer);
    }
  }
}

/**
 * The value of the first real choice of a list, or of the one whose words contain `words`. A list too long to scroll
 * through is a datalist, whose choices are their own words.
 * @param {Page} page
 * @param {string} name
 * @param {string} [words]
 */
export async function choice(page, name, words = '') {
  const typed = words ? `option[value*="${words}"]` : 'option';
  const value = await page
    .locator(`main form select[name="${name}"] option:not([value=""])`)
    .filter({ hasText: words })
    .or(page.locator(`main datalist[id="list-${name}"] ${typed}`))
    .first()
    .getAttribute('value');
  assert(value, `nothing to choose for ${name}`);
  return value;
}

/**
 * Ticks the box of a list whose words contain `words`.
 * @param {Page} page
 * @param {string} name
 * @param {string} words
 */
export async function tick(page, name, words) {
  await page.locator(`main form #field-${name}`).getByLabel(words).check();
}

/**
 * Once this browser's key, if it has one, stands in the form. A record prepared before would name another key.
 * @param {Page} page
 */
export async function keyOffered(page) {
  await page.waitForFunction(() => {
    const input = document.querySelector('input[data-signing-key]');
    return input instanceof HTMLInputElement && input.value !== '';
  });
}

/**
 * Sends the form and gives the answer's status.
 * @param {Page} page
 */
async function send(page) {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST' && response.request().isNavigationRequest()),
    page.getByRole('button', { name: '生成待签记录' }).click(),
  ]);
  return answer.status();
}

/**
 * Sends the form and returns on the page that shows what is to be signed; fails with the form's own objections.
 * @param {Page} page
 */
export async function prepare(page) {
  const status = await send(page);
  if (status >= 400) throw new Error(`${status}: ${(await page.locator('[data-faults]').allInnerTexts()).join('\n')}`);
  await page.getByText('所见即所签').waitFor();
}

/**
 * Sends the form and waits for its refusal; what stands against it has the focus.
 * @param {Page} page
 */
export async function refused(page) {
  assert.equal(await send(page), 422);
  await page.locator('[data-faults]:focus').waitFor();
}

/**
 * Signs what the page shows with this browser's key; no password is asked for.
 * @param {Page} page
 */
export async function signByKey(page) {
  await page.getByText('将用本浏览器的密钥签名').waitFor();
  assert.equal(await page.getByLabel('登录口令').count(), 0);
  await page.getByRole('button', { name: '签名并提交' }).click();
  await page.waitForURL(/[?](linked|signed)=1/);
}

/**
 * Signs what the page shows with the key the server holds.
 * @param {Page} page
 */
export async function signByPassword(page) {
  await page.getByText('将用由服务器保管的密钥签名').waitFor();
  await page.getByLabel('登录口令').fill(PASSWORD);
  await page.getByRole('button', { name: '签名并提交' }).click();
  await page.waitForURL(/[?](linked|signed)=1/);
}

/**
 * Opens what waits on somebody's workbench for their signature.
 * @param {Page} page
 * @param {string} title  of the record
 * @param {string} [words]  what else its line says
 */
export async function openWaiting(page, title, words = '') {
  await page.goto('/office');
  await page.locator('#drafts + ul li', { hasText: words }).getByRole('link', { name: title }).first().click();
  await page.getByRole('heading', { level: 1, name: `核对并签名：${title}` }).waitFor();
}
