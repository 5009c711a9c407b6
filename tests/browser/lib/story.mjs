// One story a test: a fresh visitor at each width against this file's own demonstration house, watched throughout.

import { after, test } from 'node:test';
import { DESK, PHONE, openBrowser, openPage, watch } from './browser.mjs';
import { startDemo } from './demo.mjs';
import { axe, fits, picture } from './look.mjs';
import { signIn } from './people.mjs';

/** One hung page must not hold the whole run. */
const STORY_MS = 300_000;

/**
 * @typedef {object} Stage
 * @property {import('playwright-core').Page} page
 * @property {import('./demo.mjs').Demo} demo
 * @property {import('./browser.mjs').Width} width
 * @property {(pattern: RegExp) => void} expect  a fault the story provokes on purpose; it must come
 * @property {(login: string, password: string) => Promise<void>} signIn
 * @property {(name: string) => Promise<void>} look  the page fits, axe has nothing to say, and its picture is kept
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
 * @param {import('./browser.mjs').Width[]} [options.widths]
 * @param {boolean} [options.scripts]  whether JavaScript runs; `look` leaves axe out when it does not
 */
export function story(name, body, { widths = [PHONE, DESK], scripts = true } = {}) {
  for (const width of widths) {
    test(`${name} (${width} px)`, { timeout: STORY_MS }, async () => {
      demo ??= startDemo();
      browser ??= openBrowser();
      const [house, chromium] = await Promise.all([demo, browser]);
      const page = await openPage(chromium, { url: house.url, width, scripts });
      const watched = watch(page.context());
      try {
        await body({
          page,
          demo: house,
          width,
          expect: watched.expect,
          signIn: (login, password) => signIn(page, login, password),
          look: async (picture_) => {
            await picture(page, picture_);
            await fits(page);
            if (scripts) await axe(page);
          },
        });
        watched.quiet();
      } catch (error) {
        // Where the story broke is half of why; the page may be gone already.
        await picture(page, `failed-${slug(name)}`).catch(() => undefined);
        throw error;
      } finally {
        await page.context().close();
      }
    });
  }
}

/** @param {string} name */
function slug(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'story';
}
