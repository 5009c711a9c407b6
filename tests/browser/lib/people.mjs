// The people of a story: how one signs in. The page it uses is the product's own; nothing is put in by a back door.

/** Everybody's in the demonstration house, as `zhijian demo` prints it. */
export const PASSWORD = 'zhijian-demo';

/** The sign-in page; its form has the fields `login` and `password` and one button that sends it. */
const SIGN_IN = '/office/sign-in';

/**
 * Signs in and returns on the page that follows; fails with the page's own words when it does not follow.
 * @param {import('playwright-core').Page} page
 * @param {string} login
 * @param {string} password
 */
export async function signIn(page, login, password) {
  await page.goto(SIGN_IN);
  const form = page.locator('form:has(input[name="password"])');
  await form.locator('input[name="login"]').fill(login);
  await form.locator('input[name="password"]').fill(password);
  await Promise.all([page.waitForEvent('load'), form.locator('[type="submit"]').click()]);
  if (await form.isVisible()) {
    const words = await page.locator('[role="alert"], .error-summary').allInnerTexts();
    throw new Error(`${login} could not sign in: ${words.join(' ').trim() || 'the page gives no reason'}`);
  }
}
