/** Keys that only the verifier knows, beside those that every service has. */
import { PROVABLE_PREFIX_NAMES } from '@countersign/protocol/openid4vp/request/client-id'
import { POSTED_MODE_NAMES } from '@countersign/protocol/openid4vp/response/response-modes'
import { callbackShape } from '@countersign/service/config/callbacks'
import { managementTokensShape } from '@countersign/service/config/management-tokens'
import { outgoingShape } from '@countersign/service/config/outgoing'
import { secretText } from '@countersign/service/config/schema'
import { transactionDataShape } from '@countersign/service/config/transaction-data'
import { trustShape } from '@countersign/service/config/trust'
import { z } from 'zod'

export const verifierShape = {
  ...outgoingShape,
  ...managementTokensShape,
  ...trustShape,
  ...callbackShape,
  ...transactionDataShape,
  clientIdPrefix: z
    .enum(PROVABLE_PREFIX_NAMES)
    .default('x509_hash')
    .describe(
      'How the verifier proves to wallets who it is where a call does not say it: the prefix of its client identifier (OpenID4VP 1.0 §5.9)',
    ),
  registeredClientId: z
    .string()
    .regex(/^[\x21-\x39\x3b-\x7e]{1,500}$/, 'must be visible ASCII without a colon')
    .optional()
    .describe(
      'What wallets know the verifier by that were told of it and its keys beforehand (OpenID4VP 1.0 §5.9.2): clientIdPrefix `pre-registered`',
    ),
  verifierDid: z
    .string()
    .regex(/^did:web:[\x21-\x7e]{1,1000}$/, 'must be a did:web')
    .optional()
    .describe(
      'The did:web that leads to `baseUrl`, where its document is served then; clientIdPrefix `decentralized_identifier` goes by it, and by the did:jwk of the signing key otherwise',
    ),
  verifierAttestationFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'What somebody whom wallets believe says of the verifier and its key, a JWT (OpenID4VP 1.0 §12): clientIdPrefix `verifier_attestation`',
    ),
  responseMode: z
    .enum(POSTED_MODE_NAMES)
    .default('direct_post')
    .describe(
      'How wallets answer where a call does not say it: in the clear, or encrypted for a key of the request (OpenID4VP 1.0 §8.2, §8.3.1)',
    ),
  clientName: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'What the verifier calls itself to wallets (`client_name`, RFC 7591 §2), which show it as its own word',
    ),
  clientContact: z
    .email()
    .optional()
    .describe(
      'An e-mail address for whoever shared something (`contacts`, RFC 7591 §2): a wallet’s history leads to it',
    ),
  sessionTtlSeconds: z
    .int()
    .min(10)
    .max(86_400)
    .default(300)
    .describe('How long a wallet may take to answer, in seconds'),
  resultRetentionSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(600)
    .describe('How long a result can be read after that, in seconds'),
  requestSigningKey: secretText()
    .optional()
    .describe(
      'Where the key is that signs request objects: `pkcs11:…`, `vault:https://…`, `aws-kms:…`, `file:…`',
    ),
  requestSigningKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The key that signs request objects as a PEM or JWK file, in place of `requestSigningKey`; production needs one of both',
    ),
  requestSigningCertFile: z
    .string()
    .min(1)
    .optional()
    .describe('PEM chain of the key that signs request objects, leaf first'),
} as const

export type VerifierDefaults = z.output<z.ZodObject<typeof verifierShape>>

/** What holds where nothing is configured. */
export const VERIFIER_DEFAULTS: VerifierDefaults = z.object(verifierShape).parse({})
