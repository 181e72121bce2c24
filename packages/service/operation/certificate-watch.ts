/**
 * Sees that certificates end before they do: in the log at start and twice a day, and as a note of readiness. An
 * expired one makes no instance unready: all instances have the same, and none would be left to do the rest.
 */
import { type CertificateExpiry, certificateExpiry } from '@countersign/x509/certificate-expiry'
import type { ReadinessCheck } from './health.ts'
import type { Logger } from './log.ts'

export interface CertificateWatch {
  /** `x5c`: standard base64, leaf first. */
  add(purpose: string, x5c: readonly string[]): void
  /** Absent while nothing is watched. */
  readonly check: ReadinessCheck | undefined
  stop(): void
}

const TWICE_A_DAY_MS = 12 * 3_600_000

export function certificateWatch(log: Pick<Logger, 'warn' | 'error'>, now: () => number): CertificateWatch {
  const watched = new Map<string, readonly string[]>()
  const tell = (purpose: string, x5c: readonly string[]) => {
    const expiry = certificateExpiry(x5c, now())
    if (expiry === undefined || expiry.level === 'fine') return
    const text = `${describe(purpose, expiry)} (${expiry.subject})`
    if (expiry.level === 'soon') log.warn(text)
    else log.error(text)
  }
  const timer = setInterval(() => {
    for (const [purpose, x5c] of watched) tell(purpose, x5c)
  }, TWICE_A_DAY_MS)
  timer.unref()
  return {
    add(purpose, x5c) {
      watched.set(purpose, x5c)
      tell(purpose, x5c)
    },
    get check() {
      return watched.size === 0
        ? undefined
        : { name: 'certificates', check: async () => noteOf(watched, now()) }
    },
    stop: () => clearInterval(timer),
  }
}

function noteOf(watched: ReadonlyMap<string, readonly string[]>, now: number) {
  const notes = [...watched].flatMap(([purpose, x5c]) => {
    const expiry = certificateExpiry(x5c, now)
    return expiry === undefined || expiry.level === 'fine' ? [] : [describe(purpose, expiry)]
  })
  return notes.length === 0 ? undefined : { note: notes.join('; ') }
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
      return `the ${purpose} certificate expires in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`
  }
}
