/** Sending an answer to a verifier, well or badly made. */
import { type Held, presentation } from '@countersign/testing/client/protocol-wallet'
import { bothNames, type Requested } from './stages.ts'
import { sendForm, type TimedAnswer } from './wire.ts'

/** Anybody could have sent it: refused, and nothing decided. */
export const unread = (message: RegExp) => ({ status: 400, error: 'invalid_request', message }) as const

type Form = Readonly<Record<string, string>> | readonly (readonly [string, string])[] | string

export function answer({ request }: Requested, form: Form): Promise<TimedAnswer> {
  return sendForm(request.responseUri, form)
}

/** The right state and this token; a text goes as it is. */
export function answerToken(at: Requested, vpToken: unknown): Promise<TimedAnswer> {
  const text = typeof vpToken === 'string' ? vpToken : JSON.stringify(vpToken)
  return answer(at, { state: at.request.state, vp_token: text })
}

export const good = (at: Requested, held: Held) => presentation(at.request, held, bothNames)
