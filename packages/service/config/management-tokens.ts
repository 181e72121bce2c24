/** Configuration of services whose management calls may bring a token of the operator's own authorization server. */
import { MANAGEMENT_SCOPES } from '@countersign/api/scopes'
import { z } from 'zod'

/** RFC 8725 §3.1: no `none`, and nothing that a public key could be the secret of. */
const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const

const address = z.url({ protocol: /^https?$/, error: 'must be a URL' }).max(500)
const claim = z.string().min(1).max(200)

const tokensOf = z.strictObject({
  /** `iss`, to the character. */
  issuer: address,
  /** Has to be among `aud`. */
  audience: z.string().min(1).max(500),
  /** Found by the issuer's metadata when absent. */
  jwksUri: address.optional(),
  /** A text of names or a list of them; `realm_access.roles` is a member of a member. */
  scopeClaim: claim.default('scope'),
  /** What their names mean here; the same when absent. */
  scopes: z.record(claim, z.array(z.enum(MANAGEMENT_SCOPES)).max(MANAGEMENT_SCOPES.length)).optional(),
  requiredClaims: z.record(claim, z.union([z.string().max(500), z.number(), z.boolean()])).default({}),
  algorithms: z
    .array(z.enum(ALGORITHMS))
    .min(1)
    .default([...ALGORITHMS]),
})

export type ManagementTokens = z.output<typeof tokensOf>

export const managementTokensShape = {
  managementTokens: tokensOf
    .optional()
    .describe(
      'Whose access tokens (JWT, RFC 9068) are taken for management calls: `{ issuer, audience, jwksUri, scopeClaim, scopes, requiredClaims, algorithms }` ([tokens](operations.md#tokens-of-your-own-authorization-server)); they need `managementApiKey`',
    ),
} as const
