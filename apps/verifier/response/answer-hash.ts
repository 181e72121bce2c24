/**
 * What makes two answers the same one: their parameters, in whatever order they came. It is worked out for an answer that can
 * be read, or to be compared with one that was taken: megabytes that say nothing are refused without it, and of some the
 * JSON that is hashed is six times as long. It knows neither sessions nor what the parameters mean.
 */
import type { Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import type { Verifier } from '../verifier.ts'

/** Worked out when it is first asked for. */
export type AnswerHash = () => Promise<string>

export function answerHashOf({ crypto }: Pick<Verifier, 'crypto'>, form: Form): AnswerHash {
  let hash: Promise<string> | undefined
  const workedOut = async () =>
    crypto.digestBase64url('sha-256', JSON.stringify(Object.entries(form).toSorted(byName)))
  return () => {
    hash ??= workedOut()
    return hash
  }
}

/** Parameters have no order. */
function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1
}
