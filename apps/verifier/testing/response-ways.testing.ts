/**
 * How an answer travels between these two ends, over HTTP: a wallet that posts it, or a page that brings it from its browser. What a
 * response mode changes of that is a row of a table.
 */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import type { BrowserCaller } from '@countersign/protocol/openid4vp/response/response-mode'
import type { ResponseModeName } from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { HttpService } from '@countersign/service/http/http-service'
import type { startVerification } from '../request/start-verification.ts'
import type { Verifier } from '../verifier.ts'

export const HOST = 'verifier.example'

export interface Instance {
  readonly verifier: Verifier
  readonly http: HttpService['app']
}

/** What a call that begins a verification says, beside the query of the kind and the response mode. */
export type Asking = Partial<Parameters<typeof startVerification>[1]>

/** What is particular to a response mode between these two ends. */
interface Way {
  /** Of the call that begins. */
  readonly asking: Asking
  /** What a browser tells the wallet; absent: none is there. */
  readonly caller?: BrowserCaller
  /** A wallet gets the request. */
  fetch(instance: Instance, session: VerificationSession): Promise<string>
  /** The parameters as they are sent. */
  body(form: Form): Sent
}

export interface Sent {
  readonly body: string
  /** Content type. */
  readonly type: string
}

export const FORM_TYPE = 'application/x-www-form-urlencoded'

async function got({ http }: Instance, url: string): Promise<string> {
  return (await http.inject({ url, headers: { host: HOST } })).body
}

/** A link leads the wallet to the request, and it posts the answer itself (§8.2). */
const POSTED: Way = {
  asking: {},
  fetch: (instance, { id }) => got(instance, `/openid4vc/request/${id}`),
  body: (form) => ({ body: formText(form), type: FORM_TYPE }),
}

export const SHOP = 'https://shop.example'
export const BROWSER_PROTOCOL = 'openid4vp-v1-signed'

/** A page asks through its browser, and brings the answer (appendix A). */
const BROUGHT: Way = {
  asking: { browser: { expectedOrigins: [SHOP], exchangeProtocols: [BROWSER_PROTOCOL] } },
  caller: { origin: SHOP, isSigned: true },
  async fetch(instance, { id }) {
    const text = await got(instance, `/openid4vc/session/${id}/digital-request`)
    const { requests } = JSON.parse(text) as { requests: readonly { data: { request: string } }[] }
    return requests[0]?.data.request ?? ''
  },
  body: (form) => brought(BROWSER_PROTOCOL, form),
}

/** As a page brings it: what is JSON in a form is a value here. */
export function brought(protocol: string, { vp_token: token, ...texts }: Form, more: JsonObject = {}): Sent {
  const data = { ...(token !== undefined && { vp_token: JSON.parse(token) as JsonValue }), ...texts }
  return { body: JSON.stringify({ protocol, data, ...more }), type: 'application/json' }
}

/** A new mode does not compile without its row. */
export const WAYS: Readonly<Record<ResponseModeName, Way>> = {
  direct_post: POSTED,
  'direct_post.jwt': POSTED,
  dc_api: BROUGHT,
  'dc_api.jwt': BROUGHT,
}

export interface Told {
  readonly status: number
  readonly body: string
}

/** Somebody sends an answer, or what may pass for one, to the address of a session. */
export async function sent({ http }: Instance, id: string, { body: payload, type }: Sent): Promise<Told> {
  const headers = { host: HOST, 'content-type': type }
  const url = `/openid4vc/verify/${id}`
  const { body, statusCode } = await http.inject({ method: 'POST', url, headers, payload })
  return { status: statusCode, body }
}

export function formText(form: Form): string {
  return new URLSearchParams(form).toString()
}
