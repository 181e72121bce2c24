/**
 * Signatures of callbacks as Standard Webhooks has them (specification of the webhook metadata and of the symmetric scheme `v1`):
 * HMAC-SHA-256 over id, time and body, so that a receiver knows who sent it, when, and that it is whole.
 */
import { createHmac } from 'node:crypto'
import { ok, type Result, refuse } from '@countersign/core/result'

/** What is sent, and under which name it is known when it comes again. */
export interface SignedParts {
  readonly id: string
  /** Epoch seconds of the sending. */
  readonly timestamp: number
  readonly body: string
}

/** The header `webhook-signature`: one signature a secret, so that a secret can be replaced while both are known. */
export type SignCallback = (parts: SignedParts) => string

export type CallbackSecretsRefusal =
  | { readonly code: 'no_secret' }
  /** Lines are counted from 1. */
  | { readonly code: 'secret_malformed'; readonly line: number }

const PREFIX = 'whsec_'
const SECRET = /^whsec_[A-Za-z0-9+/]+={0,2}$/
/** The scheme's own bounds, in bytes. */
const SHORTEST = 24
const LONGEST = 64

/** Empty lines do not count. */
export function callbackSigner(text: string): Result<SignCallback, CallbackSecretsRefusal> {
  const keys: Uint8Array[] = []
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const written = line.trim()
    if (written === '') continue
    const key = keyOf(written)
    if (key === undefined) return refuse({ code: 'secret_malformed', line: at + 1 })
    keys.push(key)
  }
  if (keys.length === 0) return refuse({ code: 'no_secret' })
  return ok(({ body, id, timestamp }) =>
    keys
      .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
      .join(' '),
  )
}

function keyOf(written: string): Uint8Array | undefined {
  if (!SECRET.test(written)) return undefined
  const key = Buffer.from(written.slice(PREFIX.length), 'base64')
  // What decodes to other bytes than it says was cut or mistyped.
  const isWhole =
    key.toString('base64').replace(/=+$/, '') === written.slice(PREFIX.length).replace(/=+$/, '')
  return isWhole && key.length >= SHORTEST && key.length <= LONGEST ? key : undefined
}
