// Looks at a page as it stands: whether everybody can use it (axe), whether it fits, and what it looks like (pictures).

import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const PICTURES = fileURLToPath(new URL('../../../target/screenshots/', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** WCAG 2.2 AA and what axe holds to be good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** @type {Promise<string> | undefined} */
let axeSource;

/**
 * Fails on any violation, naming each with its elements.
 *
 * axe comes in through the debugger and not as a script element, so the page keeps its Content-Security-Policy and the
 * story still sees what that refuses.
 * @param {import('playwright-core').Page} page
 */
export async function axe(page) {
  axeSource ??= readFile(AXE, 'utf8');
  await page.evaluate(`if (!window.axe) { ${await axeSource} }`);
  /** @type {import('axe-core').AxeResults} */
  const results = await page.evaluate(
    // @ts-expect-error axe stands in the page, not here
    (tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }),
    TAGS,
  );
  if (results.passes.length === 0) throw new Error(`axe found nothing to look at on ${page.url()}`);
  if (results.violations.length > 0) throw new Error(`${page.url()}\n${results.violations.map(described).join('\n')}`);
}

/** @param {import('axe-core').Result} violation */
function described({ id, impact, help, nodes }) {
  const places = nodes.map((node) => {
    const why = node.failureSummary?.split('\n').slice(1).map((line) => line.trim()).join('; ');
    return `    ${node.target.join(' ')}: ${why}\n      ${node.html.slice(0, 200)}`;
  });
  return `  ${id} (${impact}): ${help}\n${places.join('\n')}`;
}

/**
 * Fails when the page is wider than the screen, naming what sticks out. What scrolls inside its own box may.
 * @param {import('playwright-core').Page} page
 */
export async function fits(page) {
  const sticksOut = await page.evaluate(() => {
    const screen = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= screen) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > screen + 1)
      .map((element) => `${element.tagName.toLowerCase()}${element.className ? `.${element.className}` : ''}`)
      .slice(0, 8);
  });
  if (sticksOut.length > 0) throw new Error(`${page.url()} is wider than the screen: ${sticksOut.join(', ')}`);
}

/**
 * Gives the page the other width, as turning or dragging does, and waits until it is laid out anew.
 * @param {import('playwright-core').Page} page
 * @param {import('./browser.mjs').Width} width
 */
export async function resize(page, width) {
  const now = page.viewportSize();
  if (!now || now.width === width) return;
  await page.setViewportSize({ width, height: now.height });
  await page.waitForFunction((asked) => window.innerWidth === asked, width);
}

/**
 * A picture of the whole page, `target/screenshots/NAME-375.png` or `NAME-1280.png` by the page's width.
 * @param {import('playwright-core').Page} page
 * @param {string} name  lower-case words with hyphens
 */
export async function picture(page, name) {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw new Error(`not a picture's name: ${name}`);
  const width = page.viewportSize()?.width ?? 0;
  await mkdir(PICTURES, { recursive: true });
  const path = `${PICTURES}${name}-${width}.png`;
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  return path;
}
