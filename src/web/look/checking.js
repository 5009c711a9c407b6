// @ts-check
// A worker that checks one dossier, so that the page goes on answering its reader meanwhile. It alone may run
// WebAssembly, and sends nothing anywhere but to the page that started it.

import { checkDossier } from './dossier.js';
import { wordsOf } from './findings.js';
import { byStep, conclusion } from './outcome.js';
import { openZip } from './zip.js';

/** @typedef {{ file: File, logKeys: import('./types').KnownLogKey[] | null, rules: string }} Asked `rules`: where their texts are */

/** A site that does not answer holds up nothing but the procedure, in milliseconds. */
const PATIENCE = 20_000;

/**
 * The law as this site has it; null where WebAssembly, the module or the rules are not to be had.
 * @param {string} address
 * @returns {Promise<import('./procedure.js').Law | null>}
 */
async function law(address) {
  try {
    const fetched = (/** @type {string | URL} */ what) => fetch(what, { signal: AbortSignal.timeout(PATIENCE) });
    const [module, answer] = await Promise.all([WebAssembly.compileStreaming(fetched(new URL('./procedure.wasm', import.meta.url))), fetched(address)]);
    return answer.ok ? { module, rules: await answer.json() } : null;
  } catch {
    return null;
  }
}

/** @param {File} file */
const opened = (file) =>
  openZip(file).catch((error) => {
    throw new Error(`这个 zip 文件读不出来，可能已经损坏（${wordsOf(error)}）。请重新取得案卷，或者解压后用 zhijian-verify 核对。`);
  });

self.addEventListener('message', async (/** @type {MessageEvent<Asked>} */ { data: { file, logKeys, rules } }) => {
  try {
    const progress = (/** @type {string} */ unit, /** @type {number} */ done, /** @type {number} */ of) => self.postMessage({ unit, done, of });
    const found = await checkDossier(await opened(file), { logKeys, progress, law: law(rules) });
    self.postMessage({ verdicts: byStep(found), whole: conclusion(found) });
  } catch (error) {
    self.postMessage({ fault: wordsOf(error) });
  }
});
