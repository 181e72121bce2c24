/** Keys that only the issuer knows, beside those that every service has. */
import { z } from 'zod'

export const issuerShape = {
  /** How long an offer can be taken up unless the call says otherwise, in seconds. */
  offerTtlSeconds: z.int().min(10).max(2_592_000).default(300),
  /** How long an issuance can be looked at after that, in seconds. */
  resultRetentionSeconds: z.int().min(60).max(86_400).default(600),
  /** Lifetime of a bearer token, in seconds. */
  bearerTtlSeconds: z.int().min(30).max(300).default(300),
  /** Lifetime of a token that is bound to a DPoP key, in seconds. */
  boundTtlSeconds: z.int().min(30).max(3600).default(600),
  nonceTtlSeconds: z.int().min(30).max(600).default(300),
  /** PEM or JWK of the key that signs credentials; needed in production. */
  signingKeyFile: z.string().min(1).optional(),
  /** PEM chain of that key, leaf first. */
  signingCertFile: z.string().min(1).optional(),
  /** PEM or JWK of the key that signs ISO mdocs; without it production offers none. */
  documentSigningKeyFile: z.string().min(1).optional(),
  /** PEM chain of that key, leaf first: the document signer, without its IACA. */
  documentSigningCertFile: z.string().min(1).optional(),
  /** The issuer's name as wallets show it. */
  displayName: z.string().min(1).max(100).default('Countersign issuer'),
} as const
