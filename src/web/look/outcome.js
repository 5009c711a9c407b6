// @ts-check
// What the findings on a dossier amount to: a verdict a step, and the sentence over all. Checks nothing; no page.

/**
 * @typedef {import('./types').Verdict} Verdict
 * @typedef {import('./types').DossierStep} DossierStep
 * @typedef {import('./types').State} State
 * @typedef {import('./findings.js').Finding} Finding
 */

/** @type {[DossierStep, string][]} */
const TITLES = [
  ['manifest', '案卷目录'], ['seal', '案卷封签'], ['checkpoint', '检查点'], ['witness', '见证联署'], ['timestamp', '时间戳'],
  ['key', '密钥登记'], ['fields', '字段承诺'], ['signatures', '电子签名'], ['entry', '链条目'], ['leaf', '日志叶'],
  ['inclusion', '存证证明'], ['chain', '链的衔接'], ['exhibit', '证据附件'], ['file', '卷内文件'], ['procedure', '办案程序'],
];

/** What a reader should see first. @type {State[]} */
const WORST = ['tampered', 'irregular', 'missing', 'unchecked', 'noted', 'good'];
/** More lines a step tell a reader nothing. */
const MOST_DETAILS = 200;
const COURTS = '决定是否合法、适当，由复议机关和人民法院依法审查。';

/** @type {Record<string, string>} */
const PARTS = { 'manifest.json': '案卷目录', seal: '案卷封签', checkpoint: '检查点', policy: '信任策略' };

/** How each is counted. @type {[State, string][]} */
const COUNTED = [['good', '项通过'], ['tampered', '项不符'], ['irregular', '项违规'], ['missing', '项缺失'], ['unchecked', '项未核对'], ['noted', '项说明']];

/**
 * A file of a dossier as people speak of it, who count from 1.
 * @param {string} part
 * @returns {string}
 */
function spoken(part) {
  const [, folder, number] = /^(records|keys|timestamps)\/(\d{4,15})\./.exec(part) || [];
  if (folder) return `第 ${Number(number) + 1} 号${{ records: '记录', keys: '密钥记录', timestamps: '时间戳' }[folder]}`;
  const [, digest] = /^exhibits\/([0-9a-f]{8})[0-9a-f]{56}$/.exec(part) || [];
  return digest ? `附件 ${digest}…` : PARTS[part] || part;
}

/** The same with the file to look for. @param {Finding} finding */
const first = ({ part, sentence }) => `${spoken(part)}${spoken(part) === part ? '' : `（${part}）`}：${sentence}`;

/** @param {Finding[]} own of one step @returns {string} */
function words(own) {
  if (own.length === 1) return own[0].sentence;
  // The law's own sum of what it found says more than a count of it.
  if (own[0].step === 'procedure') return own.filter(({ part }) => part === 'manifest.json').map(({ sentence }) => sentence).join('；');
  const counts = COUNTED.map(([state, unit]) => [own.filter((finding) => finding.state === state).length, unit]);
  const [worst] = worstFirst(own);
  const said = counts.filter(([count]) => count !== 0).map(([count, unit]) => `${count} ${unit}`).join('，');
  return worst.state === 'good' ? said : `${said}；${spoken(worst.part)}：${worst.sentence}`;
}

/** @param {Finding[]} own @returns {Finding[]} */
const worstFirst = (own) => WORST.flatMap((state) => own.filter((finding) => finding.state === state));

/**
 * What a reader may want to see one by one: of a step that is not as it should be only what is not.
 * @param {Finding[]} own
 * @param {State} state
 * @returns {[string, string][]}
 */
function details(own, state) {
  const told = own.filter(({ part, step }) => step !== 'procedure' || part !== 'manifest.json');
  if (own.length === 1 || told.length === 0) return [];
  const listed = state === 'good' ? told : told.filter((finding) => finding.state !== 'good');
  /** @type {[string, string][]} */
  const rows = worstFirst(listed).slice(0, MOST_DETAILS).map((finding) => [spoken(finding.part), finding.sentence]);
  if (listed.length > MOST_DETAILS) rows.push(['其余', `另有 ${listed.length - MOST_DETAILS} 项没有列出，可以用 zhijian-verify 逐项查看`]);
  if (listed.length < told.length) rows.push(['其余', `${told.length - listed.length} 项通过`]);
  return rows;
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
    const state = WORST.find((one) => own.some((finding) => finding.state === one && (one !== 'noted' || own.every((other) => other.state === one)))) || 'good';
    const ok = state === 'good' ? true : state === 'tampered' ? false : null;
    const sentence = words(own);
    verdicts.push({ step, title, ok, state, sentence: sentence.endsWith('。') ? sentence : `${sentence}。`, details: details(own, state) });
  }
  return verdicts;
}

/**
 * The sentence over all findings, as zhijian-verify draws it; what this page could not look at is no pass.
 * @param {Finding[]} found
 * @returns {{ kind: 'ok' | 'warn' | 'danger', sentence: string, advice: string }}
 */
export function conclusion(found) {
  const [bad, against, gone, unchecked] = /** @type {State[]} */ (['tampered', 'irregular', 'missing', 'unchecked']).map((state) => found.find((finding) => finding.state === state));
  const also = gone ? '；另有材料缺失' : '';
  if (bad) return { kind: 'danger', sentence: '核验未通过：内容有改动或者不一致', advice: `首个问题：${first(bad)}${also}。请勿采信，并向制卷机关查询。` };
  if (against) return { kind: 'warn', sentence: '内容未发现改动，但有记录不符合当时有效的程序规则', advice: `首个问题：${first(against)}${also}。${COURTS}` };
  if (gone) return { kind: 'warn', sentence: '材料不全：未发现改动，但不能得出完整结论', advice: `首个缺失：${first(gone)}。` };
  if (unchecked) return { kind: 'warn', sentence: '部分核验：内容未发现改动，办案程序没有在本页核对', advice: `${unchecked.sentence}。${COURTS}` };
  const procedure = found.find((finding) => finding.step === 'procedure');
  const said = procedure && procedure.state === 'good' ? '各条记录也符合当时有效的程序规则' : procedure ? procedure.sentence : '';
  return { kind: 'ok', sentence: '核验通过：卷内各项自签署以来未被改动', advice: `${said}。${COURTS}` };
}
