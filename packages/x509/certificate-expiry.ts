/** How long the certificates of a chain still last, for start-up logs and readiness, while there is time to act. */
import { type Certificate, parseX5cEntry } from './certificate.ts'

export type ExpiryLevel =
  | 'fine'
  | 'soon' // order a new one
  | 'urgent'
  | 'expired'
  | 'not_yet_valid'

export interface CertificateExpiry {
  /** Epoch seconds: the end of the certificate that ends first. */
  readonly expiresAt: number
  /** Whole days, rounded down; negative once it is over. */
  readonly daysLeft: number
  readonly level: ExpiryLevel
  /** Subject of that certificate, and its place in the chain. */
  readonly subject: string
  readonly position: number
}

export interface ExpiryWarnings {
  /** 30 when absent. */
  readonly soonDays?: number
  /** 7 when absent. */
  readonly urgentDays?: number
}

const DAY_SECONDS = 86_400

/** Undefined for an empty chain and one that cannot be read. `x5c`: standard base64, leaf first. */
export function certificateExpiry(
  x5c: readonly string[],
  now: number,
  warnings: ExpiryWarnings = {},
): CertificateExpiry | undefined {
  const chain: Certificate[] = []
  for (const entry of x5c) {
    const parsed = parseX5cEntry(entry)
    if (!parsed.ok) return undefined
    chain.push(parsed.value)
  }
  return expiryOf(chain, now, warnings)
}

export function expiryOf(
  chain: readonly Certificate[],
  now: number,
  { soonDays = 30, urgentDays = 7 }: ExpiryWarnings = {},
): CertificateExpiry | undefined {
  const places = chain.map((certificate, position) => ({ certificate, position }))
  const [first, ...others] = places
  if (first === undefined) return undefined
  const ends = ({ certificate }: typeof first) => certificate.notAfter
  const { certificate, position } = others.reduce((a, b) => (ends(b) < ends(a) ? b : a), first)
  const daysLeft = Math.floor((certificate.notAfter - now) / DAY_SECONDS)
  const isEarly = chain.some(({ notBefore }) => now < notBefore)
  const level = levelOf(certificate.notAfter - now, { soonDays, urgentDays })
  return {
    expiresAt: certificate.notAfter,
    daysLeft,
    level: isEarly && level !== 'expired' ? 'not_yet_valid' : level,
    subject: certificate.subject.text,
    position,
  }
}

function levelOf(secondsLeft: number, { soonDays, urgentDays }: Required<ExpiryWarnings>): ExpiryLevel {
  if (secondsLeft < 0) return 'expired'
  if (secondsLeft < urgentDays * DAY_SECONDS) return 'urgent'
  return secondsLeft < soonDays * DAY_SECONDS ? 'soon' : 'fine'
}
