/**
 * Challenges that no instance stores and every instance recognises (OpenID4VCI 1.0 §7): 128 random bits and the time
 * of making, under a MAC. A challenge says that it is ours and how old it is; whether it was used before is known to
 * whoever records `id` as spent. Randomness and the clock are the caller's.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Mac } from '@countersign/crypto/engine'
import { equalInConstantTime } from '../../oauth/constant-time.ts'
import { boundedText } from '../../oauth/message-values.ts'

/** A challenge of one purpose is unknown for the others. */
export type ChallengePurpose = 'c_nonce' | 'dpop_nonce' | 'attestation_challenge'

export interface Challenge {
  /** What the caller records as spent: base64url, 28 characters, unique with the challenge. */
  readonly id: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

export interface ChallengeRefusal {
  readonly code: 'challenge_unknown' | 'challenge_expired'
}

const RANDOM_BYTES = 16
const TIME_BYTES = 5
const BODY_LENGTH = Math.ceil(((RANDOM_BYTES + TIME_BYTES) * 4) / 3)
const MAX_LENGTH = 256

/** Instances' clocks differ; a challenge from further ahead was made under a wrong clock and is not kept alive. */
const CLOCK_DIFFERENCE_SECONDS = 60

/** `now` in epoch seconds. The text is URL-safe: base64url with one dot. */
export async function createChallenge(
  purpose: ChallengePurpose,
  from: { readonly now: number; readonly randomBytes: (length: number) => Uint8Array; readonly mac: Mac },
): Promise<string> {
  const bytes = new Uint8Array(RANDOM_BYTES + TIME_BYTES)
  bytes.set(from.randomBytes(RANDOM_BYTES))
  writeTime(bytes, Math.floor(from.now))
  const id = encodeBase64url(bytes)
  return `${id}.${await from.mac(macInput(purpose, id))}`
}

/** A challenge is good while `now < expiresAt`, which is its making plus `maxAgeSeconds`. */
export async function readChallenge(
  purpose: ChallengePurpose,
  text: string,
  by: { readonly now: number; readonly maxAgeSeconds: number; readonly mac: Mac },
): Promise<Result<Challenge, ChallengeRefusal>> {
  if (text.length > MAX_LENGTH || text[BODY_LENGTH] !== '.') return refuse({ code: 'challenge_unknown' })
  const id = text.slice(0, BODY_LENGTH)
  const bytes = decodeBase64url(id)
  if (bytes === undefined) return refuse({ code: 'challenge_unknown' })
  const expected = await by.mac(macInput(purpose, id))
  if (!equalInConstantTime(text.slice(BODY_LENGTH + 1), expected))
    return refuse({ code: 'challenge_unknown' })
  return judgeAge({ id, madeAt: readTime(bytes) }, by)
}

/** The answer of the nonce endpoint (§7.2); goes with `Cache-Control: no-store`. */
export function writeNonceResponse(challenge: string): JsonObject {
  return { c_nonce: challenge }
}

export function parseNonceResponse(
  json: JsonObject,
): Result<string, { readonly code: 'nonce_response_malformed' }> {
  const nonce = boundedText(json['c_nonce'], 2048)
  return nonce === undefined ? refuse({ code: 'nonce_response_malformed' }) : ok(nonce)
}

function judgeAge(
  challenge: { readonly id: string; readonly madeAt: number },
  by: { readonly now: number; readonly maxAgeSeconds: number },
): Result<Challenge, ChallengeRefusal> {
  const expiresAt = challenge.madeAt + by.maxAgeSeconds
  const tooNew = challenge.madeAt - by.now > CLOCK_DIFFERENCE_SECONDS
  return tooNew || by.now >= expiresAt
    ? refuse({ code: 'challenge_expired' })
    : ok({ id: challenge.id, expiresAt })
}

function macInput(purpose: ChallengePurpose, id: string): string {
  return `challenge:${purpose}:${id}`
}

/** Big-endian in the last bytes; 40 bits of seconds last for 34 000 years. */
function writeTime(bytes: Uint8Array, seconds: number): void {
  let rest = seconds
  for (let index = bytes.length - 1; index >= RANDOM_BYTES; index--) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function readTime(bytes: Uint8Array): number {
  return bytes.subarray(RANDOM_BYTES).reduce((seconds, byte) => seconds * 256 + byte, 0)
}
