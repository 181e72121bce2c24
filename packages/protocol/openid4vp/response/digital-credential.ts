/**
 * Answers that a browser hands over: the Digital Credentials API (OpenID4VP 1.0 appendix A). The wallet's answer goes to the page that
 * asked, bound to the origin of that page, and the page brings it. What the two response modes for it share: the protocols that a
 * request can be made in, origins as texts, and an answer as its parameters. Knows no cryptography.
 */
import { type JsonObject, type JsonValue, presentParameters } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Form, parameter } from '../../oauth/form-parameters.ts'
import type { ResponseRefusal } from './authorization-response.ts'
import type { BrowserPlaces } from './exchange-protocol.ts'
import type { AnswerUnreadable, BrowserCaller, ResponseModeRefusal } from './response-mode.ts'

const MAX_ORIGIN_LENGTH = 300

/**
 * An origin in the one spelling that browsers have for it, since wallets compare texts (appendix A.2). Plain http is for this machine
 * alone, where the caller allows it.
 */
export function isWebOrigin(text: string, allowLoopback: boolean): boolean {
  const url = text.length <= MAX_ORIGIN_LENGTH ? URL.parse(text) : null
  if (url === null || url.origin !== text) return false
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && allowLoopback && LOOPBACK.test(url.hostname)
}

const LOOPBACK = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** As `navigator.credentials.get` resolves with it, and where that was. */
export interface BroughtCredential {
  readonly protocol: string
  readonly data: JsonObject
  /** Of the page, where several are expected. */
  readonly origin?: string | undefined
}

/**
 * The answer as parameters, of which everything here is made, what counts as the same answer too: members that are not known are
 * left out (appendix A.2), the `vp_token` is JSON as a text.
 */
export function formOfCredential({
  data,
  origin,
  protocol,
}: BroughtCredential): Result<Form, ResponseRefusal | AnswerUnreadable> {
  const { error, response, vp_token: vpToken } = presentParameters(data)
  if (!isOptionalText(error)) return refuse({ code: 'error_malformed' })
  if (!isOptionalText(response)) return refuse({ code: 'response_undecryptable', reason: 'jwe_malformed' })
  return ok({
    protocol,
    ...(origin !== undefined && { origin }),
    ...(vpToken !== undefined && { vp_token: JSON.stringify(vpToken) }),
    ...(response !== undefined && { response }),
    ...(error !== undefined && { error }),
  })
}

function isOptionalText(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** Whether it is an answer to what was asked, where it was asked. */
export function findBroughtFault(
  form: Form,
  { origins, protocols }: BrowserPlaces,
): AnswerUnreadable | undefined {
  const protocol = parameter(form, 'protocol')
  if (!protocols.some((asked) => asked === protocol))
    return { code: 'exchange_protocol_not_asked', asked: protocols }
  const origin = parameter(form, 'origin')
  if (origin === undefined) return origins.length > 1 ? { code: 'origin_missing' } : undefined
  return origins.includes(origin) ? undefined : { code: 'origin_not_expected' }
}

/** Of an answer in which `findBroughtFault` found nothing. */
export function originOf(form: Form | undefined, { origins }: BrowserPlaces): string {
  const [only] = origins
  const origin = (form && parameter(form, 'origin')) ?? (origins.length === 1 ? only : undefined)
  if (origin === undefined) throw new Error('an answer was read without the origin that it came from')
  return origin
}

/** Appendix A.4: also of a signed request. */
export function audienceOf(origin: string): string {
  return `origin:${origin}`
}

/** The wallet: whoever calls it names itself in a signed request (appendix A.2), and in no other. */
export function callerOf(
  { expected_origins: expected }: JsonObject,
  caller: BrowserCaller | undefined,
): Result<string, ResponseModeRefusal> {
  if (caller === undefined) return refuse({ code: 'parameter_unsupported', parameter: 'response_mode' })
  const isExpected = Array.isArray(expected) && expected.includes(caller.origin)
  return isExpected || !caller.isSigned
    ? ok(caller.origin)
    : refuse({ code: 'parameter_invalid', parameter: 'expected_origins' })
}
