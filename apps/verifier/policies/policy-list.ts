/** The policies that a relying party may name. One more is a file beside this one and an entry here. */
import { allowedIssuer } from './allowed-issuer.ts'
import { coveredPolicies } from './covered-policies.ts'
import { maximumCredentials, minimumCredentials } from './credential-count.ts'
import type { Policy } from './policy.ts'
import { regexPolicy } from './regex.ts'
import { requiredCredentials } from './required-credentials.ts'
import { schemaPolicy } from './schema.ts'

export const POLICIES: readonly Policy[] = [
  ...coveredPolicies,
  allowedIssuer,
  minimumCredentials,
  maximumCredentials,
  requiredCredentials,
  schemaPolicy,
  regexPolicy,
]
