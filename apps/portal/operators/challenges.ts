/**
 * Challenges of WebAuthn (Level 3 §13.4.3): random, for one purpose, good for five minutes and for one answer. Nothing is kept
 * when one is made: it carries its end and a keyed hash, so any instance takes the answer, and `once` remembers what was answered.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import type { Operators } from '../portal.ts'

const CHALLENGE_SECONDS = 300

/** `login`, or `register:` with the id of the operator. */
export type ChallengePurpose = 'login' | `register:${string}`

/** As `PublicKeyCredentialCreationOptionsJSON.challenge` has it. */
export async function newChallenge(operators: Operators, purpose: ChallengePurpose): Promise<string> {
  const said = `${encodeBase64url(operators.crypto.randomBytes(16))}.${operators.now() + CHALLENGE_SECONDS}`
  return encodeBase64url(new TextEncoder().encode(`${said}.${await proofOf(operators, purpose, said)}`))
}

/** True once for a challenge of ours: a second answer to it is a replay. */
export async function takeChallenge(
  operators: Operators,
  purpose: ChallengePurpose,
  challenge: string,
): Promise<boolean> {
  const bytes = decodeBase64url(challenge)
  if (bytes === undefined) return false
  const [random = '', end = '', proof = '', ...more] = new TextDecoder().decode(bytes).split('.')
  const said = `${random}.${end}`
  if (more.length > 0 || !isEqual(proof, await proofOf(operators, purpose, said))) return false
  if (Number(end) <= operators.now()) return false
  return operators.once.claim(random, CHALLENGE_SECONDS)
}

function proofOf({ columns }: Operators, purpose: ChallengePurpose, said: string): Promise<string> {
  return columns.hash('challenge', `${purpose}:${said}`)
}

/** Both are keyed hashes of one length; the time of the comparison tells nothing that helps. */
function isEqual(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
