/**
 * Response codes (OpenID4VP 1.0 §8.2, §13.3): what the browser of a wallet's user brings back to the relying party, and nobody
 * else can. They are derived under the deployment's key and stored nowhere (docs/decisions/034): the same body gets the same
 * code again at every instance, and the code of each attempt can be known though most attempts are not kept. A code is worth
 * something for one session only, whose nonce is in it. That a code is genuine says nothing about whether it still counts: the
 * session decides that. It knows no session beyond its names.
 */
import type { Mac } from '@countersign/crypto/engine'
import { equalInConstantTime } from '../../oauth/constant-time.ts'
import { withQuery } from '../../oauth/redirect-uri.ts'

/** The two are in every session and never change; the second is random. */
interface CodedSession {
  readonly id: string
  readonly nonce: string
}

/** For the answer of a session, by the hash that it is known by. */
export async function answerCode(mac: Mac, session: CodedSession, answerHash: string): Promise<string> {
  return mac(boundTo(session, 'answer', answerHash))
}

/** For what decides nothing by itself. Its random part depends on the body, so that a retry gets the same. */
export async function attemptCode(
  mac: Mac,
  session: CodedSession,
  kind: string,
  answerHash: string,
): Promise<string> {
  const part = await mac(boundTo(session, 'part', answerHash))
  return attemptCodeOf(mac, session, kind, part.slice(0, PART_LENGTH))
}

export async function isAnswerCode(
  mac: Mac,
  session: CodedSession,
  answerHash: string,
  code: string,
): Promise<boolean> {
  return equalInConstantTime(code, await answerCode(mac, session, answerHash))
}

/** The one of `kinds` that a code was made for; undefined: none, and nobody is told why. */
export async function attemptKindOf<Kind extends string>(
  mac: Mac,
  session: CodedSession,
  kinds: readonly Kind[],
  code: string,
): Promise<Kind | undefined> {
  const part = code.slice(0, PART_LENGTH)
  for (const kind of kinds) {
    if (equalInConstantTime(code, await attemptCodeOf(mac, session, kind, part))) return kind
  }
  return undefined
}

/** Base64url characters of 132 bits. */
const PART_LENGTH = 22

async function attemptCodeOf(mac: Mac, session: CodedSession, kind: string, part: string): Promise<string> {
  return `${part}.${await mac(boundTo(session, `attempt ${kind}`, part))}`
}

/** Neither ids nor nonces have a colon. */
function boundTo({ id, nonce }: CodedSession, use: string, part: string): string {
  return `${use}:${id}:${nonce}:${part}`
}

/** The relying party's address with a code in its query. */
export function withResponseCode(address: string, code: string): string {
  return withQuery(address, `${RESPONSE_CODE}=${code}`)
}

const RESPONSE_CODE = 'response_code'
