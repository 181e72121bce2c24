/** Policies, in walt.id's words, that name checks which always run here: signatures, trust, times, status and the query. */
import { isJsonArray, isJsonObject, type JsonValue } from '@countersign/core/json'
import type { CoveredPolicy } from './policy.ts'

const notExpired = 'The credential has not expired.'
const notRevoked = 'A credential that carries a status is neither revoked nor suspended.'

export const coveredPolicies: readonly CoveredPolicy[] = [
  {
    name: 'signature',
    description: 'The issuer signed the credential and its key leads to a trust anchor.',
    coveredBy: ['issuer_signature', 'issuer_trust'],
  },
  {
    name: 'signature_sd-jwt-vc',
    description: 'The issuer signed the SD-JWT VC, its disclosures belong to it, and its holder presents it.',
    coveredBy: ['structure', 'issuer_signature', 'issuer_trust', 'holder_binding'],
  },
  { name: 'expired', description: notExpired, coveredBy: ['validity_period'] },
  { name: 'expiration', description: notExpired, coveredBy: ['validity_period'] },
  { name: 'not-before', description: 'The credential is already valid.', coveredBy: ['validity_period'] },
  { name: 'revoked-status-list', description: notRevoked, coveredBy: ['status'] },
  { name: 'revoked_status_list', description: notRevoked, coveredBy: ['status'] },
  {
    name: 'credential-status',
    description: notRevoked,
    coveredBy: ['status'],
    argumentsExpected: (args) =>
      asksForZero(args) ? undefined : 'the value 0, which is what is looked for,',
  },
  {
    name: 'holder-binding',
    description: 'The presenter holds the key of every credential.',
    coveredBy: ['holder_binding'],
  },
  {
    name: 'presentation-definition',
    description: 'What was presented answers the query.',
    coveredBy: ['query_match'],
  },
]

/** walt.id's `{discriminator, value, purpose, type}`, or a list of them: which entry of a list has to be what. */
function asksForZero(args: unknown): boolean {
  if (!isJsonObject(args)) return false
  const { list, value, ...others } = args
  const isKnown = Object.keys(others).every((name) => ['discriminator', 'purpose', 'type'].includes(name))
  if (!isKnown) return false
  if (list === undefined) return value === 0
  return value === undefined && isEveryZero(list)
}

function isEveryZero(list: JsonValue): boolean {
  return isJsonArray(list) && list.length > 0 && list.every(asksForZero)
}
