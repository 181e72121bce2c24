/**
 * What a call that starts a verification says of the page that asks, for the response modes of the Digital Credentials API (OpenID4VP
 * 1.0 appendix A.2): where it may come from, which is needed there and has no meaning elsewhere.
 */
import type { StartVerificationBody, StartVerificationHeaders } from '@countersign/api/verifier/start'
import { ok, type Result, refuse } from '@countersign/core/result'
import { isWebOrigin } from '@countersign/protocol/openid4vp/response/digital-credential'
import { EXCHANGE_PROTOCOLS } from '@countersign/protocol/openid4vp/response/exchange-protocol'
import { isPostedModeName, isResponseModeName } from '@countersign/protocol/openid4vp/response/response-modes'
import type { BrowserRequest } from '../request/exchange-protocols.ts'

export type BrowserMistake =
  | { readonly code: 'expected_origins_missing' }
  | { readonly code: 'origin_malformed'; readonly origin: string }
  | { readonly code: 'exchange_protocol_unknown'; readonly known: readonly string[] }
  /** A member of the body. */
  | { readonly code: 'only_for_browsers'; readonly member: string }
  /** A header. */
  | { readonly code: 'not_for_browsers'; readonly header: string }

/** How a wallet is led to a request by a link. */
const OF_LINKS = ['authorizebaseurl', 'requestpassing'] as const

export function readBrowserRequest(
  body: StartVerificationBody,
  headers: StartVerificationHeaders,
  allowLoopback: boolean,
): Result<BrowserRequest | undefined, BrowserMistake> {
  const { exchange_protocols: named, expected_origins: expectedOrigins } = body
  const { responsemode } = headers
  if (!isResponseModeName(responsemode) || isPostedModeName(responsemode)) {
    const member = expectedOrigins === undefined ? named && 'exchange_protocols' : 'expected_origins'
    return member === undefined ? ok(undefined) : refuse({ code: 'only_for_browsers', member })
  }
  const header = OF_LINKS.find((name) => headers[name] !== undefined)
  if (header !== undefined) return refuse({ code: 'not_for_browsers', header })
  if (expectedOrigins === undefined) return refuse({ code: 'expected_origins_missing' })
  const malformed = expectedOrigins.find((origin) => !isWebOrigin(origin, allowLoopback))
  if (malformed !== undefined) return refuse({ code: 'origin_malformed', origin: malformed })
  const exchangeProtocols = named?.flatMap((name) => EXCHANGE_PROTOCOLS.filter((known) => known === name))
  return exchangeProtocols?.length === named?.length
    ? ok({ expectedOrigins: [...new Set(expectedOrigins)], exchangeProtocols })
    : refuse({ code: 'exchange_protocol_unknown', known: EXCHANGE_PROTOCOLS })
}
