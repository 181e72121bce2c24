/**
 * Who answers a verifier, a step at a time, so that a walk looks the same whoever does: a wallet service that is told by its API, or our
 * own protocol code, called by a link or by a browser.
 */
import type { ProvablePrefixName } from '@countersign/protocol/openid4vp/request/client-id'
import { answerWith } from '@countersign/protocol/openid4vp/response/authorization-response'
import type { ExchangeProtocol } from '@countersign/protocol/openid4vp/response/exchange-protocol'
import { callWallet, type KnownVerifiers, type OfferedRequest } from './browser-wallet.ts'
import { type Answer, call, postForm, postJson } from './http.ts'
import {
  answerBodyOf,
  presentationFor,
  readRequest,
  readUnsignedRequest,
  requestUri,
  type Shown,
} from './protocol-wallet.ts'
import type { WalletUser } from './wallet-api.ts'

/** What a verifier says that began; `url` is there where a link leads to the wallet. */
export interface Started {
  readonly id: string
  readonly url: string
}

export interface Presenter {
  /** Gets the request, as often as it is called; absent where the request is in the link already and nobody is asked for it. */
  readonly request?: (started: Started) => Promise<Answer>
  /** Status of that; 200 when absent. */
  readonly opened?: number
  /** Makes the answer; what is handed back sends it, and the same again when it is called again. */
  readonly answer: (started: Started, requested: Answer | undefined) => Promise<() => Promise<Answer>>
}

/** Our protocol code, called by a link. */
export function calledByLink(shown: Shown, prefix?: ProvablePrefixName): Presenter {
  const answering = async (request: ReturnType<typeof readRequest>) => {
    const body = await answerBodyOf(request, shown)
    return () => postForm(request.responseUri, body)
  }
  if (prefix === 'redirect_uri') return { answer: ({ url }) => answering(readUnsignedRequest(url)) }
  return {
    request: ({ url }) => call(requestUri(url)),
    answer: (_, requested) => answering(readRequest(given(requested).text)),
  }
}

export interface Page {
  /** That the page asks. */
  readonly verifier: string
  readonly origin: string
  readonly protocol: ExchangeProtocol
  readonly known: KnownVerifiers
}

/** Our protocol code, called by a browser for a page that brings the answer. */
export function calledByBrowser(page: Page, shown: Shown): Presenter {
  const { known, origin, protocol, verifier } = page
  return {
    request: ({ id }) => call(`${verifier}/openid4vc/session/${id}/digital-request`),
    answer: async ({ id }, requested) => {
      const { requests } = given(requested).json() as unknown as { requests: readonly OfferedRequest[] }
      const offered = requests.find((one) => one.protocol === protocol)
      if (offered === undefined) throw new Error(`not offered: ${protocol}`)
      const wallet = await callWallet(offered, origin, known)
      const presented = await presentationFor(shown, wallet.binding)
      const answer = answerWith({}, new Map(wallet.queryIds.map((queryId) => [queryId, [presented]])))
      const credential = { protocol, data: await wallet.answer(answer) }
      return () => postJson(`${verifier}/openid4vc/verify/${id}`, credential)
    },
  }
}

/** The wallet service: a request is opened, and what it asks for is shared from one credential. */
export function toldByApi({ token, url: wallet, wallet: id }: WalletUser, credentialId: string): Presenter {
  const requests = `${wallet}/wallet-api/wallet/${id}/exchange/requests`
  const headers = { authorization: `Bearer ${token}` }
  return {
    request: ({ url }) => postJson(requests, { request: url }, headers),
    opened: 201,
    answer: async (_, requested) => {
      const opened = given(requested).json()
      const queries = opened['queries'] as readonly { readonly queryId: string }[]
      const selections = queries.map(({ queryId }) => ({ queryId, credentialId }))
      return () => postJson(`${requests}/${String(opened['id'])}/use`, { selections }, headers)
    },
  }
}

function given(requested: Answer | undefined): Answer {
  if (requested === undefined) throw new Error('the request was not got')
  return requested
}
