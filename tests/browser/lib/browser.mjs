// Opens Chromium and pages in it at the two widths every page is made for, and watches what a page does wrong.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** A phone and a desk: every page is looked at in both. */
export const PHONE = 375;
export const DESK = 1280;
/** @typedef {375 | 1280} Width */

/** Where systems put the browser; `CHROMIUM` comes first. `tests/setup` looks at the same places. */
const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Nothing is fetched behind the tests' back, and a container without user namespaces will do. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns {Promise<import('playwright-core').Browser>} */
export async function openBrowser() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('no Chromium here: run tests/setup, or say in CHROMIUM where it is');
  return chromium.launch({ executablePath, args: FLAGS });
}

/**
 * A page of a visitor nobody knows: no cookies, no storage. Times are China's, as for every reader of the product.
 * @param {import('playwright-core').Browser} browser
 * @param {object} options
 * @param {string} options.url  what relative addresses are relative to
 * @param {Width} options.width
 * @param {boolean} [options.scripts]  whether JavaScript runs
 */
export async function openPage(browser, { url, width, scripts = true }) {
  const phone = width === PHONE;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: phone ? 812 : 800 },
    isMobile: phone,
    hasTouch: phone,
    deviceScaleFactor: phone ? 2 : 1,
    javaScriptEnabled: scripts,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(15_000);
  return context.newPage();
}

/**
 * Collects whatever a page does that no reader should meet: console errors (a refused script or style is one), thrown
 * errors, requests that got no answer, answers of 500 and above.
 * @param {import('playwright-core').BrowserContext} context  all its pages, also those opened later
 * @returns {{ expect(pattern: RegExp): void, quiet(): void }}  `expect` a fault the story provokes; `quiet` fails on
 *   any other, and on an expected one that never came
 */
export function watch(context) {
  /** @type {string[]} */
  const faults = [];
  /** @type {RegExp[]} */
  const expected = [];
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => faults.push(`thrown: ${error.error().stack ?? error.error().message}`));
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? 'unknown';
    // Leaving a page (its mark and the scripts of its scripts may still be under way), saving a file and seeking in a film abort a request by design.
    const byDesign = why === 'net::ERR_ABORTED' && ['document', 'script', 'media', 'image', 'other'].includes(request.resourceType());
    if (!byDesign) faults.push(`no answer: ${request.method()} ${request.url()} (${why})`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) {
      faults.push(`answer ${response.status()}: ${response.request().method()} ${response.url()}`);
    }
  });
  return {
    expect(pattern) {
      expected.push(pattern);
    },
    quiet() {
      const surprises = faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
      const missing = expected.filter((pattern) => !faults.some((fault) => pattern.test(fault)));
      const lines = [...surprises, ...missing.map((pattern) => `expected but never seen: ${pattern}`)];
      if (lines.length > 0) throw new Error(`the page was not quiet:\n  ${lines.join('\n  ')}`);
    },
  };
}
