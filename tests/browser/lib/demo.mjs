// Starts the product with a demonstration house of its own and stops it again. Knows the command line, no page.

import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How long the house may take to fill itself and to listen. */
const START_MS = 180_000;
/** How long it may take to finish what it holds after being asked to stop. */
const STOP_MS = 20_000;

/**
 * @typedef {object} Demo
 * @property {string} url  base address, without a slash at the end
 * @property {string} folder  its data, gone after `stop`
 * @property {() => string} output  everything it printed so far
 * @property {() => Promise<void>} stop  asks it to stop and fails when it does not stop cleanly
 */

/**
 * A filled house on a free port.
 * @param {object} [with_]
 * @param {string} [with_.binary]  the program; `ZHIJIAN_BIN` when not given
 * @param {string} [with_.filled]  a folder `zhijian demo` has filled, to start from a copy of; else it fills one, which takes a minute
 * @param {number} [with_.startMs]
 * @returns {Promise<Demo>}
 */
export async function startDemo({ binary = process.env.ZHIJIAN_BIN, filled, startMs = START_MS } = {}) {
  if (!binary) throw new Error('ZHIJIAN_BIN does not say which program to start (tests/browser/run sets it)');
  const folder = await mkdtemp(join(tmpdir(), 'zhijian-story-'));
  if (filled) await cp(filled, folder, { recursive: true });
  const child = spawn(binary, ['demo', '--data', folder, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Whatever ends this process, the house does not outlive it.
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);

  /** @type {string[]} */
  const lines = [];
  const output = () => lines.join('\n');
  /** @type {Promise<string>} */
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  /** @type {Promise<string>} */
  const listening = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line);
        const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line);
        if (found?.[1]) resolve(found[1]);
      });
    }
  });

  const discard = async () => {
    process.off('exit', end);
    await rm(folder, { recursive: true, force: true });
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const how = await within(exited, STOP_MS);
    if (how === undefined) {
      child.kill('SIGKILL');
      await exited;
    }
    await discard();
    if (how === undefined) throw new Error(`the house did not stop within ${STOP_MS} ms:\n${output()}`);
    if (how !== 'exit 0' && how !== 'SIGTERM') throw new Error(`the house stopped with ${how}:\n${output()}`);
  };

  const url = await within(Promise.race([listening, exited.then(() => undefined)]), startMs);
  if (url === undefined) {
    child.kill('SIGKILL');
    const how = await exited;
    await discard();
    throw new Error(`the house never said where it listens (${how}, ${startMs} ms allowed):\n${output()}`);
  }
  return { url, folder, output, stop };
}

/**
 * What the promise gives, or undefined when that takes longer.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @returns {Promise<T | undefined>}
 */
async function within(promise, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<undefined>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
