/** Verifiers that whoever runs the wallet vouches for by naming them: a setting, and what requests are judged by. */
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { type KnownVerifier, parseClientId } from '@countersign/protocol/openid4vp/request/client-id'
import { z } from 'zod'

const jwk = z.custom<object>((value) => parsePublicJwk(value).ok, 'must be a public key as a JWK')

/** Others show by a certificate who they are, and whoever vouches for the certificate vouches for them. */
const verifier = z
  .strictObject({
    /** In full: `decentralized_identifier:did:web:shop.example`, or, without a colon, what the verifier was registered as. */
    clientId: z.string().min(1).max(2048),
    /** For people. */
    name: z.string().trim().min(1).max(200),
    /** With which it signs, where it was registered; a DID has its own. */
    keys: z.array(jwk).min(1).max(20).optional(),
    /** Where answers go, and nowhere else. */
    responseUris: z
      .array(z.string().regex(/^https?:\/\/\S{1,1990}$/, 'must be an https URL'))
      .min(1)
      .max(50)
      .optional(),
  })
  .superRefine(({ clientId, keys }, context) => {
    const parsed = parseClientId(clientId)
    const prefix = parsed.ok ? parsed.value.prefix.name : undefined
    if (prefix !== 'pre-registered' && prefix !== 'decentralized_identifier')
      context.addIssue(
        'has a clientId without a colon, or one that begins with decentralized_identifier:did:',
      )
    else if ((prefix === 'pre-registered') !== (keys !== undefined))
      context.addIssue(
        prefix === 'pre-registered'
          ? 'needs the keys that the verifier signs with'
          : 'has the keys of its DID',
      )
  })

export const trustedVerifiersSetting = z.array(verifier).max(1000).default([])

type TrustedVerifiers = z.output<typeof trustedVerifiersSetting>

/** By the full client identifier. `anchor`: who vouches for them, for people. */
export function knownVerifiers(
  configured: TrustedVerifiers,
  anchor: string,
): ReadonlyMap<string, KnownVerifier> {
  return new Map(
    configured.map(({ clientId, keys = [], name, responseUris }) => [
      clientId,
      { name, anchor, keys: keys.flatMap(readKey), responseUris },
    ]),
  )
}

function readKey(key: object) {
  const parsed = parsePublicJwk(key)
  return parsed.ok ? [parsed.value] : []
}
