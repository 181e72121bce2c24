/** Keys that only the verifier knows, beside those that every service has. */
import { outgoingShape } from '@countersign/service/config/outgoing'
import { secretText } from '@countersign/service/config/schema'
import { trustShape } from '@countersign/service/config/trust'
import { z } from 'zod'

export const verifierShape = {
  ...outgoingShape,
  ...trustShape,
  /** How long a wallet may take to answer, in seconds. */
  sessionTtlSeconds: z.int().min(10).max(86_400).default(300),
  /** How long a result can be read after that, in seconds. */
  resultRetentionSeconds: z.int().min(0).max(86_400).default(600),
  /** Where the key is that signs request objects: `pkcs11:…`, `vault:https://…`, `aws-kms:…`, `file:…`. */
  requestSigningKey: secretText().optional(),
  /** PEM or JWK of that key; one of both is needed in production. */
  requestSigningKeyFile: z.string().min(1).optional(),
  /** PEM chain of that key, leaf first. */
  requestSigningCertFile: z.string().min(1).optional(),
} as const
