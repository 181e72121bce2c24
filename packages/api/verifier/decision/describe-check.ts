/**
 * A check as people read it: what it means, what it was found by, what to do, and who trusted whom. The service answers with
 * these texts; a page makes the same ones of the facts that came along, by the texts of another language (`german.ts`, which
 * it may load when it needs them) or by another clock.
 */
import type {
  CheckFacts,
  CheckToDescribe,
  DescribedCheck,
  Evidence,
  ListedStatus,
  TrustLink,
} from './described-check.ts'
import { reasonFor } from './reasons.ts'
import { isShowable, shownName, shownValue, timeOfDay, utc, type WallClock } from './shown-text.ts'
import type { CheckText, DecisionTexts, EvidenceLabel, Sentence, Told } from './texts.ts'

/** `clock`: how moments are told; in UTC when absent. */
export function describeCheck(
  check: CheckToDescribe,
  texts: DecisionTexts,
  clock: WallClock = utc,
): DescribedCheck {
  const { advice, meaning, title = texts.checks[check.name].title } = textOf(check, texts)
  return {
    title: said(title, check, clock),
    meaning: said(meaning, check, clock),
    evidence: evidenceOf(check, texts, clock),
    ...(advice !== undefined && { advice }),
    ...trustOf(check, texts),
  }
}

function textOf({ detail, name, outcome }: CheckToDescribe, texts: DecisionTexts): CheckText {
  const { outcomes, reasons } = texts.checks[name]
  const reason = reasonFor(name, outcome, detail)
  const ofReason: Readonly<Record<string, CheckText>> = reasons
  return (reason === undefined ? undefined : ofReason[reason]) ?? outcomes[outcome]
}

/** Most sentences are made of nothing, and results are read more often than anything else. */
function said(sentence: Sentence, check: CheckToDescribe, clock: WallClock): string {
  return typeof sentence === 'string' ? sentence : sentence(toldOf(check, clock))
}

const DAY_SECONDS = 86_400

function toldOf({ detail = '', facts = {}, policy }: CheckToDescribe, clock: WallClock): Told {
  const { anchor, asked, issuer, status, unmet, validFrom, validUntil } = facts
  const { checkedAt = 0 } = facts
  const moment = (at: number | undefined) => (isShowable(at) ? clock(at) : undefined)
  const [, count] = /_(\d{1,4})$/.exec(detail) ?? []
  return {
    issuer: shownName(issuer),
    anchor: shownName(anchor),
    validFrom: moment(validFrom),
    validUntil: moment(validUntil),
    daysOver: Math.max(0, Math.floor((checkedAt - (validUntil ?? checkedAt)) / DAY_SECONDS)),
    listIssuedAt: moment(status?.issuedAt),
    asked: asked?.length,
    unmet: unmet && shownValue(unmet),
    policy: policy && shownValue(policy),
    count: count === undefined ? undefined : Number(count),
  }
}

function evidenceOf(
  { facts, policy }: CheckToDescribe,
  texts: DecisionTexts,
  clock: WallClock,
): readonly Evidence[] {
  if (facts === undefined && policy === undefined) return []
  const { algorithm, anchor, args, asked, checkedAt, claimedIssuer, issuer, keyType, source } = facts ?? {}
  const { status, trustedUntil, unmet, validFrom, validUntil } = facts ?? {}
  const rows: Evidence[] = []
  const add: AddRow = (label, value) => {
    if (value !== undefined && value !== '')
      rows.push({ label: texts.labels[label], value: shownValue(value) })
  }
  const addMoment: AddMoment = (label, at) => add(label, momentText(at, texts, clock))
  add('issuer', issuer)
  add('claimedIssuer', claimedIssuer)
  add('algorithm', algorithm)
  add('anchor', anchor)
  add('source', source)
  addMoment('trustedUntil', trustedUntil)
  add('keyType', keyType)
  addMoment('validFrom', validFrom)
  addMoment('validUntil', validUntil)
  if (status !== undefined) addStatus(status, add, addMoment)
  add('asked', asked?.join(', '))
  add('unmet', unmet)
  add('policy', policy)
  add('args', args)
  addMoment('checkedAt', checkedAt)
  return rows
}

type AddRow = (label: EvidenceLabel, value: string | undefined) => void
type AddMoment = (label: EvidenceLabel, at: number | undefined) => void

function addStatus(
  { anchor, goodUntil, index, issuedAt, purpose, uri }: ListedStatus,
  add: AddRow,
  addMoment: AddMoment,
): void {
  add('listHost', /^https?:\/\/([^/?#@\\]+)/i.exec(uri)?.[1])
  add('listUri', uri)
  add('listIndex', index?.toString())
  add('purpose', purpose)
  addMoment('listIssuedAt', issuedAt)
  addMoment('listGoodUntil', goodUntil)
  add('listAnchor', anchor)
}

function momentText(at: number | undefined, { day }: DecisionTexts, clock: WallClock): string | undefined {
  if (!isShowable(at)) return undefined
  const wall = clock(at)
  return `${day(wall)}, ${timeOfDay(wall)}`
}

/** Of a trust that was found: nobody is believed for what a stranger wrote. */
function trustOf(
  { facts, name, outcome }: CheckToDescribe,
  texts: DecisionTexts,
): Pick<DescribedCheck, 'trust'> {
  if (name !== 'issuer_trust' || outcome !== 'passed' || facts === undefined) return {}
  const chain = chainOf(facts, texts)
  const { anchor, issuer, source } = facts
  const names = { anchor: shownName(anchor), issuer: shownName(issuer), source: source && shownValue(source) }
  return { trust: { sentence: texts.trusted(names), chain } }
}

/** Names as they are, for who looks closer; in the sentence as people say them. */
function chainOf({ anchor, issuer, source }: CheckFacts, texts: DecisionTexts): readonly TrustLink[] {
  const link = (role: TrustLink['role'], name: string | undefined): readonly TrustLink[] =>
    name === undefined ? [] : [{ role, label: texts.links[role], name: shownValue(name) }]
  return [
    { role: 'verifier', label: texts.links.verifier },
    ...link('source', source),
    ...link('anchor', anchor),
    ...link('issuer', issuer === anchor ? undefined : issuer),
  ]
}
