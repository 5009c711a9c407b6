// A person's own program beside their browser: it prepares and signs records by the API, with the session of the page.

import assert from 'node:assert/strict';
import { PASSWORD } from './people.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {Record<string, string | string[]>} Values */

/**
 * @param {Page} page  of somebody signed in
 * @param {string} path
 * @param {unknown} [body]  posted when given
 * @returns {Promise<any>}
 */
async function call(page, path, body) {
  const me = await (await page.request.get('/api/v1/me')).json();
  const options = { headers: { 'x-csrf-token': me.csrf } };
  const answer = await (body ? page.request.post(path, { ...options, data: body }) : page.request.get(path, options));
  assert(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.body()).length > 0 ? answer.json() : null;
}

/** Their person id. @param {Page} page @returns {Promise<string>} */
export const personOf = async (page) => (await call(page, '/api/v1/me')).person;

/**
 * Prepares a record; gives the draft. An opinion names the file it was shown.
 * @param {Page} page
 * @param {string} kind
 * @param {string | undefined} case_
 * @param {Values} values
 * @returns {Promise<{ id: string, case: string }>}
 */
export async function draft(page, kind, case_, values) {
  const head = kind === 'review' ? (await call(page, `/api/v1/cases/${case_}`)).head : undefined;
  return call(page, '/api/v1/drafts', { kind, case: case_, head, values });
}

/**
 * Prepares a record and signs it with everybody's password.
 * @param {Page[]} pages  whoever fills it in first
 * @param {string} kind
 * @param {string | undefined} case_
 * @param {Values} values
 * @returns {Promise<string>} its case
 */
export async function record(pages, kind, case_, values) {
  const [first] = pages;
  assert(first);
  const made = await draft(first, kind, case_, values);
  for (const page of pages) await call(page, `/api/v1/drafts/${made.id}/signatures`, { password: PASSWORD });
  return made.case;
}
