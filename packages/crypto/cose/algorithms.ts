/**
 * Algorithms of the IANA COSE registry as the JOSE names that the rest of the project knows (RFC 9053, RFC 8812, RFC
 * 9864). Curves belong to algorithms here, so a number and its fully specified twin mean the same.
 */
import type { SignatureAlgorithm } from '../signature-algorithm.ts'

/** What is written. HAIP 1.0 §7 asks for the first number of each line; RFC 9864 adds the second. */
const NUMBERS: Readonly<Record<SignatureAlgorithm, readonly [number, ...number[]]>> = {
  ES256: [-7, -9],
  ES384: [-35, -51],
  ES512: [-36, -52],
  EdDSA: [-8, -19],
  ES256K: [-47],
  PS256: [-37],
  PS384: [-38],
  PS512: [-39],
  RS256: [-257],
  RS384: [-258],
  RS512: [-259],
}

/** HMAC 256/256 (RFC 9053 §3.1): the MAC of ISO/IEC 18013-5 §9.1.3.5. */
export const HMAC_256 = 5

/** Every number that means the algorithm, the one that is written first. */
export function coseNumbersOf(algorithm: SignatureAlgorithm): readonly [number, ...number[]] {
  return NUMBERS[algorithm]
}

/** Undefined for a number that is none of ours; texts are not registered as algorithms. */
export function algorithmOfCose(number: unknown): SignatureAlgorithm | undefined {
  return typeof number === 'number' ? BY_NUMBER.get(number) : undefined
}

const BY_NUMBER = new Map<number, SignatureAlgorithm>(
  Object.entries(NUMBERS).flatMap(([name, numbers]) =>
    numbers.map((number) => [number, name as SignatureAlgorithm] as const),
  ),
)
