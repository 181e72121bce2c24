/**
 * Where a wallet sends its user on (OpenID4VP 1.0 §8.2), with the response code that the browser brings back, and what a code
 * that comes back was made for. Each answer has a code of its own, whether it decides or not.
 */
import {
  answerCode,
  attemptCode,
  attemptKindOf,
  isAnswerCode,
  withResponseCode,
} from '@countersign/protocol/openid4vp/response/response-code'
import {
  ATTEMPT_KINDS,
  type BrowserReturned,
  type VerificationSession,
  type WalletReply,
} from '@countersign/protocol/openid4vp/session'
import type { Verifier } from '../verifier.ts'

/** What of an answer its code depends on. */
interface CodedAnswer {
  readonly kind: BrowserReturned['with']
  readonly hash: string
}

/** Undefined where the relying party named no place. */
export async function wayOn(
  { macs }: Pick<Verifier, 'macs'>,
  session: VerificationSession,
  reply: WalletReply,
  { hash, kind }: CodedAnswer,
): Promise<string | undefined> {
  const address = reply === 'taken' ? session.successRedirectUri : session.errorRedirectUri
  if (address === undefined) return undefined
  const mac = macs.responseCode
  const code = kind === 'answer' ? answerCode(mac, session, hash) : attemptCode(mac, session, kind, hash)
  return withResponseCode(address, await code)
}

/** Undefined for what is no code of this session. */
export async function codeMadeFor(
  { macs }: Pick<Verifier, 'macs'>,
  session: VerificationSession,
  code: string,
): Promise<BrowserReturned['with'] | undefined> {
  const { answer } = session
  const mac = macs.responseCode
  if (answer !== undefined && (await isAnswerCode(mac, session, answer.hash, code))) return 'answer'
  return attemptKindOf(mac, session, ATTEMPT_KINDS, code)
}
