// Looks at every gallery page at 375 and 1280 px: screenshots to target/gallery/shots, axe, overflow, console.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { LAUNCH, serve } from './serve.mjs';
import { jcs, syntheticProof } from './unit/reference.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SHOTS = fileURLToPath(new URL('../../target/gallery/shots/', import.meta.url));
mkdirSync(SHOTS, { recursive: true });

const only = process.argv[2];
const pages = ['portal', 'item', 'list', 'desk', 'review', 'portal-large', 'item-large', 'desk-large'].filter((p) => !only || p === only);
const { proof } = syntheticProof({ opened: [{ path: 'party.name', value: '示例县汇丰食品商行' }, { path: 'text.facts', value: '2026年10月12日，执法人员现场检查发现货架上陈列待售的饼干6袋，已超过标示的保质期9日。\n当事人承认未按规定查验，货值金额 72 元，无违法所得。' }] });
const site = await serve({ pages: { '/proof.json': jcs(proof) } });
const browser = await chromium.launch(LAUNCH);
let bad = 0;
for (const name of pages) {
  for (const width of [375, 1280]) {
    // The policy is what axe itself would break, so it is bypassed for the one injected script alone.
    const page = await browser.newPage({ viewport: { width, height: width === 375 ? 740 : 860 }, bypassCSP: true, locale: 'zh-CN' });
    page.on('console', (m) => m.type() === 'error' && !/404/.test(m.text()) && (bad++, console.log(`${name} ${width} console: ${m.text()}`)));
    page.on('pageerror', (e) => (bad++, console.log(`${name} ${width} error: ${e.message}`)));
    await page.goto(`${site.url}/${name}.html`);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${SHOTS}${name}-${width}.png`, fullPage: true });
    if (width === 1280 && name === 'item') {
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 640, height: 900 });
      await page.screenshot({ path: `${SHOTS}${name}-print.png`, fullPage: true });
      await page.emulateMedia({ media: 'screen' });
      await page.setViewportSize({ width, height: 860 });
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) (bad++, console.log(`${name} ${width}: ${over} px too wide`));
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    for (const v of violations) (bad++, console.log(`${name} ${width} axe ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`));
    await page.close();
  }
}
await browser.close();
await site.close();
console.log(bad === 0 ? 'nothing to report' : `${bad} things to look at`);
process.exitCode = bad === 0 ? 0 : 1;
