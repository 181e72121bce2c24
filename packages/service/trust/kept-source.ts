/**
 * One source of trust over time: what it said last that could be used, how the last look went, and when to look again. A look
 * that fails leaves what is known in force, until the end that the list itself names; nothing here knows a timer.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { TrustedCertificate, TrustList } from '@countersign/trust/trust-anchor'
import type { Remote } from '../outgoing/guarded-client.ts'
import {
  fetchSource,
  type ReadableSource,
  readSource,
  type SourceBytes,
  type SourceContents,
  type SourceRefusal,
} from './read-source.ts'

export interface KeptSource {
  readonly readable: ReadableSource
  /** Place among all sources, from 1. */
  readonly number: number
  /** Contents in force or past their end; absent: there were none yet. */
  readonly good?: GoodContents | undefined
  /** Of the last look; absent where it went well. */
  readonly failure?: SourceRefusal | undefined
  /** Epoch seconds. */
  readonly lookedAt: number
  readonly dueAt: number
}

export interface GoodContents extends SourceContents {
  readonly fingerprint: string
  /** When they were read first, epoch seconds. */
  readonly readAt: number
}

export interface LookOptions {
  readonly remote: Pick<Remote, 'request'>
  readonly intervalSeconds: number
  /** From 0 to 1. */
  readonly random: () => number
}

export type LookOutcome = 'renewed' | 'unchanged' | 'failed'

/** Never throws for what a file, a server or a list does. */
export async function look(
  kept: Pick<KeptSource, 'readable' | 'number' | 'good'>,
  now: number,
  options: LookOptions,
): Promise<{ readonly kept: KeptSource; readonly outcome: LookOutcome }> {
  const { good, number, readable } = kept
  const fetched = await fetchSource(readable, options.remote)
  const isSame = fetched.ok && fetched.value.fingerprint === good?.fingerprint
  const found = isSame ? ok(good) : await judge(readable, fetched, good, now)
  const failure = found.ok ? failureOf(readable, found.value, now) : found.error
  const contents = found.ok ? found.value : good
  const dueAt = now + secondsToNextLook(contents, failure !== undefined, now, options)
  return {
    kept: { readable, number, good: contents, failure, lookedAt: now, dueAt },
    outcome: failure !== undefined ? 'failed' : isSame ? 'unchanged' : 'renewed',
  }
}

/**
 * A newer list of whose entries none can be used says nothing that could be acted on, so the earlier one stays in force until its
 * end; one without entries says that nobody is believed any more.
 */
async function judge(
  readable: ReadableSource,
  fetched: Result<SourceBytes, SourceRefusal>,
  good: GoodContents | undefined,
  now: number,
): Promise<Result<GoodContents, SourceRefusal>> {
  if (!fetched.ok) return fetched
  const before = { lastIssue: good?.issue, lastIssuedAt: good?.issuedAt }
  const read = await readSource(readable, fetched.value, before, now)
  if (!read.ok) return read
  const contents = { ...read.value, fingerprint: fetched.value.fingerprint, readAt: now }
  const isUnusable = contents.usable === 0 && contents.unusable.size > 0
  return isUnusable && good !== undefined && good.usable > 0
    ? refuse(noUsableEntry(readable, contents))
    : ok(contents)
}

function failureOf(readable: ReadableSource, contents: GoodContents, now: number): SourceRefusal | undefined {
  if (!isInForce(contents, now)) return { code: 'list_outdated', place: readable.place }
  return contents.usable === 0 ? noUsableEntry(readable, contents) : undefined
}

function noUsableEntry({ place }: ReadableSource, { unusable }: SourceContents): SourceRefusal {
  return { code: 'no_usable_entry', place, detail: reasonsOf(unusable) }
}

/** `3 × certificate_key_unsupported`; for the operator. */
export function reasonsOf(unusable: SourceContents['unusable']): string {
  const reasons = [...unusable].map(([reason, count]) => `${count} × ${reason}`)
  return reasons.length === 0 ? 'no entries' : reasons.join(', ')
}

export function isInForce({ nextUpdate }: SourceContents, now: number): boolean {
  return nextUpdate === undefined || now <= nextUpdate
}

/** Whether anybody is believed by it now. */
export function believesAnybody({ good }: Pick<KeptSource, 'good'>, now: number): boolean {
  return good !== undefined && good.usable > 0 && isInForce(good, now)
}

/** A clock that went back makes every look due, or a source would wait for a time that is years away. */
export function isDue({ dueAt, lookedAt }: Pick<KeptSource, 'dueAt' | 'lookedAt'>, now: number): boolean {
  return now >= dueAt || now < lookedAt
}

const RETRY_SECONDS = 60
/** Of a period: instances that were started together do not ask together. */
const JITTER = 0.1

/** Halfway to the next update of a list at most, so that its successor is looked for more and more often. */
function secondsToNextLook(
  good: SourceContents | undefined,
  failed: boolean,
  now: number,
  { intervalSeconds, random }: LookOptions,
): number {
  const shortest = Math.min(RETRY_SECONDS, intervalSeconds)
  const left = good?.nextUpdate === undefined ? Number.POSITIVE_INFINITY : good.nextUpdate - now
  const wanted = failed ? shortest : Math.min(intervalSeconds, Math.max(shortest, left / 2))
  return Math.max(1, Math.round(wanted * (1 - JITTER * random())))
}

/** Whether somebody who was believed by the one list is not by the other, whatever their ends. */
export function losesAnybody(before: TrustList | undefined, after: TrustList): boolean {
  if (before === undefined) return false
  const still = new Set([...after.anchors, ...after.pins].map(identityOf))
  return [...before.anchors, ...before.pins].some((one) => !still.has(identityOf(one)))
}

/** All that is said of it, but for how long and by which issue of a list. */
function identityOf(trusted: TrustedCertificate): string {
  const said = { ...trusted, certificate: undefined, source: undefined, usableUntil: undefined }
  return `${Buffer.from(trusted.certificate.der).toString('base64')} ${JSON.stringify(said)}`
}
