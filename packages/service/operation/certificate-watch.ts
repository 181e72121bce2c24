/**
 * Sees that certificates end before they do, and so do authorities that are believed: in the log at start and
 * twice a day, and as a note of readiness. An expired one makes no instance unready: all instances have the same, and
 * none would be left to do the rest.
 */
import { type CertificateExpiry, certificateExpiry } from '@countersign/x509/certificate-expiry'
import type { CheckAnswer, ReadinessCheck } from './health.ts'
import type { Logger } from './log.ts'

export interface CertificateWatch {
  /** `x5c`: standard base64, leaf first. */
  add(purpose: string, x5c: readonly string[]): void
  /**
   * Whom this service believes by a source, and until when, in epoch seconds: in place of what was told of that source before.
   * Names, which may be paths, are for the log alone.
   */
  believe(source: string, ends: readonly { readonly name: string; readonly endsAt: number }[]): void
  /** Absent while nothing is watched. */
  readonly check: ReadinessCheck | undefined
  stop(): void
}

const TWICE_A_DAY_MS = 12 * 3_600_000

/** What is to be told of something that ends; undefined as long as there is nothing. */
type Look = (now: number) => Warning | undefined

interface Warning {
  readonly isUrgent: boolean
  readonly log: string
  /** For everybody. */
  readonly note: string
}

export function certificateWatch(log: Pick<Logger, 'warn' | 'error'>, now: () => number): CertificateWatch {
  const watched = new Map<string, Look>()
  const tell = (look: Look) => {
    const warning = look(now())
    if (warning?.isUrgent) log.error(warning.log)
    else if (warning) log.warn(warning.log)
  }
  const watch = (name: string, look: Look) => {
    const isNew = !watched.has(name)
    watched.set(name, look)
    if (isNew) tell(look)
  }
  const timer = setInterval(() => {
    for (const look of watched.values()) tell(look)
  }, TWICE_A_DAY_MS)
  timer.unref()
  return {
    add: (purpose, x5c) => watch(purpose, ownCertificates(purpose, x5c)),
    believe(source, ends) {
      const prefix = `believed ${source} `
      const looks = new Map(
        ends.map(({ name, endsAt }) => [`${prefix}${name} ${endsAt}`, believedSource(name, endsAt)]),
      )
      for (const name of watched.keys()) {
        if (name.startsWith(prefix) && !looks.has(name)) watched.delete(name)
      }
      for (const [name, look] of looks) watch(name, look)
    },
    get check() {
      return watched.size === 0
        ? undefined
        : { name: 'certificates', check: async () => noteOf([...watched.values()], now()) }
    },
    stop: () => clearInterval(timer),
  }
}

function noteOf(looks: readonly Look[], now: number): CheckAnswer | undefined {
  const notes = looks.flatMap((look) => look(now)?.note ?? [])
  return notes.length === 0 ? undefined : { note: [...new Set(notes)].join('; ') }
}

function ownCertificates(purpose: string, x5c: readonly string[]): Look {
  return (now) => {
    const expiry = certificateExpiry(x5c, now)
    if (expiry === undefined || expiry.level === 'fine') return undefined
    const note = describe(purpose, expiry)
    return { isUrgent: expiry.level !== 'soon', note, log: `${note} (${expiry.subject})` }
  }
}

function describe(purpose: string, { daysLeft, level }: CertificateExpiry): string {
  switch (level) {
    case 'expired':
      return `the ${purpose} certificate has expired`
    case 'not_yet_valid':
      return `the ${purpose} certificate is not valid yet`
    case 'fine':
    case 'soon':
    case 'urgent':
      return `the ${purpose} certificate expires in ${days(daysLeft)}`
  }
}

const DAY_SECONDS = 86_400

/** Authorities are renewed by others: what is weeks away is nothing to act on yet. */
const BELIEVED_WARNING_DAYS = 7

function believedSource(name: string, endsAt: number): Look {
  return (now) => {
    const daysLeft = Math.floor((endsAt - now) / DAY_SECONDS)
    if (daysLeft >= BELIEVED_WARNING_DAYS) return undefined
    const end = now > endsAt ? 'counts no longer' : `ends in ${days(daysLeft)}`
    return {
      isUrgent: daysLeft < 1,
      note: `an authority that is believed ${end}`,
      log: `${name} ${end}: put its successor beside it, or in its place`,
    }
  }
}

function days(count: number): string {
  return `${count} ${count === 1 ? 'day' : 'days'}`
}
