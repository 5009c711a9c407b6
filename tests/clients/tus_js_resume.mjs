// Uploads a file with tus-js-client, a client that is not ours: aborts on the way, comes back by its own memory of
// the upload, and ends it. Arguments: server, case, cookie, CSRF token, file.

import { createReadStream, mkdtempSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../browser/package.json', import.meta.url));
const { Upload, FileUrlStorage } = require('tus-js-client');

const [server, caseId, cookie, token, path] = process.argv.slice(2);
const size = statSync(path).size;
const memory = new FileUrlStorage(join(mkdtempSync(join(tmpdir(), 'tus-js-')), 'urls.json'));

const upload = (events) => new Upload(createReadStream(path), {
  endpoint: `${server}/files`,
  headers: { Cookie: cookie, 'X-CSRF-Token': token },
  metadata: { filename: 'tus-js 上传.bin', case: caseId },
  uploadSize: size,
  chunkSize: 400_000,
  urlStorage: memory,
  fingerprint: async () => `file of ${size} bytes`,
  storeFingerprintForResuming: true,
  retryDelays: null,
  ...events,
});

const aborted = await new Promise((resolve, reject) => {
  const first = upload({
    onError: reject,
    onSuccess: () => reject(new Error('it was to be aborted')),
    onChunkComplete: (_, accepted) => {
      if (accepted > size / 3) first.abort().then(() => resolve(accepted), reject);
    },
  });
  first.start();
});

const resumedAt = await new Promise((resolve, reject) => {
  let from = -1;
  const again = upload({
    onError: reject,
    onSuccess: () => resolve(from),
    onProgress: (sent) => {
      if (from < 0) from = sent;
    },
  });
  again.findPreviousUploads().then((found) => {
    if (found.length !== 1) throw new Error(`${found.length} uploads were remembered`);
    again.resumeFromPreviousUpload(found[0]);
    again.start();
  }).catch(reject);
});

if (resumedAt < aborted) throw new Error(`resumed at ${resumedAt}, ${aborted} were accepted`);
console.log('done');
