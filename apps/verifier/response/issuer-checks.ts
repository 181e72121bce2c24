/**
 * Whether somebody whom a source of trust knows vouches for a presentation, told from its checks: the line between an answer
 * that may decide and an attempt. And what of an attempt's checks may be kept, since their sender is nobody we know.
 */
import type { Check, CheckName } from '@countersign/credential/contract/checks'

/** The signature is intact, and its key is that of a believed issuer. */
export function isVouchedFor(checks: readonly Check[]): boolean {
  return (['issuer_signature', 'issuer_trust'] as const).every((name) => outcomeOf(checks, name) === 'passed')
}

/** A believed issuer is named, and nobody can tell for the moment whether he signed. */
export function issuerKeyIsAway(checks: readonly Check[]): boolean {
  return outcomeOf(checks, 'issuer_trust') === 'undetermined'
}

function outcomeOf(checks: readonly Check[], name: CheckName): Check['outcome'] | undefined {
  return checks.find((check) => check.name === name)?.outcome
}

/** A code as all of ours are, those of a certificate's profile being the longest; what follows it may be a name that somebody wrote into a certificate. */
const CODE = /^[a-z0-9_]{1,60}(?=$|[: ])/

const MOST_KEPT = 30

/** A passed check says nothing beside its name here: what it found, an anchor say, was found for a stranger. */
export function keptChecks(checks: readonly Check[]): readonly Check[] {
  return checks.slice(0, MOST_KEPT).map(({ detail = '', name, outcome, queryId }) => {
    const [code] = (outcome === 'passed' ? null : CODE.exec(detail)) ?? []
    return { name, outcome, detail: code, queryId }
  })
}
