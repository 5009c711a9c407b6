// @ts-check
// This browser's signing keys: Ed25519, not extractable, one per person, kept in IndexedDB.
// The private half cannot be read by any script, ours included.

/**
 * @typedef {import('./types').Bytes} Bytes
 * @typedef {import('./types').StoredKey} StoredKey
 */

const STORE = 'keys';

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @returns {Promise<IDBDatabase>} */
function database() {
  const request = indexedDB.open('zhijian', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'person' });
  return done(request);
}

/**
 * Whether this browser can hold a signing key, and if not, why, for the person to read.
 * @returns {Promise<import('./types').Support>}
 */
export async function support() {
  if (!window.isSecureContext || !crypto.subtle) {
    return { ok: false, text: '本页不是经 HTTPS 打开的，浏览器不提供签名功能。请改用 https:// 地址，或输入登录口令，由服务器保管的密钥签名。' };
  }
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  } catch {
    return { ok: false, text: '本浏览器不支持 Ed25519 签名（Chrome、Edge 137，Firefox 129，Safari 17 起支持）。可换用新版浏览器，或输入登录口令，由服务器保管的密钥签名。' };
  }
  try {
    (await database()).close();
  } catch {
    return { ok: false, text: '本浏览器不允许保存密钥（可能处于无痕模式或存储已满）。请换普通窗口，或输入登录口令，由服务器保管的密钥签名。' };
  }
  return { ok: true };
}

/**
 * @param {string} person
 * @returns {Promise<StoredKey | null>}
 */
export async function load(person) {
  const db = await database();
  try {
    const found = await done(db.transaction(STORE).objectStore(STORE).get(person));
    return found || null;
  } finally {
    db.close();
  }
}

/**
 * Makes and keeps a key for `person`, replacing the one before.
 * @param {string} person
 * @returns {Promise<StoredKey>}
 */
export async function generate(person) {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']));
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const key = { person, publicKey, privateKey: pair.privateKey, createdAt: Date.now() };
  const db = await database();
  try {
    await done(db.transaction(STORE, 'readwrite').objectStore(STORE).put(key));
  } finally {
    db.close();
  }
  return key;
}

/**
 * 64-byte Ed25519 signature.
 * @param {StoredKey} key
 * @param {Bytes} message
 * @returns {Promise<Bytes>}
 */
export async function sign(key, message) {
  return new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, key.privateKey, message));
}
