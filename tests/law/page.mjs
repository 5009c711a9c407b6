// Asks the page's module what a file of questions asks, one a line, and prints its answers: node tests/law/page.mjs FILE

import { readFileSync } from 'node:fs';
import { ask } from '../../src/web/look/procedure.js';
import { law } from '../browser/lib/law.mjs';

for (const line of readFileSync(process.argv[2], 'utf8').trimEnd().split('\n')) {
  const question = { rules: law.rules, ...JSON.parse(line) };
  console.log(JSON.stringify(await ask(law.module, new TextEncoder().encode(JSON.stringify(question)))));
}
