// Text that would run if a page let it: signed, filed and published, it is shown to the letter and does nothing.

import assert from 'node:assert/strict';
import { DESK } from '../lib/browser.mjs';
import { signByPassword } from '../lib/office.mjs';
import { draft, personOf, record } from '../lib/program.mjs';
import { story } from '../lib/story.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../lib/program.mjs').Values} Values */

/** Whatever of it came alive would ask something, change the title, or stand in the page as an element of this class. */
const LIVE = [
  '<script class="planted">document.title = "planted"; alert(1)</script>',
  '<img class="planted" src="/planted" onerror="alert(2)">',
  '<svg class="planted" onload="alert(3)"><set attributeName="href" onbegin="alert(4)"/></svg>',
  '"><iframe class="planted" src="javascript:alert(5)"></iframe>',
  "' autofocus onfocus='alert(6)' x='",
  '</dd></dl></main></textarea></title><h1 class="planted">插入的标题</h1>',
  '<a class="planted" href="javascript:alert(7)">点我</a><base class="planted" href="https://example.invalid/">',
  '{{ 7 * 7 }} ${7 * 7} &lt;b class=planted&gt; &#60;i&#62; \u202e倒置\u202c　  两个空格',
  '回车\r不是换行',
].join('\n');
/** A line of it, for fields of one line. */
const LINE = '<img class="planted" src="/planted" onerror="alert(8)">"\'&';

/** The day so many days ago in China. @param {number} days */
const ago = (days) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() - days * 86_400_000));

/** Dialogs that opened, of every page that is watched. @type {string[]} */
const dialogs = [];

/** @param {Page} page */
function alert(page) {
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return page;
}

/**
 * Nothing of it came alive, and `count` places show it to the letter.
 * @param {Page} page
 * @param {number} count
 */
async function still(page, count) {
  const found = await page.evaluate(
    (live) => ({
      planted: document.querySelectorAll('.planted, script:not([src]), iframe, base, [onerror], [onload], [onfocus]').length,
      title: document.title,
      mains: document.querySelectorAll('main').length,
      exact: [...document.querySelectorAll('.exact')].filter(
        (place) => place.textContent === live && getComputedStyle(place).whiteSpace === 'pre-wrap',
      ).length,
    }),
    LIVE,
  );
  const where = page.url();
  assert.deepEqual({ ...found, exact: 0, title: '' }, { planted: 0, mains: 1, exact: 0, title: '' }, where);
  assert.notEqual(found.title, 'planted');
  assert(found.exact >= count, `${where} shows it ${found.exact} times, not ${count}`);
  assert.deepEqual(dialogs, [], where);
}

/**
 * Prepares a record and signs it on its page, which compares what it shows with what is signed.
 * @param {Page} page
 * @param {string} kind
 * @param {string} case_
 * @param {Values} values
 */
async function signed(page, kind, case_, values) {
  const { id } = await draft(page, kind, case_, values);
  await page.goto(`/office/drafts/${id}`);
  await page.getByText('所见即所签').waitFor();
  await still(page, Object.values(values).filter((text) => text === LIVE).length);
  await signByPassword(page);
}

const FINE = '5000';
/** @param {string} name @returns {Values} */
const penalty = (name) => ({ [`${name}.kinds`]: ['fine'], [`${name}.fine`]: FINE });
const POINTS = ['capacity', 'powers', 'party', 'facts', 'character', 'law', 'discretion', 'procedure', 'crime'];
/** @param {string} result @param {string} facts */
const checklist = (result, facts) => ({
  result,
  ...Object.fromEntries(POINTS.map((point) => [`checklist.${point}`, point === 'facts' ? facts : 'pass'])),
});

/**
 * @typedef {object} Team  all of one agency
 * @property {Page} li  officer
 * @property {Page} wang  officer
 * @property {Page} chief
 * @property {Page} zhao  reviewer
 * @property {Page} sun  clerk
 */

/**
 * @param {import('../lib/story.mjs').Stage} stage
 * @param {[string, string, string, string, string]} logins
 * @returns {Promise<Team>}
 */
async function enter({ visitor }, [li, wang, chief, zhao, sun]) {
  /** @param {string} login */
  const open = async (login) => alert((await visitor(login)).page);
  return { li: await open(li), wang: await open(wang), chief: await open(chief), zhao: await open(zhao), sun: await open(sun) };
}

const PARTY = { 'party.name': '演示县夜航商贸有限公司', 'party.code': '91340602MA2UJYD90G' };
/** @param {string[]} parts */
const live = (parts) => Object.fromEntries(parts.map((part) => [`text.${part}`, LIVE]));

/**
 * A case up to the end of its investigation.
 * @param {Team} team
 * @param {string} item
 * @param {Values} [more]  of the conclusion
 * @returns {Promise<string>} its id
 */
async function concluded({ li, wang, chief }, item, more = {}) {
  const partner = { with: await personOf(wang) };
  const case_ = await record([li, chief], 'filing', undefined, {
    ...PARTY, ...partner, on: ago(60), item, party_kind: 'organisation', discovered_on: ago(61), approved_by: await personOf(chief),
    'text.title': LINE, 'text.summary': LIVE,
  });
  const shown = { certificate_shown: '1', rights_told: '1' };
  await record([li, wang], 'inspection', case_, {
    ...partner, ...shown, on: ago(59), 'text.time': LINE, 'text.place': LINE, 'text.found': LIVE,
  });
  const parts = ['party', 'process', 'facts', 'character', 'basis', 'opinion'];
  await record([li, wang], 'conclusion', case_, { ...partner, ...penalty('proposed'), ...more, on: ago(58), ...live(parts) });
  return case_;
}

/** @param {Team} team @param {string} case_ @param {boolean} hearing */
async function told({ li, wang }, case_, hearing) {
  await record([wang], 'notice', case_, {
    ...penalty('proposed'), on: ago(53), served_on: ago(53), with: await personOf(li), method: 'direct', hearing_told: hearing ? '1' : '',
    ...live(['facts', 'reasons', 'basis']),
  });
  const said = hearing ? { rechecked: '1', hearing_requested: '1' } : { waived: '1' };
  await record([li], 'statement', case_, { ...said, on: ago(52), 'text.statement': LIVE });
}

/** @param {Team} team @param {string} case_ */
async function served({ li, wang, chief }, case_) {
  await record([chief], 'decision', case_, {
    ...PARTY, ...penalty('penalty'), on: ago(16), outcome: 'penalty', 'text.violation': LINE, ...live(['facts', 'basis', 'remedies']),
  });
  const partner = { with: await personOf(wang) };
  await record([li, wang], 'service', case_, { ...partner, on: ago(15), method: 'direct', 'text.remark': LIVE });
}

/**
 * Returned once, agreed to, heard and agreed to again: opinions and the hearing are signed on their pages.
 * @param {Team} team
 * @param {string} case_
 */
async function heard(team, case_) {
  const { wang, chief, zhao, sun } = team;
  /** @param {number} days @param {Values} [more] */
  const submit = (days, more = {}) =>
    record([wang], 'submission', case_, { ...penalty('proposed'), on: ago(days), ...live(['materials', 'draft']), ...more });
  await submit(57);
  await signed(zhao, 'review', case_, { ...checklist('correct', 'fail'), on: ago(56), ...live(['opinion', 'issues']) });
  await submit(55, live(['answers']));
  await zhao.goto(`/office/reviews/${case_}`);
  await still(zhao, 4);
  await signed(zhao, 'review', case_, { ...checklist('agree', 'pass'), on: ago(54), ...live(['opinion']) });
  await told(team, case_, true);
  await signed(sun, 'hearing', case_, {
    requested_on: ago(52), notified_on: ago(51), held_on: ago(20), host: await personOf(sun), 'text.place': LINE,
    ...live(['minutes', 'opinion']),
  });
  await submit(19);
  await record([zhao], 'review', case_, { ...checklist('agree', 'pass'), on: ago(18), ...live(['opinion']) });
  const attendees = await Promise.all([chief, sun, zhao].map(personOf));
  await record([chief], 'discussion', case_, { ...penalty('agreed'), attendees, on: ago(17), ...live(['opinions', 'conclusion']) });
}

/**
 * Paid in full, closed on the closing's own page, and read as a whole.
 * @param {Team} team
 * @param {string} case_
 * @param {number} count  of the fields that bear the text
 */
async function closed({ li, chief }, case_, count) {
  await record([li], 'execution', case_, { on: ago(9), paid: FINE, complete: '1', 'text.manner': LIVE });
  await signed(li, 'closing', case_, { on: ago(8), approved_by: await personOf(chief), 'text.summary': LIVE });
  await chief.goto('/office');
  await chief.getByRole('link', { name: '结案审批表' }).first().click();
  await still(chief, 1);
  await signByPassword(chief);
  await li.goto(`/office/cases/${case_}`);
  await still(li, count);
  await li.goto('/office/cases');
  await still(li, 0);
}

story('a case full of scripts is reviewed, heard, withheld and closed, and none of them runs', async (stage) => {
  const team = await enter(stage, ['linyuan', 'zhouyan', 'luming', 'xuwenlan', 'jiangyu']);
  const case_ = await concluded(team, 'SJ-CF-001', { complex: '1' });
  await heard(team, case_);
  await served(team, case_);
  await team.sun.goto(`/office/cases/${case_}/records/withholding`);
  const ground = await team.sun.locator('[name="ground"] option:not([value=""])').first().getAttribute('value');
  assert(ground);
  await signed(team.sun, 'withholding', case_, { on: ago(14), ground, 'text.reason': LIVE });
  await closed(team, case_, 30);
}, { widths: [DESK] });

story('a decision full of scripts is published, corrected and withdrawn, and none of them runs', async (stage) => {
  const team = await enter(stage, ['fangkewei', 'tangxu', 'gunianshi', 'qinshuyan', 'qinshuyan']);
  const case_ = await concluded(team, 'HJ-CF-001');
  await told(team, case_, false);
  await served(team, case_);
  await signed(team.sun, 'disclosure', case_, { on: ago(14) });
  await team.sun.goto(`/office/cases/${case_}/records/correction`);
  await still(team.sun, 3);
  await signed(team.sun, 'correction', case_, {
    on: ago(13), 'text.before': LIVE, 'text.after': LIVE, 'text.reason': LIVE, 'show.violation.kind': LIVE,
  });
  const address = await team.sun.locator('dt', { hasText: /^公示$/ }).locator('..').getByRole('link').getAttribute('href');
  assert(address);
  const { page, expect } = stage;
  alert(page);
  const check = page.getByRole('button', { name: '在本页核验' });
  const patience = Date.now() + 15_000;
  do {
    assert(Date.now() < patience, 'the correction is never sealed');
    await page.goto(address);
  } while (!(await check.isVisible()));
  await check.click();
  await page.getByText('核验通过：这份记录自签署以来未被改动').waitFor();
  // Kind, facts, basis, remedies and reason, and the reason once more in the history.
  await still(page, 6);
  for (const list of ['/', '/disclosures']) {
    await page.goto(list);
    await still(page, 0);
  }
  await team.sun.goto(`/office/cases/${case_}/records/withdrawal`);
  await still(team.sun, 0);
  await signed(team.sun, 'withdrawal', case_, { on: ago(12), ground: 'revoked', 'text.reason': LIVE });
  expect(/status of 410/);
  await page.goto(address);
  await still(page, 2);
  await closed(team, case_, 20);
}, { widths: [DESK] });
