// Every address of the product that needs no argument, visited by everybody: nothing breaks, and every page is for all.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PHONE } from '../lib/browser.mjs';
import { axe, fits, resize } from '../lib/look.mjs';
import { story } from '../lib/story.mjs';

/** @typedef {{ access: string, path: string }} Route */

/** @returns {Promise<Route[]>} what answers GET and has no argument, from the list the program itself is built from */
async function routes() {
  const list = await readFile(new URL('../../../src/web/routes.rs', import.meta.url), 'utf8');
  const all = [...list.matchAll(/^ {4}(Anyone|SignedIn) "([^"]+)" \{([^}]*)\}/gm)];
  const found = all
    .filter(([, , path, methods]) => !path?.includes('{') && /\bget:/.test(methods ?? ''))
    .map(([, access = '', path = '']) => ({ access, path }));
  assert(found.length >= 30, `only ${found.length} routes found in the list`);
  return found;
}

/** One of each role (the supervisor is an administrator, too), and nobody. */
const WHO = ['', 'linyuan', 'luming', 'xuwenlan', 'jiangyu', 'jianning'];

for (const login of WHO) {
  story(`every address answers ${login || 'a stranger'}`, async ({ page, signIn }) => {
    if (login) await signIn(login);
    const faults = [];
    for (const { access, path } of await routes()) {
      const asked = await page.request.get(path, { headers: { Accept: 'text/html,application/json;q=0.9,*/*;q=0.8' }, maxRedirects: 0 });
      const status = asked.status();
      const kind = asked.headers()['content-type'] ?? '';
      // Who is signed in is not asked to sign in.
      if (path === '/office/sign-in' && login !== '' && status === 303) continue;
      const allowed = access === 'Anyone' || login !== '' ? [200, 403] : [401];
      if (!allowed.includes(status)) faults.push(`${path}: ${status}`);
      if (status === 403 && access === 'Anyone') faults.push(`${path}: refused to ${login}`);
      if (status >= 400 && !/[\u4e00-\u9fff]{4}/.test(await asked.text())) faults.push(`${path}: ${status} without words`);
      // A public page is the same for everybody; once is enough.
      if (status !== 200 || !kind.startsWith('text/html') || (login !== '' && access === 'Anyone')) continue;
      await page.goto(path);
      try {
        await fits(page);
        await axe(page);
        await resize(page, 1280);
        await fits(page);
        await resize(page, PHONE);
      } catch (fault) {
        faults.push(String(fault));
      }
    }
    assert.deepEqual(faults, []);
  }, { widths: [PHONE] });
}
