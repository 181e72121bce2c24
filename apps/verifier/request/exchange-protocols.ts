/**
 * In which protocols a request can be offered to a browser (OpenID4VP 1.0 appendix A.1): what the caller named, all of which have to
 * be possible, or what is possible. Requests that nobody signs are for one origin, which is all that binds their answers; those of
 * ISO/IEC TS 18013-7 annex C are for what it has words for.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { VerifierClient } from '@countersign/protocol/openid4vp/request/client-id'
import { findUnsayable, type UnsayableQuery } from '@countersign/protocol/openid4vp/request/device-request'
import type { ExchangeProtocol } from '@countersign/protocol/openid4vp/response/exchange-protocol'
import type { ResponseModeName } from '@countersign/protocol/openid4vp/response/response-modes'

export interface BrowserRequest {
  /** Of the page that asks, as browsers write them. */
  readonly expectedOrigins: readonly string[]
  /** Absent: what is possible. */
  readonly exchangeProtocols?: readonly ExchangeProtocol[] | undefined
}

export type ProtocolFault = 'not_signed' | 'several_origins' | 'not_encrypted' | UnsayableQuery

export interface ProtocolUnavailable {
  readonly code: 'exchange_protocol_unavailable'
  readonly protocol: ExchangeProtocol
  readonly reason: ProtocolFault
}

/**
 * Offered where the caller names none. Several signatures say to a wallet what one does, and each may be a call of whatever has the
 * key: who has wallets that want them names them.
 */
const USUAL: readonly ExchangeProtocol[] = ['openid4vp-v1-signed', 'openid4vp-v1-unsigned', 'org-iso-mdoc']

interface Circumstances {
  readonly client: VerifierClient
  readonly query: DcqlQuery
  readonly responseMode?: ResponseModeName | undefined
}

type FaultFinder = (request: BrowserRequest, circumstances: Circumstances) => ProtocolFault | undefined

const forOne: FaultFinder = ({ expectedOrigins }) =>
  expectedOrigins.length > 1 ? 'several_origins' : undefined
const signed: FaultFinder = (_, { client }) => (client.header === undefined ? 'not_signed' : undefined)

const FAULTS: Readonly<Record<ExchangeProtocol, FaultFinder>> = {
  'openid4vp-v1-unsigned': forOne,
  'openid4vp-v1-signed': signed,
  'openid4vp-v1-multisigned': signed,
  // Its transcript is of one origin, and there is no answer in the clear.
  'org-iso-mdoc': (request, circumstances) => {
    if (circumstances.responseMode !== 'dc_api.jwt') return 'not_encrypted'
    return forOne(request, circumstances) ?? findUnsayable(circumstances.query)
  },
}

export function chooseProtocols(
  request: BrowserRequest,
  circumstances: Circumstances,
): Result<readonly ExchangeProtocol[], ProtocolUnavailable> {
  const wanted = [...new Set(request.exchangeProtocols ?? USUAL)]
  const judged = wanted.map((protocol) => ({ protocol, reason: FAULTS[protocol](request, circumstances) }))
  const possible = judged.filter(({ reason }) => reason === undefined).map(({ protocol }) => protocol)
  const enough = request.exchangeProtocols === undefined ? 1 : wanted.length
  if (possible.length >= enough) return ok(possible)
  const [first] = judged.filter(({ reason }) => reason !== undefined)
  if (first?.reason === undefined) throw new Error('no exchange protocol was asked for')
  return refuse({ code: 'exchange_protocol_unavailable', protocol: first.protocol, reason: first.reason })
}
