/** A token from its text to its caller: form, algorithm, key, signature, and what it says. */
import { decodeJws, readAlgorithm, verifyJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { ManagementTokens } from '../config/management-tokens.ts'
import { fail, type WireError } from '../http/answers/wire-errors.ts'
import type { CallerJudge } from '../http/callers/caller-judge.ts'
import { isAccessTokenType, judgeClaims } from './judge-token.ts'
import { type KeptKeysOptions, openKeptKeys } from './kept-keys.ts'

export interface TokenJudgeOptions extends Omit<KeptKeysOptions, 'settings'> {
  readonly settings: ManagementTokens
}

const MAX_TOKEN_LENGTH = 16_384

const keysUnavailable: WireError = {
  status: 503,
  code: 'temporarily_unavailable',
  message: 'The keys that tokens are signed with cannot be had at the moment; try again',
  refusal: 'management_keys_unavailable',
  headers: { 'retry-after': '30' },
}

export function signedTokenJudge(options: TokenJudgeOptions): CallerJudge['judge'] {
  const { now, settings } = options
  const keys = openKeptKeys(options)
  return async (presented) => {
    const decoded = decodeJws(presented, { maxLength: MAX_TOKEN_LENGTH })
    if (!decoded.ok) return undefined
    const { alg, kid, typ } = decoded.value.header
    const algorithm = readAlgorithm(alg, settings.algorithms)
    if (algorithm === undefined || !isAccessTokenType(typ)) return undefined
    // Whoever is not let in by what it says makes nobody look for keys.
    const judged = judgeClaims(decoded.value.payload, settings, now())
    if (judged === undefined) return undefined
    const found = await keys.find({ keyId: typeof kid === 'string' ? kid : undefined, algorithm })
    if (!found.ok) return fail(keysUnavailable)
    if (found.value === undefined) return undefined
    const verified = await verifyJws(decoded.value, found.value, [algorithm], nodeCrypto)
    return verified.ok ? judged : undefined
  }
}
