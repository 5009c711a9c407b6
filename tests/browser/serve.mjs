// Serves target/gallery with the product's security policy, answers tus uploads and forms; for looking and for flows.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../target/gallery', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
export const POLICY = "default-src 'self'; img-src 'self' data:; media-src 'self' blob:";

/** `pages` overrides files by path; `faults` is called before each upload request and may answer a status. */
export async function serve({ pages = {}, faults = () => 0 } = {}) {
  if (!existsSync(ROOT)) throw new Error('run `cargo test --lib web::look` first: it writes target/gallery');
  const uploads = new Map();
  const posted = [];
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const path = new URL(request.url, 'http://x').pathname;
    if (path.startsWith('/files')) return answerUpload(request, response, path, body);
    if (request.method === 'POST') {
      posted.push({ path, body: body.toString() });
      response.writeHead(200, { 'content-type': TYPES['.html'] });
      response.end('<!doctype html><title>taken</title>');
      return;
    }
    const file = join(ROOT, normalize(path));
    const content = pages[path] || (file.startsWith(ROOT) && existsSync(file) && extname(file) ? readFileSync(file) : null);
    response.writeHead(content ? 200 : 404, { 'content-type': TYPES[extname(path)] || 'application/octet-stream', 'content-security-policy': POLICY });
    response.end(content || '');
  });

  function answerUpload(request, response, path, body) {
    requests.push({ method: request.method, path, headers: request.headers, bytes: body.length });
    const fault = faults(request, uploads);
    if (fault === 'cut') return request.socket.destroy();
    const say = (status, headers = {}) => response.writeHead(status, { 'Tus-Resumable': '1.0.0', ...headers }).end();
    if (fault) return say(fault);
    if (request.method === 'POST') {
      const id = `/files/${uploads.size + 1}`;
      uploads.set(id, { length: Number(request.headers['upload-length']), metadata: request.headers['upload-metadata'], data: Buffer.alloc(0), state: 'received' });
      return say(201, { Location: id });
    }
    const upload = uploads.get(path);
    if (!upload) return say(404);
    if (request.method === 'DELETE') return uploads.delete(path), say(204);
    const state = () => ({ 'Upload-Offset': upload.data.length, 'Upload-Length': upload.length, 'Cache-Control': 'no-store', ...(upload.data.length === upload.length ? { 'Zhijian-State': upload.state } : {}) });
    if (request.method === 'HEAD') return say(200, state());
    if (Number(request.headers['upload-offset']) !== upload.data.length) return say(409);
    const sum = createHash('sha256').update(body).digest('base64');
    if (request.headers['upload-checksum'] !== `sha256 ${sum}`) return say(460);
    upload.data = Buffer.concat([upload.data, body]);
    return say(204, state());
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, uploads, posted, requests, close: () => new Promise((r) => (server.closeAllConnections(), server.close(r))) };
}

export const LAUNCH = {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};
