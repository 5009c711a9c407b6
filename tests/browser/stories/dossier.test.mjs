// A case taken along: a supervisor takes copies of it, and the checking page checks the zip without sending it anywhere.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { story } from '../lib/story.mjs';
import { vectorDossier, zip } from '../lib/zip.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} path */
async function check(page, path) {
  await page.goto('/verify');
  await page.locator('input[data-verify-file]').setInputFiles(path);
  await page.locator('[data-verify-result] .answer, [data-verify-result] .notice.warn').waitFor();
  const steps = await page.locator('.verdicts > li').evaluateAll((lines) =>
    lines.map((line) => [line.querySelector('strong')?.textContent ?? '', line.querySelector('.tag')?.textContent ?? '']),
  );
  return { sentence: await page.locator('[data-verify-result] strong').first().innerText(), steps };
}

/** What zhijian-verify says of the procedure. @param {string} path @returns {Promise<string[]>} */
async function program(path) {
  const { stdout } = await promisify(execFile)(join(dirname(process.env.ZHIJIAN_BIN ?? ''), 'zhijian-verify'), [path, '--json'], { maxBuffer: 1 << 26 });
  /** @type {{ step: string, detail: string }[]} */
  const verdicts = JSON.parse(stdout).verdicts;
  return verdicts.filter(({ step }) => step === 'procedure').map(({ detail }) => detail);
}

story('a supervisor takes a case along, and the page checks it', async ({ page, signIn, look, width }) => {
  await signIn('jianning');
  await page.goto('/office/overdue');
  await page.locator('table tbody tr a').first().click();
  await page.getByRole('heading', { name: '导出案卷' }).waitFor();
  await page.getByRole('heading', { name: '导出案卷' }).scrollIntoViewIfNeeded();
  await look('dossier-export');
  await page.getByLabel('导出用途').fill('市中级人民法院调取');
  /** @type {Record<string, string>} */
  const paths = {};
  for (const [variant, label] of [['party', '当事人卷'], ['court', '司法卷']]) {
    await page.getByLabel(new RegExp(`^${label}`)).check();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 zip 文件' }).click()]);
    assert.match(download.suggestedFilename(), new RegExp(`-${variant}\\.zip$`));
    paths[variant] = join(tmpdir(), `zhijian-${process.pid}-${width}-${variant}.zip`);
    await download.saveAs(paths[variant]);
  }

  /** @type {string[]} */
  const sent = [];
  page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
  for (const variant of ['party', 'court']) {
    const { sentence, steps } = await check(page, paths[variant]);
    assert.match(sentence, /核验通过/, `${variant}: ${sentence} ${JSON.stringify(steps)}`);
    assert.deepEqual(steps.filter(([, tag]) => tag === '未通过' || tag === '缺失'), []);
    // What was left out of the party's copy cannot be put before the law.
    assert.deepEqual(steps.at(-1), [`${steps.length}. 办案程序`, variant === 'court' ? '通过' : '说明']);
  }
  const last = page.locator('.verdicts > li').last();
  assert.match(await last.innerText(), /\d+ 条记录逐条按当时有效的规则（.+）回放，没有异议。/);
  assert.deepEqual((await last.locator('p').last().innerText()).split('；'), (await program(paths.court)).map((words) => `${words}。`));
  await look('dossier-good');

  // Had every fine been a large one, the case would have lacked a review: by other rules there are objections, and
  // nothing is altered for that.
  await page.route('**/verify/rules.json*', async (route) => {
    const rules = await (await route.fetch()).json();
    rules['region/guangdong.toml'] = rules['region/guangdong.toml'].replaceAll(/^amount = ".*"$/gm, 'amount = "1.00"');
    await route.fulfill({ json: rules });
  });
  const irregular = await check(page, paths.court);
  assert.equal(irregular.sentence, '内容未发现改动，但有记录不符合当时有效的程序规则');
  assert.deepEqual(irregular.steps.at(-1), [`${irregular.steps.length}. 办案程序`, '违规']);
  assert.match(await page.locator('.verdicts > li').last().innerText(), /有 \d+ 处异议；制卷时的规则文本与本站所用的不是同一版本/);
  await page.locator('.verdicts > li').last().getByText(/^第 \d+ 号记录$/).first().waitFor();
  await look('dossier-irregular');
  await page.unroute('**/verify/rules.json*');

  const bytes = await readFile(paths.court);
  // A name of the same length that systems leave behind: the record is gone, and nothing is there that is none.
  await writeFile(paths.party, Buffer.from(bytes.toString('latin1').replaceAll('records/0001.json', 'records/Thumbs.db'), 'latin1'));
  const incomplete = await check(page, paths.party);
  assert.match(incomplete.sentence, /^材料不全/);
  assert.deepEqual(incomplete.steps.at(-1)?.[1], '缺失');
  await look('dossier-incomplete');

  // In the first file, which is a record.
  bytes[200] ^= 1;
  await writeFile(paths.court, bytes);
  const { sentence } = await check(page, paths.court);
  assert.match(sentence, /核验未通过/);
  assert.match(await page.locator('[data-verify-result]').innerText(), /第 1 号记录（records\/0000\.json）：(压缩数据已损坏|内容与目录所载摘要不符)/);
  await look('dossier-altered');
  await writeFile(paths.court, bytes.subarray(0, bytes.length / 2));
  assert.equal((await check(page, paths.court)).sentence, '未能核验');
  assert.match(await page.locator('[data-verify-result]').innerText(), /这个 zip 文件读不出来，可能已经损坏（不是 zip 文件）/);
  assert.deepEqual(sent, [], 'the dossier left the browser');
});

story('a time stamp is verified with its signature, and a changed one is named', async ({ page, look }) => {
  const files = vectorDossier();
  const { log_key: vkey } = JSON.parse(String(files.get('manifest.json')));
  // The site that publishes the key of the vectors' log.
  await page.route('**/verify', async (route) => {
    const answer = await route.fetch();
    const keys = JSON.stringify([{ vkey }]).replaceAll('"', '&#34;');
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/data-log-keys="[^"]*"/, `data-log-keys="${keys}"`) });
  });
  const path = join(tmpdir(), `zhijian-${process.pid}-stamped.zip`);
  const judged = async () => {
    await writeFile(path, Buffer.from(await zip(files, { deflate: true }).arrayBuffer()));
    const { sentence } = await check(page, path);
    const stamp = page.locator('.verdicts > li').filter({ hasText: '时间戳' }).first();
    return { sentence, tag: await stamp.locator('.tag').innerText(), said: await stamp.innerText() };
  };
  const good = await judged();
  assert.match(good.sentence, /核验通过/);
  assert.equal(good.tag, '通过');
  assert.match(good.said, /在北京时间 2026-11-22 09:06 以前已经存在；签名有效，签名证书 CN=Example TSA,O=示例,C=CN，其 SHA-256 指纹 [0-9a-f]{64}/);
  await look('dossier-stamped');

  // Its last byte is of the signature. The manifest is left to say that it was another file.
  const token = Buffer.from(files.get('timestamps/0000.tst') ?? []);
  token[token.length - 1] ^= 1;
  files.set('timestamps/0000.tst', token);
  const changed = await judged();
  assert.match(changed.sentence, /核验未通过/);
  assert.equal(changed.tag, '未通过');
});
