/** Keys that only the issuer knows, beside those that every service has. */
import { outgoingShape } from '@countersign/service/config/outgoing'
import { secretText } from '@countersign/service/config/schema'
import { z } from 'zod'

export const issuerShape = {
  ...outgoingShape,
  /** How long an offer can be taken up unless the call says otherwise, in seconds. */
  offerTtlSeconds: z.int().min(10).max(2_592_000).default(300),
  /** How long an issuance can be looked at after that, in seconds. */
  resultRetentionSeconds: z.int().min(60).max(86_400).default(600),
  /** Lifetime of a bearer token, in seconds. */
  bearerTtlSeconds: z.int().min(30).max(300).default(300),
  /** Lifetime of a token that is bound to a DPoP key, in seconds. */
  boundTtlSeconds: z.int().min(30).max(3600).default(600),
  nonceTtlSeconds: z.int().min(30).max(600).default(300),
  /** Where the key is that signs credentials: `pkcs11:…`, `vault:https://…`, `aws-kms:…`, `file:…`. */
  signingKey: secretText().optional(),
  /** PEM or JWK of that key; one of both is needed in production. */
  signingKeyFile: z.string().min(1).optional(),
  /** PEM chain of that key, leaf first. */
  signingCertFile: z.string().min(1).optional(),
  /** The same for the key that signs ISO mdocs; without one production offers none. */
  documentSigningKey: secretText().optional(),
  documentSigningKeyFile: z.string().min(1).optional(),
  /** PEM chain of that key, leaf first: the document signer, without its IACA. */
  documentSigningCertFile: z.string().min(1).optional(),
  /** Whether credentials get a place in a status list; default: where there is a database. */
  statusLists: z.boolean().optional(),
  /** Entries of a new list: how many credentials one hides among (Bitstring Status List §2.2: 131,072 at least). */
  statusListSize: z.int().min(131_072).max(1_048_576).multipleOf(8).default(131_072),
  /** Places that an instance takes at once, and loses when it dies. */
  statusListBlockSize: z.int().min(1).max(10_000).default(256),
  /** How long verifiers may keep a list before they ask again, in seconds. */
  statusListTtlSeconds: z.int().min(1).max(86_400).default(300),
  /** How long a signed list is good, in seconds; it is signed anew at half of that. */
  statusListLifetimeSeconds: z.int().min(120).max(2_592_000).default(86_400),
  /** The same for the key that signs status lists; needed in production, where credentials have a status. */
  statusListKey: secretText().optional(),
  statusListKeyFile: z.string().min(1).optional(),
  /** PEM chain of that key, leaf first. */
  statusListCertFile: z.string().min(1).optional(),
  /** The issuer's name as wallets show it. */
  displayName: z.string().min(1).max(100).default('Countersign issuer'),
} as const
