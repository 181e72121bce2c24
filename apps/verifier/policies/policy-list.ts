/** The policies that a relying party may name. One more is a file beside this one and an entry here. */
import type { Remote } from '@countersign/service/outgoing/guarded-client'
import { allowedIssuer } from './allowed-issuer.ts'
import { coveredPolicies } from './covered-policies.ts'
import { maximumCredentials, minimumCredentials } from './credential-count.ts'
import { dynamicPolicy } from './dynamic.ts'
import type { Policy } from './policy.ts'
import { regexPolicy } from './regex.ts'
import { requiredCredentials } from './required-credentials.ts'
import { schemaPolicy } from './schema.ts'
import { webhookPolicy } from './webhook.ts'

/** Those that ask nobody. */
export const POLICIES: readonly Policy[] = [
  ...coveredPolicies,
  allowedIssuer,
  minimumCredentials,
  maximumCredentials,
  requiredCredentials,
  schemaPolicy,
  regexPolicy,
]

export function policiesAsking(remote: Pick<Remote, 'request'>): readonly Policy[] {
  return [...POLICIES, webhookPolicy(remote), dynamicPolicy(remote)]
}
