// A film as an officer's recorder makes it, and whether a film plays. ffmpeg stands on every machine `tests/setup` was run on.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Five seconds of H.264 and AAC of several megabytes, so that the upload takes more than one piece. No two are alike,
 * for the same bytes twice are one exhibit.
 * @param {number} seed
 * @returns {Promise<string>} its path; gone after the tests of this file
 */
export async function film(seed) {
  const folder = await mkdtemp(join(tmpdir(), 'zhijian-film-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, '现场检查录像.mp4');
  const picture = `testsrc2=size=480x270:rate=12:duration=5,noise=alls=60:allf=t:all_seed=${seed}`;
  await run('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=frequency=440:duration=5'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '14', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest'],
    ...['-movflags', '+faststart', path],
  ]);
  return path;
}

/**
 * Plays a film a little: its picture moves, and the page has nothing to excuse.
 * @param {import('playwright-core').Locator} video
 */
export async function plays(video) {
  const shown = await video.evaluate(async (element) => {
    const player = /** @type {HTMLVideoElement} */ (element);
    player.muted = true;
    await player.play();
    await new Promise((resolve) => player.addEventListener('timeupdate', () => player.currentTime > 0.2 && resolve(undefined)));
    player.pause();
    const excuse = player.closest('[data-player]')?.querySelector('[data-player-notice]:not([hidden])');
    return { width: player.videoWidth, seconds: player.duration, excuse: excuse?.textContent };
  });
  assert.equal(shown.excuse, undefined);
  assert(shown.width > 0, 'sound over black');
  assert(shown.seconds > 1);
}
