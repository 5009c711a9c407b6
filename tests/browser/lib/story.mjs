// One story a test: fresh visitors against this file's own demonstration house, watched throughout.

import { after, test } from 'node:test';
import { DESK, PHONE, openBrowser, openPage, watch } from './browser.mjs';
import { startDemo } from './demo.mjs';
import { axe, fits, picture, resize } from './look.mjs';
import { PASSWORD, signIn } from './people.mjs';

/** One hung page must not hold the whole run. */
const STORY_MS = 180_000;

/**
 * Somebody with a browser of their own.
 * @typedef {object} Visitor
 * @property {import('playwright-core').Page} page
 * @property {(pattern: RegExp) => void} expect  a fault the story provokes on purpose; it must come
 * @property {(login: string, password?: string) => Promise<void>} signIn
 * @property {(name: string) => Promise<void>} look  the page fits, axe has nothing to say, and its picture is kept
 */

/**
 * @typedef {object} Scene
 * @property {import('./demo.mjs').Demo} demo
 * @property {import('./browser.mjs').Width} width
 * @property {(login?: string) => Promise<Visitor>} visitor  another one, signed in when a login is given
 * @typedef {Visitor & Scene} Stage
 */

/** @type {Promise<import('./demo.mjs').Demo> | undefined} */
let demo;
/** @type {Promise<import('playwright-core').Browser> | undefined} */
let browser;

after(async () => {
  const [opened, started] = await Promise.allSettled([browser, demo]);
  if (opened.status === 'fulfilled') await opened.value?.close();
  if (started.status === 'fulfilled') await started.value?.stop();
});

/**
 * Tells a story once at each width. It fails when `body` does, and when any of its pages was not quiet.
 * @param {string} name
 * @param {(stage: Stage) => Promise<void>} body
 * @param {object} [options]
 * @param {import('./browser.mjs').Width[]} [options.widths]  of a single width, as for what can be done only once in a
 *   house: the story is told at that width, and `look` looks at both
 * @param {boolean} [options.scripts]  whether JavaScript runs; `look` leaves axe out when it does not
 */
export function story(name, body, { widths = [PHONE, DESK], scripts = true } = {}) {
  for (const width of widths) {
    test(`${name} (${width} px)`, { timeout: STORY_MS }, async () => {
      demo ??= startDemo({ filled: process.env.ZHIJIAN_DEMO });
      browser ??= openBrowser();
      const [house, chromium] = await Promise.all([demo, browser]);
      const looked = widths.length > 1 ? [width] : [width === PHONE ? DESK : PHONE, width];
      /** @type {(Visitor & { quiet: () => void })[]} */
      const visitors = [];
      const open = async () => {
        const page = await openPage(chromium, { url: house.url, width, scripts });
        const { expect, quiet } = watch(page.context());
        const visitor = {
          page,
          expect,
          quiet,
          signIn: (/** @type {string} */ login, password = PASSWORD) => signIn(page, login, password),
          look: (/** @type {string} */ picture_) => look(page, picture_, looked, scripts),
        };
        visitors.push(visitor);
        return visitor;
      };
      try {
        await body({
          ...(await open()),
          demo: house,
          width,
          visitor: async (login) => {
            const visitor = await open();
            if (login) await visitor.signIn(login);
            return visitor;
          },
        });
        for (const visitor of visitors) visitor.quiet();
      } catch (error) {
        // Where the story broke is half of why; the pages may be gone already.
        await Promise.allSettled(visitors.map(({ page }, n) => picture(page, `failed-${slug(name)}-${n}`)));
        throw error;
      } finally {
        await Promise.allSettled(visitors.map(({ page }) => page.context().close()));
      }
    });
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {import('./browser.mjs').Width[]} widths  the page's own last
 * @param {boolean} scripts
 */
async function look(page, name, widths, scripts) {
  for (const width of widths) {
    await resize(page, width);
    await picture(page, name);
    await fits(page);
    if (scripts) await axe(page);
  }
}

/** @param {string} name */
function slug(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'story';
}
