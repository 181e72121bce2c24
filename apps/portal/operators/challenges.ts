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

/** Whether it is one of ours, and in time; not whether it was answered before. */
export async function isOpenChallenge(
  operators: Operators,
  purpose: ChallengePurpose,
  challenge: string,
): Promise<boolean> {
  const { end, proof, random } = partsOf(challenge)
  const isOurs = isEqual(proof, await proofOf(operators, purpose, `${random}.${end}`))
  return isOurs && Number(end) > operators.now()
}

/** True once, of a challenge that is open. Asked after everything else was found right: whoever sends nonsense spends nothing. */
export function spendChallenge({ once }: Operators, challenge: string): Promise<boolean> {
  return once.claim(partsOf(challenge).random, CHALLENGE_SECONDS)
}

function partsOf(challenge: string) {
  const text = new TextDecoder().decode(decodeBase64url(challenge) ?? new Uint8Array())
  const [random = '', end = '', ...proof] = text.split('.')
  return { random, end, proof: proof.join('.') }
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
