/** Policies, in walt.id's words, that name checks which always run here: signatures, trust, times, status and the query. */
import type { CoveredPolicy } from './policy.ts'

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
  { name: 'expired', description: 'The credential has not expired.', coveredBy: ['validity_period'] },
  { name: 'not-before', description: 'The credential is already valid.', coveredBy: ['validity_period'] },
  { name: 'revoked-status-list', description: notRevoked, coveredBy: ['status'] },
  { name: 'revoked_status_list', description: notRevoked, coveredBy: ['status'] },
  { name: 'credential-status', description: notRevoked, coveredBy: ['status'] },
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
