/** What the checklist says, as rows of a tone and sentences. Pure: the texts are handed in, so that a table can test it. */
import type { CheckedService, Checklist } from '@countersign/api/portal/checklist'

export type ProbeTone = 'ok' | 'warn' | 'bad'

/** What there is to say, worst first; which words, the page knows. */
export type Finding =
  | {
      readonly tone: 'bad'
      readonly code: 'silent' | 'keyRefused'
      readonly service: CheckedService['service']
    }
  | { readonly tone: 'bad'; readonly code: 'keysNone' }
  | {
      readonly tone: 'bad' | 'warn'
      readonly code: 'keysEnded' | 'keysEnding'
      readonly purpose: string
      readonly endsAt: number
    }
  | {
      readonly tone: 'ok'
      readonly code: 'keys'
      readonly algorithms: readonly string[]
      readonly endsAt?: number | undefined
    }
  | { readonly tone: 'ok'; readonly code: 'sessionsShared'; readonly count: number }
  | { readonly tone: 'warn'; readonly code: 'sessionsAlone' }
  | { readonly tone: 'bad'; readonly code: 'sessionsSplit'; readonly count: number }
  | { readonly tone: 'ok'; readonly code: 'addressReached'; readonly ms: number }
  | { readonly tone: 'warn'; readonly code: 'addressLost'; readonly url: string }
  | { readonly tone: 'warn'; readonly code: 'trustNone' }
  | { readonly tone: 'warn'; readonly code: 'trustFailing'; readonly count: number }
  | {
      readonly tone: 'ok'
      readonly code: 'trustGood'
      readonly count: number
      readonly endsAt?: number | undefined
    }

export type ProbeName = 'keys' | 'sessions' | 'address' | 'trust'

export interface Probe {
  readonly name: ProbeName
  readonly findings: readonly Finding[]
}

const MONTH_SECONDS = 30 * 86_400

/** `now`: epoch seconds. A service that is away says so in the first row, and is in no other. */
export function probesOf({ services }: Checklist, now: number): readonly Probe[] {
  const away = services.flatMap(({ answers, service }): readonly Finding[] =>
    answers === 'yes' ? [] : [{ tone: 'bad', code: answers === 'silent' ? 'silent' : 'keyRefused', service }],
  )
  const there = services.filter(({ answers }) => answers === 'yes')
  if (there.length === 0) return [{ name: 'keys', findings: away }]
  return [
    { name: 'keys', findings: [...away, ...keyFindings(there, now)] },
    { name: 'sessions', findings: sessionFindings(there) },
    { name: 'address', findings: addressFindings(there) },
    { name: 'trust', findings: trustFindings(there) },
  ]
}

export function toneOf({ findings }: Probe): ProbeTone {
  const tones = findings.map(({ tone }) => tone)
  return tones.includes('bad') ? 'bad' : tones.includes('warn') ? 'warn' : 'ok'
}

function keyFindings(services: readonly CheckedService[], now: number): readonly Finding[] {
  const keys = services.flatMap((service) => service.keys ?? [])
  if (keys.length === 0) return [{ tone: 'bad', code: 'keysNone' }]
  const ending = keys.flatMap(({ endsAt, purpose }): readonly Finding[] => {
    if (endsAt === undefined || endsAt - now > MONTH_SECONDS) return []
    return endsAt <= now
      ? [{ tone: 'bad', code: 'keysEnded', purpose, endsAt }]
      : [{ tone: 'warn', code: 'keysEnding', purpose, endsAt }]
  })
  if (ending.length > 0) return ending
  const algorithms = [...new Set(keys.map(({ algorithm }) => algorithm))]
  return [{ tone: 'ok', code: 'keys', algorithms, endsAt: first(keys) }]
}

function first(those: readonly { readonly endsAt?: number | undefined }[]): number | undefined {
  const ends = those.flatMap(({ endsAt }) => endsAt ?? [])
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function sessionFindings(services: readonly CheckedService[]): readonly Finding[] {
  const all = services.flatMap(({ sessions }) => sessions ?? [])
  const alone = all.filter(({ shared }) => !shared)
  const split = Math.max(0, ...alone.map(({ processes }) => processes))
  if (split > 1) return [{ tone: 'bad', code: 'sessionsSplit', count: split }]
  if (alone.length > 0) return [{ tone: 'warn', code: 'sessionsAlone' }]
  return [
    { tone: 'ok', code: 'sessionsShared', count: Math.max(0, ...all.map(({ processes }) => processes)) },
  ]
}

function addressFindings(services: readonly CheckedService[]): readonly Finding[] {
  const all = services.flatMap(({ address }) => address ?? [])
  const lost = all.filter(({ reached }) => !reached)
  if (lost.length > 0) return lost.map(({ url }) => ({ tone: 'warn', code: 'addressLost', url }))
  return [{ tone: 'ok', code: 'addressReached', ms: Math.max(0, ...all.map(({ ms = 0 }) => ms)) }]
}

function trustFindings(services: readonly CheckedService[]): readonly Finding[] {
  const all = services.flatMap(({ trust }) => trust ?? [])
  const sources = sum(all.map((one) => one.sources))
  const failing = sum(all.map((one) => one.failing))
  if (sources === 0) return [{ tone: 'warn', code: 'trustNone' }]
  if (failing > 0) return [{ tone: 'warn', code: 'trustFailing', count: failing }]
  return [{ tone: 'ok', code: 'trustGood', count: sources, endsAt: first(all) }]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
