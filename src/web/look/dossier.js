// @ts-check
// Checks a dossier (docs/formats.md §14) in the browser, file by file, and gathers what was found. The law is handed in
// (procedure.js). Fetches nothing and touches no page.

import { parseCanonical } from './canonical.js';
import * as d from './digest.js';
import { checkExhibits } from './exhibits.js';
import { Check, Irregular, Missing, Noted, Unchecked, wordsOf } from './findings.js';
import { beijing } from './moment.js';
import { knowsEd25519, parseCheckpoint, parseLogKey, parseNote, signedBy, signedByKnown } from './note.js';
import { replay, rulesDigest } from './procedure.js';
import { PLACE_STEPS, RECORD_STEPS, entryHash, opened } from './proof.js';
import { stampWords, stamped } from './stamp.js';
import { bareNote, cosigned, parsePolicy } from './trust.js';

/**
 * @typedef {import('./types').Manifest} Manifest
 * @typedef {import('./types').RecordProof} RecordProof
 * @typedef {import('./types').KnownLogKey} KnownLogKey
 * @typedef {import('./zip.js').Files} Files
 * @typedef {import('./findings.js').Finding} Finding
 * @typedef {import('./findings.js').Filed} Filed
 * @typedef {import('./findings.js').Progress} Progress
 * @typedef {import('./procedure.js').Law} Law
 */

const SMALL = 1024 * 1024;
const RECORD_MAX = 8 * 1024 * 1024;
/** Records checked together. */
const AT_ONCE = 64;
const LEFT_BY_SYSTEMS = ['.DS_Store', 'Thumbs.db', 'desktop.ini'];
const VARIANTS = { whole: '全卷', party: '当事人卷', court: '司法卷', public: '公开卷' };

/** @param {number} n @param {string} folder @param {string} ending */
const numbered = (n, folder, ending) => `${folder}/${String(n).padStart(4, '0')}.${ending}`;

/** @param {Manifest} m @returns {boolean} Whether every file has the name its place prescribes, once. */
function namesAreRight(m) {
  const inOrder = (/** @type {{ file: string }[]} */ list, /** @type {string} */ folder, ending = 'json') =>
    list.every((item, n) => item.file === numbered(n, folder, ending));
  const digests = [...m.exhibits, ...m.withheld].map((item) => item.sha256);
  const keys = m.keys.map((key) => key.id);
  const rules = m.rules.files.map((file) => file.file);
  const once = [digests, keys, rules].every((list) => new Set(list).size === list.length);
  return (
    once && inOrder(m.records, 'records') && inOrder(m.key_records, 'keys') && inOrder(m.timestamps, 'timestamps', 'tst') &&
    m.exhibits.every((item) => item.file === `exhibits/${item.sha256}`) && rules.every((name) => /^rules\/[a-z0-9_]+\/[a-z0-9_]+\.toml$/.test(name)) &&
    m.checkpoint.file === 'checkpoint' && m.policy.file === 'policy' && m.readme.file === '说明.txt'
  );
}

/** @param {Check} check @returns {Promise<{ bytes: import('./types').Bytes, manifest: Manifest } | null>} */
const readManifest = (check) =>
  check.try('manifest.json', 'manifest', async () => {
    const bytes = await check.bytes('manifest.json', 16 * SMALL);
    const manifest = /** @type {Manifest} */ (parseCanonical(d.textOf(bytes)));
    if (manifest.format !== 'zhijian/dossier/v2') throw new Error('案卷的格式版本不明');
    if (!Object.keys(VARIANTS).includes(manifest.variant) || !namesAreRight(manifest)) throw new Error('目录所载文件名不符合规定');
    return [`${VARIANTS[manifest.variant]}，编号${manifest.number}，记录 ${manifest.records.length} 条，附件 ${manifest.exhibits.length} 个。`, { bytes, manifest }];
  });

/**
 * The text of a note that the log signed: by the key that the dossier names, and by one that the page knows.
 * @param {Check} check @param {string} text @param {string} logKey @param {boolean} sized whether it is a checkpoint
 * @returns {Promise<string>}
 */
async function openNote(check, text, logKey, sized) {
  const note = parseNote(text);
  const signed = await signedBy(note, await parseLogKey(logKey));
  if (signed === null) throw new Error('没有日志的签名');
  if (!signed) throw new Error('日志的签名无效');
  const size = sized ? parseCheckpoint(note.text).size : null;
  if (check.logKeys && !(await signedByKnown(note, check.logKeys, size))) throw new Error('没有本站公布的日志公钥的签名');
  return note.text;
}

/** @param {Check} check @param {Manifest} m @param {string} note */
async function checkTrust(check, m, note) {
  const log = await parseLogKey(m.log_key);
  await check.try('checkpoint', 'witness', async () => {
    const policy = await parsePolicy(d.textOf(await check.listed(m.policy, SMALL)));
    if (policy.logs.length !== 1 || policy.logs[0] !== m.log_key) throw new Error('信任策略所列的日志与目录不同');
    const { enough, spoke } = await cosigned(policy, note);
    if (!enough) throw new Missing('见证方的联署没有达到信任策略的要求');
    const names = spoke.map(([name, at]) => `见证方 ${name} 于北京时间 ${beijing(at)} 联署`).join('；');
    if (names === '') throw new Noted('随卷的信任策略不要求联署，检查点上也没有策略所列见证方的联署。');
    return [`${names}，达到随卷信任策略的要求。`, null];
  });
  if (m.timestamps.length === 0) check.add('checkpoint', 'timestamp', 'noted', '卷内没有时间戳；收到时间以服务器和见证方所记为准。');
  for (const token of m.timestamps) {
    await check.try(token.file, 'timestamp', async () => {
      const stamp = await stamped(await check.listed(token, 64 * 1024), d.utf8(bareNote(note, log)));
      return [stampWords(token.authority, stamp), null];
    });
  }
}

/**
 * The steps of one record, or of its place where it is withheld.
 * @param {Check} check @param {Manifest} m @param {string} part @param {Filed} record
 * @param {string | null} checkpoint
 */
async function checkRecord(check, m, part, record, checkpoint) {
  const withheld = typeof record.withheld === 'string';
  let signers = /** @type {string[]} */ ([]);
  if (withheld) {
    const may = m.variant === 'party' || m.variant === 'public';
    check.add(part, 'fields', may ? 'noted' : 'missing', `内容没有随卷，只证明其位置：${record.withheld}`);
  } else {
    try {
      signers = opened(record).payload.signers.map((signer) => signer.key);
    } catch {
      // Each step says so itself.
    }
  }
  const keys = m.keys.filter((key) => signers.includes(key.id));
  const proof = { format: '', record, keys, checkpoint: checkpoint || '', log_key: m.log_key };
  for (const [step, act] of withheld ? PLACE_STEPS : RECORD_STEPS) {
    if (step === 'inclusion' && checkpoint === null) {
      check.add(part, step, 'missing', '检查点未通过核验，无法判断');
      continue;
    }
    try {
      const { ok, sentence } = await act({ proof, logKeys: null, shown: null, ed25519: true });
      check.add(part, step, ok ? 'good' : 'tampered', sentence);
    } catch (error) {
      check.add(part, step, 'tampered', wordsOf(error));
    }
  }
}

/** @param {unknown} value @returns {Filed} A record, or the place of one that is withheld. */
function filed(value) {
  const { entry, leaf, inclusion, envelope, opened: fields, hidden, withheld } = /** @type {Filed} */ (value);
  const placed = [entry, leaf].every((part) => part && typeof part === 'object') && Array.isArray(inclusion);
  const shown = withheld === undefined && typeof envelope === 'string' && [fields, hidden].every(Array.isArray);
  if (!placed || (!shown && typeof withheld !== 'string')) throw new SyntaxError('not a record');
  return /** @type {Filed} */ (value);
}

/** @param {Check} check @param {Manifest} m @param {import('./types').FileRef} item @param {string | null} checkpoint */
async function readRecord(check, m, item, checkpoint) {
  const record = await check.try(item.file, 'file', async () => {
    const value = filed(parseCanonical(d.textOf(await check.listed(item, RECORD_MAX))));
    return ['与目录所载摘要一致。', value];
  });
  if (record) await checkRecord(check, m, item.file, record, checkpoint);
  return { record, found: check.found };
}

/** @param {Check} check @param {Manifest} m @param {string | null} checkpoint */
async function checkKeys(check, m, checkpoint) {
  /** @type {string[]} */
  const events = [];
  for (const item of m.key_records) {
    const record = await check.try(item.file, 'key', async () => {
      const record = filed(parseCanonical(d.textOf(await check.listed(item, RECORD_MAX))));
      const { kind, signers, facts } = opened(record).payload;
      const key = m.keys.find((one) => one.id === facts.key);
      if (!key || signers.some((signer) => signer.custody !== 'service')) throw new Error('不是由存证系统签署的密钥登记或者注销记录');
      const registers = kind === 'key-registered' && key.registered_leaf === record.leaf.index && facts.public_key === key.public_key && facts.custody === key.custody;
      const revokes = kind === 'key-revoked' && key.revoked_leaf === record.leaf.index;
      if (!registers && !revokes) throw new Error(`密钥 ${key.id} 与其登记或者注销记录不一致`);
      events.push(`${kind} ${key.id}`);
      return [`密钥 ${key.id} 于日志第 ${record.leaf.index} 叶${registers ? '登记' : '注销'}。`, record];
    });
    if (record) await checkRecord(check, m, item.file, record, checkpoint);
  }
  for (const key of m.keys) {
    const wanted = [`key-registered ${key.id}`, ...(key.revoked_leaf == null ? [] : [`key-revoked ${key.id}`])];
    const there = events.filter((event) => event.endsWith(` ${key.id}`)).sort();
    if (there.join() !== wanted.join()) check.add('manifest.json', 'key', 'missing', `密钥 ${key.id} 的登记或者注销记录没有随卷，或者重复`);
  }
}

/** @param {import('./types').EntryJson} entry @returns {string | null} Null for what is no entry, as its own steps say. */
function hashOf(entry) {
  try {
    return d.hex(entryHash(entry));
  } catch {
    return null;
  }
}

/**
 * What keeps an entry from its place, in the words of zhijian-verify, which count from 1; null when nothing does.
 * @param {import('./types').EntryJson} entry
 * @param {number} n its place in the dossier, from 0
 * @param {{ seq: number, chain: string, hash: string } | null} before null when the one before cannot be read
 * @returns {string | null}
 */
function linkFault({ seq, chain, prev }, n, before) {
  if (!before) return seq === n ? null : `应为第 ${n + 1} 号，实为第 ${seq + 1} 号`;
  if (chain !== before.chain) return `第 ${seq + 1} 号条目属于另一条链`;
  const due = before.seq + 1;
  if (seq > due) return `缺第 ${due + 1} 号条目，其位置上是第 ${seq + 1} 号`;
  if (seq !== due) return `第 ${seq + 1} 号条目重复或次序颠倒`;
  return prev === before.hash ? null : `第 ${seq + 1} 号条目没有接在前一条目之后，二者之一被改动`;
}

/** @param {Check} check @param {Manifest} m @param {(Filed | null)[]} records */
function checkChain(check, m, records) {
  let whole = records.length > 0;
  /** @type {Parameters<typeof linkFault>[2]} */
  let before = { seq: -1, chain: m.case, hash: '0'.repeat(64) };
  for (const [n, record] of records.entries()) {
    const hash = record && hashOf(record.entry);
    if (!record || !hash) {
      [whole, before] = [false, null];
      continue;
    }
    const { entry } = record;
    const fault = entry.chain === m.case ? linkFault(entry, n, before) : '记录不属于本案的链';
    if (fault) {
      whole = false;
      check.add(numbered(n, 'records', 'json'), 'chain', 'tampered', fault);
    }
    before = { seq: entry.seq, chain: entry.chain, hash };
  }
  if (whole) check.add('manifest.json', 'chain', 'good', `第 1 至第 ${records.length} 号首尾相连，没有缺号；制卷以后是否另有记录，须向存证方查询`);
  else check.add('manifest.json', 'chain', 'missing', '有记录缺失或者不符，无法核对全链');
}

/** @param {Check} check @param {Manifest} m */
async function checkOthers(check, m) {
  for (const file of [m.readme, ...m.rules.files]) {
    await check.try(file.file, 'file', async () => [(await check.listed(file, SMALL)) && '与目录所载摘要一致。', null]);
  }
  const lists = [m.records, m.key_records, m.exhibits, m.timestamps, m.rules.files];
  const known = new Set(['manifest.json', 'seal', 'checkpoint', 'policy', '说明.txt', ...lists.flat().map((item) => item.file)]);
  for (const name of check.files.names) {
    const system = LEFT_BY_SYSTEMS.includes(name.split('/').pop() || '');
    if (!known.has(name) && !system) check.add(name, 'file', 'tampered', '目录没有列出这个文件，不属于案卷');
  }
}

/** @param {(Filed | null)[]} records @returns {RecordProof[]} All of them, if all are there with their contents. */
function readable(records) {
  return records.map((record) => {
    if (!record) throw new Missing('有记录缺失或者不能读取，没有按办案程序规则核对');
    if (record.withheld !== undefined) throw new Noted('有记录的内容没有随卷，没有按办案程序规则核对；需要核对的，请核验全卷或者司法卷');
    try {
      return opened(record) && record;
    } catch {
      throw new Missing('有记录不能读取，没有按办案程序规则核对');
    }
  });
}

/** @param {Check} check @param {Manifest} m @param {(Filed | null)[]} records @param {Law | null} law */
async function checkProcedure(check, m, records, law) {
  const conclusion = await check.try('manifest.json', 'procedure', async () => {
    const all = readable(records);
    if (!law) throw new Unchecked('本浏览器不能运行核对所用的代码，或者取不到本站的规则，没有按办案程序规则核对；请用离线核验程序 zhijian-verify 核对');
    const { objections, conclusion } = await replay(law, m.rules.pack, all);
    objections.forEach((said, n) => said.forEach((words) => check.add(numbered(all[n].entry.seq, 'records', 'json'), 'procedure', 'irregular', words)));
    if (objections.some((said) => said.length > 0)) throw new Irregular(conclusion);
    return [conclusion, conclusion];
  });
  const replayed = conclusion !== null || check.found.some(({ step, state }) => step === 'procedure' && state === 'irregular');
  if (replayed && law && (await rulesDigest(law.rules)) !== m.rules.sha256) {
    check.add('manifest.json', 'procedure', 'noted', '制卷时的规则文本与本站所用的不是同一版本，核对依照本站所用的规则');
  }
}

/**
 * Checks everything that zhijian-verify checks.
 * @param {Files} files
 * @param {{ logKeys: KnownLogKey[] | null, progress?: Progress, law?: Promise<Law | null> }} known
 *   `law`: without it the procedure is not replayed, and the findings say so
 * @returns {Promise<Finding[]>}
 */
export async function checkDossier(files, known) {
  if (!(await knowsEd25519())) throw new Error('本浏览器不支持 Ed25519，不能核验案卷。请换用新版浏览器，或者使用离线核验程序 zhijian-verify。');
  const check = new Check(files, known.logKeys);
  const read = await readManifest(check);
  if (!read) return check.found;
  const { bytes, manifest: m } = read;
  await check.try('seal', 'seal', async () => {
    const text = await openNote(check, d.textOf(await check.bytes('seal', SMALL)), m.log_key, false);
    if (text !== `zhijian/dossier/v2\n${d.hex(await d.sha256(bytes))}\n`) throw new Error('封签不是这份目录的，目录可能被改动');
    return ['目录由存证日志封签。', null];
  });
  const note = await check.try('checkpoint', 'checkpoint', async () => {
    const note = d.textOf(await check.listed(m.checkpoint, SMALL));
    const { origin, size } = parseCheckpoint(await openNote(check, note, m.log_key, true));
    if (origin !== (await parseLogKey(m.log_key)).name) throw new Error('检查点署名的日志与日志公钥的名称不同');
    return [`由存证日志 ${origin} 签署，共 ${size} 叶。`, note];
  });
  if (note) await checkTrust(check, m, note);
  await checkKeys(check, m, note);
  const records = [];
  for (let from = 0; from < m.records.length; from += AT_ONCE) {
    known.progress?.('条记录', from, m.records.length);
    // WebCrypto answers later and on other threads: many records wait together instead of one after another.
    const together = await Promise.all(m.records.slice(from, from + AT_ONCE).map((item) => readRecord(new Check(files, known.logKeys), m, item, note)));
    for (const { record, found } of together) {
      records.push(record);
      check.found.push(...found);
    }
  }
  checkChain(check, m, records);
  await checkExhibits(check, m, records, known.progress);
  await checkOthers(check, m);
  await checkProcedure(check, m, records, (await known.law) || null);
  return check.found;
}
