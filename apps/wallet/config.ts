/** Keys that only the wallet knows, beside those that every service has. */
import { outgoingShape } from '@countersign/service/config/outgoing'
import { trustShape } from '@countersign/service/config/trust'
import { z } from 'zod'

export const walletShape = {
  /** How long a login lasts, in days. */
  tokenLifetimeDays: z.int().min(1).max(365).default(30),
  ...outgoingShape,
  ...trustShape,
  /** Failed logins of one e-mail address in a minute, on all instances together. */
  loginFailuresPerMinute: z.int().min(3).max(10_000).default(30),
  /** Failed logins of all addresses together in a minute. */
  loginFailuresPerMinuteInTotal: z.int().min(10).max(1_000_000).default(600),
  /** New accounts in a minute, on all instances together. */
  registrationsPerMinute: z.int().min(1).max(1_000_000).default(600),
  /** An account for trying things out; default: in development, refused in production. */
  preregisteredAccount: z.boolean().optional(),
  /** PEM certificates of the authorities that vouch for verifiers. */
  trustedVerifierCasFile: z.string().min(1).optional(),
  /** What the wallet calls itself where an authorization server takes no anonymous clients. */
  clientId: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .default('countersign-wallet'),
} as const
