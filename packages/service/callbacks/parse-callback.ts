/** Where a caller wants to be told what happens to a session, as the headers of a call say it (walt.id's names). */
import { ok, type Result, refuse } from '@countersign/core/result'
import { callbackTo, type SessionCallback } from '@countersign/protocol/session-callback'
import type { Callbacks } from './post-callback.ts'

export interface CallbackAddress {
  /** `$id` stands for the session id. */
  readonly uri: string
  readonly apiKey?: string | undefined
}

export type CallbackMistake =
  | { readonly code: 'callback_malformed' }
  | { readonly code: 'callback_key_malformed' }
  | { readonly code: 'callback_key_alone' }

/** Nobody is ever asked at that address here. */
export interface CallbackNotAllowed {
  readonly code: 'callback_not_allowed'
  readonly reason: string
}

interface CallbackHeaders {
  readonly statuscallbackuri?: string | undefined
  readonly statuscallbackapikey?: string | undefined
}

const WEB_ADDRESS = /^https?:\/\/[^\s@]{1,1990}$/i
/** One token of RFC 6750 §2.1, or what others use as one: it has no space, or it would be two words of a header. */
const API_KEY = /^[\x21-\x7e]{1,1000}$/

/** Undefined: nobody wants to be told. */
export function parseCallback({
  statuscallbackapikey: apiKey,
  statuscallbackuri: uri,
}: CallbackHeaders): Result<CallbackAddress | undefined, CallbackMistake> {
  if (uri === undefined) return apiKey === undefined ? ok(undefined) : refuse({ code: 'callback_key_alone' })
  if (!WEB_ADDRESS.test(uri) || !URL.canParse(uri)) return refuse({ code: 'callback_malformed' })
  if (apiKey !== undefined && !API_KEY.test(apiKey)) return refuse({ code: 'callback_key_malformed' })
  return ok({ uri, apiKey })
}

/** One sentence a mistake, for the caller. */
export const CALLBACK_MISTAKES: Readonly<Record<CallbackMistake['code'], string>> = {
  callback_malformed:
    'statusCallbackUri must be an http(s) URL of at most 2000 characters, without spaces and without a user in it',
  callback_key_malformed:
    'statusCallbackApiKey must be 1 to 1000 visible characters of ASCII, without spaces',
  callback_key_alone: 'statusCallbackApiKey needs a statusCallbackUri to be sent to',
}

/** The address of one session. */
export function callbackFor({ apiKey, uri }: CallbackAddress, id: string): SessionCallback {
  return callbackTo(uri.replaceAll('$id', id), apiKey)
}

/** Better said when the session begins than found out for a day. */
export function findCallbackRefusal(
  callbacks: Pick<Callbacks, 'judge'>,
  address: CallbackAddress | undefined,
): CallbackNotAllowed | undefined {
  const reason = address && callbacks.judge(callbackFor(address, 'id').uri)
  return reason && { code: 'callback_not_allowed', reason }
}

/** `reason`: what the guarded client says of it. */
export function callbackNotAllowed(reason: string): string {
  return `statusCallbackUri cannot be called from here (${reason.replaceAll('_', ' ')}): allowHttp and allowPrivateAddresses say what can`
}
