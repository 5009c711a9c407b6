// The law as the page has it: the module that is served, and the rules' texts of this repository.

import { readFileSync, readdirSync } from 'node:fs';

const here = (/** @type {string} */ path) => new URL(`../../../${path}`, import.meta.url);
const folders = ['calendar', 'law', 'region'];
const names = folders.flatMap((folder) => readdirSync(here(`config/${folder}`)).map((file) => `${folder}/${file}`));

/** @type {import('../../../src/web/look/procedure.js').Law} */
export const law = {
  module: new WebAssembly.Module(readFileSync(here('src/web/look/procedure.wasm'))),
  rules: Object.fromEntries(names.map((name) => [name, readFileSync(here(`config/${name}`), 'utf8')])),
};
