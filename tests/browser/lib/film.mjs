// A film and a picture as an officer's recorder makes them; ffmpeg stands on every machine `tests/setup` was run on.

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
