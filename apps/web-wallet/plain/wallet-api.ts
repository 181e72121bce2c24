/**
 * The wallet API, asked by these pages for whoever is in front of them: with the browser's cookie, and with what the browser says of
 * where a press came from, so that the wallet judges it as it judges its pages with a script. Nothing is kept here.
 */
import { CSRF_HEADER } from '@countersign/api/wallet/passkeys'
import { isJsonObject, type JsonValue, parseJson } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import { callUpstream, type Upstream } from '@countersign/service/http/passing/call-upstream'
import { headersAlong } from '@countersign/service/http/passing/passed-headers'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LanguageId } from './texts/words.ts'

export interface Call {
  readonly method: 'GET' | 'POST'
  /** Below `/wallet-api`. */
  readonly path: string
  readonly body?: unknown
  readonly csrf?: string | undefined
  /** Of a log-in that was made just now, in the place of the browser's. */
  readonly cookie?: string | undefined
}

export interface Heard {
  readonly json: JsonValue
  /** `set-cookie`. */
  readonly cookies: readonly string[]
}

export interface Failure {
  /** 0: no answer came, and nobody knows what was done. */
  readonly status: number
  readonly code?: string | undefined
  readonly message?: string | undefined
}

export interface Asking {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly language: LanguageId
}

export type WalletApi = (asking: Asking, call: Call) => Promise<Result<Heard, Failure>>

export function walletApi(upstream: Upstream): WalletApi {
  return async (asking, { body, method, path, ...secrets }) => {
    const ending = new AbortController()
    asking.reply.raw.once('close', () => ending.abort())
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = headersFor(asking, text, secrets)
    const call = { method, path: `/wallet-api${path}`, headers, body: text }
    const called = await callUpstream(upstream, call, ending.signal)
    if (!called.ok) return refuse({ status: 0 })
    const { headers: back, statusCode: status = 502 } = called.value
    const json = await jsonOf(called.value)
    if (json === undefined) return refuse({ status: 0 })
    if (status < 300) return ok({ json, cookies: back['set-cookie'] ?? [] })
    const { error: code, message } = isJsonObject(json) ? json : {}
    return refuse({ status, ...texts({ code, message }) })
  }
}

/** A log-in by a header is for programs: it does not open what a browser shows. */
const NOT_ALONG = [
  'authorization',
  'waltid-authorization',
  'content-type',
  'if-none-match',
  'if-modified-since',
  'range',
  CSRF_HEADER,
]

function headersFor(
  { language, request }: Asking,
  body: string | undefined,
  { cookie, csrf }: Pick<Call, 'cookie' | 'csrf'>,
) {
  const along = headersAlong(
    { headers: request.headers, from: request.socket.remoteAddress, requestId: request.id },
    'all',
  )
  for (const name of NOT_ALONG) delete along[name]
  return {
    ...along,
    accept: 'application/json',
    'accept-encoding': 'identity',
    'accept-language': language,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(csrf !== undefined && { [CSRF_HEADER]: csrf }),
    ...(cookie !== undefined && { cookie }),
  }
}

const LIMITS = { maxBytes: RECEIVED.exchange, maxDepth: 64, maxValues: 100_000 }

/** Undefined for an answer that broke off, or is none. */
async function jsonOf(answer: AsyncIterable<Buffer>): Promise<JsonValue | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of answer) {
      length += chunk.length
      if (length > RECEIVED.exchange) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  const parsed = parseJson(Buffer.concat(chunks).toString(), LIMITS)
  return parsed.ok ? parsed.value : undefined
}

function texts(said: Readonly<Record<'code' | 'message', JsonValue | undefined>>): Partial<Failure> {
  const { code, message } = said
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message: message.slice(0, 1000) }),
  }
}
