/**
 * What is known when an answer is judged and would be gone afterwards: kept beside checks and credentials, few and short, so
 * that a result can say why. Of an answer that somebody who is believed has signed alone: of a stranger's nothing is kept.
 */
import type { ListedStatus } from '@countersign/credential/contract/checks'
import type { VerifiedPresentation } from '@countersign/credential/contract/format'
import type { PresentationFacts } from '@countersign/protocol/openid4vp/session'
import type { StatusFinding } from '@countersign/status-list/check-status'

/** `bound`: its holder proved it, for this request. */
export function presentationFacts(
  { algorithm, expiresAt, holderKey, source, trustedUntil, validFrom }: VerifiedPresentation,
  bound: boolean,
): PresentationFacts {
  const key = bound ? holderKey : undefined
  return {
    algorithm,
    source: cut(source && withoutFolders(source)),
    trustedUntil: wholeSeconds(trustedUntil),
    keyType: key && ('crv' in key ? key.crv : key.kty),
    validFrom: wholeSeconds(validFrom),
    validUntil: wholeSeconds(expiresAt),
  }
}

/** `anchor`: whom the credential's issuer leads to. Undefined where there is no list that is known by an address. */
export function listedStatus(
  finding: StatusFinding | undefined,
  anchor: string | undefined,
): ListedStatus | undefined {
  if (finding === undefined || finding.reference.mechanism === 'unknown') return undefined
  const { reference } = finding
  return {
    uri: cut(reference.uri) ?? '',
    index: 'index' in reference ? reference.index : undefined,
    purpose: 'purpose' in reference ? cut(reference.purpose, LONGEST_PURPOSE) : undefined,
    issuedAt: wholeSeconds(finding.issuedAt),
    goodUntil: wholeSeconds(finding.expiresAt),
    anchor: finding.anchor === anchor ? undefined : cut(finding.anchor),
  }
}

/** Where a file lies on this machine is nobody's business who may read results; a list is called by its name. */
function withoutFolders(source: string): string {
  return /^(\/|[A-Za-z]:[\\/])/.test(source) ? (source.split(/[\\/]/).at(-1) ?? source) : source
}

const LONGEST_TEXT = 300
const LONGEST_PURPOSE = 40

/** What somebody wrote into a credential or a configuration must not make the session large. */
function cut(text: string | undefined, longest = LONGEST_TEXT): string | undefined {
  return text === undefined || text.length <= longest ? text : `${text.slice(0, longest)}…`
}

/** NumericDates may have a fraction (RFC 7519 §2), and any size. */
function wholeSeconds(seconds: number | undefined): number | undefined {
  const whole = seconds === undefined ? undefined : Math.floor(seconds)
  return Number.isSafeInteger(whole) ? whole : undefined
}
