/** `GET /openid4vc/policy-list`: the policies that a relying party may name. */
import { z } from 'zod'

export const policyList = z.record(z.string(), z.string()).describe('What each policy says, by its name')

export type PolicyList = z.infer<typeof policyList>
