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
  ['inclusion', '存证证明'], ['chain', '链的衔接'], ['exhibit', '证据附件'], ['file', '卷内文件'], ['procedure', '程序回放'],
];

/** What a reader should see first. @type {State[]} */
const WORST = ['tampered', 'irregular', 'missing', 'noted', 'good'];
/** More lines a step tell a reader nothing. */
const MOST_DETAILS = 200;
const COURTS = '决定是否合法、适当，由复议机关和人民法院依法审查。';

/** How each is counted. @type {[State, string][]} */
const COUNTED = [['good', '项通过'], ['tampered', '项不符'], ['irregular', '项违规'], ['missing', '项缺失'], ['noted', '项说明']];

/** @param {Finding[]} own of one step @returns {string} */
function words(own) {
  if (own.length === 1) return own[0].sentence;
  // The law's own sum of what it found says more than a count of it.
  if (own[0].step === 'procedure') return own.filter(({ part }) => part === 'manifest.json').map(({ sentence }) => sentence).join('；');
  const counts = COUNTED.map(([state, unit]) => [own.filter((finding) => finding.state === state).length, unit]);
  const [first] = worstFirst(own);
  const said = counts.filter(([count]) => count !== 0).map(([count, unit]) => `${count} ${unit}`).join('，');
  return first.state === 'good' ? said : `${said}；${first.part}：${first.sentence}`;
}

/** @param {Finding[]} own @returns {Finding[]} */
const worstFirst = (own) => WORST.flatMap((state) => own.filter((finding) => finding.state === state));

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
    /** @type {[string, string][]} */
    const details = worstFirst(own).slice(0, MOST_DETAILS).map((finding) => [finding.part, finding.sentence]);
    if (own.length > MOST_DETAILS) details.push(['其余', `另有 ${own.length - MOST_DETAILS} 项没有列出，可以用 zhijian-verify 逐项查看`]);
    verdicts.push({ step, title, ok, state, sentence: sentence.endsWith('。') ? sentence : `${sentence}。`, details: own.length === 1 ? [] : details });
  }
  return verdicts;
}

/**
 * The sentence over all findings, as zhijian-verify draws it.
 * @param {Finding[]} found
 * @returns {{ kind: 'ok' | 'warn' | 'danger', sentence: string, advice: string }}
 */
export function conclusion(found) {
  const first = (/** @type {State} */ state) => found.find((finding) => finding.state === state);
  const [bad, against, gone] = [first('tampered'), first('irregular'), first('missing')];
  const also = gone ? '；另有材料缺失' : '';
  if (bad) return { kind: 'danger', sentence: '核验未通过：内容有改动或者不一致', advice: `首个问题：${bad.part}：${bad.sentence}${also}。请勿采信，并向制卷机关查询。` };
  if (against) return { kind: 'warn', sentence: '内容未发现改动，但有记录不符合当时有效的程序规则', advice: `首个问题：${against.part}：${against.sentence}${also}。${COURTS}` };
  if (gone) return { kind: 'warn', sentence: '材料不全：未发现改动，但不能得出完整结论', advice: `首个缺失：${gone.part}：${gone.sentence}。` };
  const procedure = found.find((finding) => finding.step === 'procedure');
  const said = procedure && procedure.state === 'good' ? '各条记录也符合当时有效的程序规则' : procedure ? procedure.sentence : '';
  return { kind: 'ok', sentence: '核验通过：卷内各项自签署以来未被改动', advice: `${said}。${COURTS}` };
}
