// @ts-check
// Checks a dossier (docs/formats.md §14) in the browser, file by file, and gathers what was found by step. The
// procedure is not replayed here, and says so. Fetches nothing and touches no page.

import { parseCanonical } from './canonical.js';
import * as d from './digest.js';
import { knowsEd25519, parseCheckpoint, parseLogKey, parseNote, signedBy, signedByKnown } from './note.js';
import { PLACE_STEPS, RECORD_STEPS, entryHash } from './proof.js';
import { bareNote, cosigned, parsePolicy, stampedAt } from './trust.js';

/**
 * @typedef {import('./types').Manifest} Manifest
 * @typedef {import('./types').RecordProof} RecordProof
 * @typedef {import('./types').Verdict} Verdict
 * @typedef {import('./types').DossierStep} DossierStep
 * @typedef {import('./types').KnownLogKey} KnownLogKey
 * @typedef {import('./zip.js').Files} Files
 * @typedef {'good' | 'tampered' | 'missing' | 'noted'} State
 * @typedef {{ part: string, step: DossierStep, state: State, sentence: string }} Finding
 */

const SMALL = 1024 * 1024;
const RECORD_MAX = 8 * 1024 * 1024;
/** Longer exhibits are checked by their chunks alone: WebCrypto takes a file whole. */
const WHOLE_MAX = 256 * 1024 * 1024;
/** Records checked together. */
const AT_ONCE = 64;
const LEFT_BY_SYSTEMS = ['.DS_Store', 'Thumbs.db', 'desktop.ini'];
const VARIANTS = { whole: '全卷', party: '当事人卷', court: '司法卷', public: '公开卷' };

/** @type {[DossierStep, string][]} */
const TITLES = [
  ['manifest', '案卷目录'], ['seal', '案卷封签'], ['checkpoint', '检查点'], ['witness', '见证联署'], ['timestamp', '时间戳'],
  ['key', '密钥登记'], ['fields', '字段承诺'], ['signatures', '电子签名'], ['entry', '链条目'], ['leaf', '日志叶'],
  ['inclusion', '存证证明'], ['chain', '链的衔接'], ['exhibit', '证据附件'], ['file', '卷内文件'], ['procedure', '程序回放'],
];

/** What is not there, as opposed to wrong. */
class Missing extends Error {}

/** What was neither asked for nor is there: to be known, no fault. */
class Unasked extends Error {}

/** @param {number} n @param {string} folder @param {string} ending */
const numbered = (n, folder, ending) => `${folder}/${String(n).padStart(4, '0')}.${ending}`;

/** One check of one dossier. */
class Check {
  /** @param {Files} files @param {KnownLogKey[] | null} logKeys */
  constructor(files, logKeys) {
    this.files = files;
    this.logKeys = logKeys;
    /** @type {Finding[]} */
    this.found = [];
  }

  /**
   * Runs `act` and notes how it went; gives what it gave, or null.
   * @template T
   * @param {string} part
   * @param {DossierStep} step
   * @param {() => Promise<[string, T]>} act
   * @returns {Promise<T | null>}
   */
  async try(part, step, act) {
    try {
      const [sentence, value] = await act();
      this.add(part, step, 'good', sentence);
      return value;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      this.add(part, step, error instanceof Missing ? 'missing' : error instanceof Unasked ? 'noted' : 'tampered', words);
      return null;
    }
  }

  /** @param {string} part @param {DossierStep} step @param {State} state @param {string} sentence */
  add(part, step, state, sentence) {
    this.found.push({ part, step, state, sentence });
  }

  /** @param {string} name @param {number} most */
  async bytes(name, most) {
    const blob = await this.files.blob(name);
    if (!blob) throw new Missing('卷内没有这个文件');
    if (blob.size > most) throw new Error(`文件超过 ${most} 字节`);
    return new Uint8Array(await blob.arrayBuffer());
  }

  /** @param {{ file: string, sha256: string }} listed @param {number} most */
  async listed(listed, most) {
    const bytes = await this.bytes(listed.file, most);
    if (d.hex(await d.sha256(bytes)) !== listed.sha256) throw new Error('内容与目录所载摘要不符');
    return bytes;
  }
}

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
    if (!(manifest.variant in VARIANTS) || !namesAreRight(manifest)) throw new Error('目录所载文件名不符合规定');
    return [`${VARIANTS[manifest.variant]}，编号 ${manifest.number}，记录 ${manifest.records.length} 条，附件 ${manifest.exhibits.length} 个。`, { bytes, manifest }];
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
    const names = spoke.map(([name, at]) => `${name} 于 ${at.toISOString()} 联署`).join('；');
    if (names === '') throw new Unasked('随卷的信任策略不要求联署，检查点上也没有策略所列见证方的联署。');
    return [`${names}，达到随卷信任策略的要求。`, null];
  });
  if (m.timestamps.length === 0) check.add('checkpoint', 'timestamp', 'noted', '卷内没有时间戳。');
  for (const token of m.timestamps) {
    await check.try(token.file, 'timestamp', async () => {
      const at = await stampedAt(await check.listed(token, 64 * 1024), d.utf8(bareNote(note, log)));
      return [`${token.authority} 于 ${at} 对这个检查点加盖；时间戳机构的签名没有在本页核对，请用 zhijian-verify 或者该机构的工具核对。`, null];
    });
  }
}

/**
 * The steps of one record, or of its place where it is withheld.
 * @param {Check} check @param {Manifest} m @param {string} part @param {RecordProof & { withheld?: string }} record
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
      signers = payloadOf(record).signers.map((signer) => signer.key);
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
      check.add(part, step, 'tampered', `格式不对，无法相信：${error instanceof Error ? error.message : error}`);
    }
  }
}

/** @param {Check} check @param {Manifest} m @param {import('./types').FileRef} item @param {string | null} checkpoint */
async function readRecord(check, m, item, checkpoint) {
  const record = await check.try(item.file, 'file', async () => {
    const value = /** @type {RecordProof & { withheld?: string }} */ (parseCanonical(d.textOf(await check.listed(item, RECORD_MAX))));
    return ['与目录所载摘要一致。', value];
  });
  if (record) await checkRecord(check, m, item.file, record, checkpoint);
  return { record, found: check.found };
}

/** @param {RecordProof} record @returns {import('./types').Payload} */
const payloadOf = (record) => {
  const envelope = /** @type {import('./types').Envelope} */ (parseCanonical(d.textOf(d.fromBase64(record.envelope))));
  return /** @type {import('./types').Payload} */ (parseCanonical(d.textOf(d.fromBase64(envelope.payload))));
};

/** @param {Check} check @param {Manifest} m @param {string | null} checkpoint */
async function checkKeys(check, m, checkpoint) {
  /** @type {string[]} */
  const events = [];
  for (const item of m.key_records) {
    const record = await check.try(item.file, 'key', async () => {
      const record = /** @type {RecordProof} */ (parseCanonical(d.textOf(await check.listed(item, RECORD_MAX))));
      const { kind, signers, facts } = payloadOf(record);
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

/** @param {Check} check @param {Manifest} m @param {((RecordProof & { withheld?: string }) | null)[]} records */
async function checkChain(check, m, records) {
  /** @type {string | null} */
  let prev = '0'.repeat(64);
  let whole = records.length > 0;
  for (const [n, record] of records.entries()) {
    const part = numbered(n, 'records', 'json');
    if (!record) {
      [whole, prev] = [false, null];
      continue;
    }
    const { entry } = record;
    const linked = entry.seq === n && entry.chain === m.case && (prev === null || entry.prev === prev);
    if (!linked) {
      whole = false;
      check.add(part, 'chain', 'tampered', `第 ${n} 号没有接在前一条目之后，或者不属于本案`);
    }
    prev = d.hex(await entryHash(entry).catch(() => new Uint8Array(32)));
  }
  if (whole) check.add('manifest.json', 'chain', 'good', `第 0 至第 ${records.length - 1} 号首尾相连，没有缺号；制卷以后是否另有记录，须向存证方查询。`);
  else check.add('manifest.json', 'chain', 'missing', '有记录缺失或者不符，无法核对全链');
}

/** @param {Check} check @param {Manifest} m @param {((RecordProof & { withheld?: string }) | null)[]} records */
async function checkExhibits(check, m, records) {
  /** @type {Map<string, import('./types').Payload['exhibits']>} */
  const named = new Map();
  const shown = records.filter((record) => record && record.withheld === undefined);
  const may = m.variant === 'party' || m.variant === 'public';
  for (const record of shown) {
    let exhibits = /** @type {import('./types').Payload['exhibits']} */ ([]);
    try {
      exhibits = payloadOf(/** @type {RecordProof} */ (record)).exhibits;
    } catch {
      // Said by the record's own steps.
    }
    for (const one of exhibits) {
      named.set(one.sha256, [...(named.get(one.sha256) || []), one]);
      if (m.exhibits.some((file) => file.sha256 === one.sha256)) continue;
      const left = may && m.withheld.find((file) => file.sha256 === one.sha256);
      check.add(`exhibits/${one.sha256}`, 'exhibit', left ? 'noted' : 'missing', left ? `没有随卷：${left.reason}` : '记录所附证据未随卷');
    }
  }
  for (const file of m.exhibits) {
    await check.try(file.file, 'exhibit', async () => {
      const blob = await check.files.blob(file.file);
      if (!blob) throw new Missing('卷内没有这个文件');
      const signed = named.get(file.sha256) || [];
      if (signed.length === 0 && shown.length === records.length) throw new Error('没有任何记录附有此件');
      if (signed.length === 0) throw new Missing('部分记录没有随卷，不能确定此件由谁附入');
      if (signed.some((one) => one.size !== file.size || one.chunk_root !== file.chunk_root) || signed.every((one) => one.media_type !== file.media_type)) throw new Error('目录所载与签署的记录不同');
      if (blob.size !== file.size) throw new Error(`内容被改动：应为 ${file.size} 字节，实为 ${blob.size} 字节`);
      const chunks = [];
      for (let at = 0; at < blob.size; at += d.CHUNK) {
        chunks.push(await d.sha256(new Uint8Array(await blob.slice(at, at + d.CHUNK).arrayBuffer())));
      }
      if (d.hex(await d.chunkRoot(chunks)) !== file.chunk_root) throw new Error('内容被改动：分块根不符');
      if (blob.size > WHOLE_MAX) return [`${file.name}，${file.size} 字节，与签署的分块根一致。`, null];
      if (d.hex(await d.sha256(new Uint8Array(await blob.arrayBuffer()))) !== file.sha256) throw new Error('内容被改动：摘要不符');
      return [`${file.name}，${file.size} 字节，与签署的摘要一致。`, null];
    });
  }
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

/**
 * Checks everything but the procedure.
 * @param {Files} files
 * @param {{ logKeys: KnownLogKey[] | null, progress?: (done: number, of: number) => void }} known
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
    if (known.progress) known.progress(from, m.records.length);
    // WebCrypto answers later and on other threads: many records wait together instead of one after another.
    const together = await Promise.all(m.records.slice(from, from + AT_ONCE).map((item) => readRecord(new Check(files, known.logKeys), m, item, note)));
    for (const { record, found } of together) {
      records.push(record);
      check.found.push(...found);
    }
  }
  await checkChain(check, m, records);
  await checkExhibits(check, m, records);
  await checkOthers(check, m);
  check.add('manifest.json', 'procedure', 'noted', '本页没有回放程序。需要核对每条记录是否符合当时有效的程序规则的，请用离线核验程序 zhijian-verify。');
  return check.found;
}

/**
 * One verdict a step, the worst first within it.
 * @param {Finding[]} found
 * @returns {Verdict[]}
 */
export function byStep(found) {
  /** @type {Verdict[]} */
  const verdicts = [];
  for (const [step, title] of TITLES) {
    const own = found.filter((finding) => finding.step === step);
    if (own.length === 0) continue;
    const of = (/** @type {State} */ state) => own.filter((finding) => finding.state === state);
    const worst = [...of('tampered'), ...of('missing'), ...of('noted')];
    /** @type {[number, string][]} */
    const counts = [[of('good').length, '项通过'], [of('tampered').length, '项不符'], [of('missing').length, '项缺失'], [of('noted').length, '项说明']];
    const words = own.length === 1 ? own[0].sentence : `${counts.filter(([n]) => n > 0).map(([n, w]) => `${n} ${w}`).join('，')}${worst.length > 0 ? `；${worst[0].part}：${worst[0].sentence}` : ''}`;
    /** @type {State} */
    const state = of('tampered').length > 0 ? 'tampered' : of('missing').length > 0 ? 'missing' : of('noted').length === own.length ? 'noted' : 'good';
    const ok = state === 'good' ? true : state === 'tampered' ? false : null;
    /** @type {[string, string][]} */
    const details = [...worst, ...of('good')].slice(0, 200).map((finding) => [finding.part, finding.sentence]);
    verdicts.push({ step, title, ok, state, sentence: words.endsWith('。') ? words : `${words}。`, details: own.length === 1 ? [] : details });
  }
  return verdicts;
}

/**
 * The sentence over all findings.
 * @param {Finding[]} found
 * @returns {{ kind: 'ok' | 'warn' | 'danger', sentence: string, advice: string }}
 */
export function conclusion(found) {
  const first = (/** @type {State} */ state) => found.find((finding) => finding.state === state);
  const [bad, gone] = [first('tampered'), first('missing')];
  if (bad) return { kind: 'danger', sentence: '核验未通过：案卷有改动或者不一致', advice: `首个问题：${bad.part}：${bad.sentence}${gone ? '；另有材料缺失' : ''}。请勿采信，并向制卷机关查询。` };
  if (gone) return { kind: 'warn', sentence: '材料不全：未发现改动，但不能得出完整结论', advice: `首个缺失：${gone.part}：${gone.sentence}。` };
  return { kind: 'ok', sentence: '核验通过：卷内各项自签署以来未被改动', advice: '程序是否合规没有在本页回放，请用 zhijian-verify 核对。' };
}
