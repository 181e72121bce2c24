/** In which ways a request is made and answered, as far as a page has to know. Pure. */
import type { BeginVerificationBody } from '@countersign/api/portal/verifications'
import type { VerificationView } from '@countersign/api/verifier/session'

export type AnswerWay = VerificationView['responseMode']
export type ClientPrefix = NonNullable<BeginVerificationBody['clientIdPrefix']>
export type RequestPlace = NonNullable<VerificationView['requestPassing']>

export const ANSWERS: readonly AnswerWay[] = ['direct_post', 'direct_post.jwt', 'dc_api.jwt', 'dc_api']
export const PREFIXES: readonly ClientPrefix[] = [
  'x509_hash',
  'x509_san_dns',
  'decentralized_identifier',
  'verifier_attestation',
  'pre-registered',
  'redirect_uri',
]
export const PLACES: readonly RequestPlace[] = ['by_reference', 'by_value']

/** What is chosen; absent: as the verifier is set up. */
export interface Ways {
  readonly answer?: AnswerWay
  readonly prefix?: ClientPrefix
  readonly place?: RequestPlace
}

export function isThroughBrowser(answer: AnswerWay | undefined): boolean {
  return answer === 'dc_api' || answer === 'dc_api.jwt'
}

/** A request that a browser hands over, and one that nobody signs, have one place alone. */
export function hasPlaces({ answer, prefix }: Ways): boolean {
  return !isThroughBrowser(answer) && prefix !== 'redirect_uri'
}

/** As the call has them: nothing that would have no meaning there. */
export function membersOf(
  ways: Ways,
): Pick<BeginVerificationBody, 'responseMode' | 'clientIdPrefix' | 'requestPassing'> {
  const { answer, place, prefix } = ways
  return {
    ...(answer !== undefined && { responseMode: answer }),
    ...(prefix !== undefined && { clientIdPrefix: prefix }),
    ...(place !== undefined && hasPlaces(ways) && { requestPassing: place }),
  }
}

/** The same of a session. A verifier of another release does not say all of it. */
export function waysOf(view: VerificationView): Ways {
  const { requestPassing: place, responseMode: answer } = view
  const prefix = prefixOf(view.clientId)
  return { answer, ...(prefix !== undefined && { prefix }), ...(place !== undefined && { place }) }
}

/** A registered name has none, and no colon (OpenID4VP 1.0 §5.9.2). */
export function prefixOf(clientId: string | undefined): ClientPrefix | undefined {
  if (clientId === undefined) return undefined
  const colon = clientId.indexOf(':')
  const name = colon < 0 ? 'pre-registered' : clientId.slice(0, colon)
  return PREFIXES.find((known) => known === name)
}

/** Whether somebody hears that a wallet has read the request: it is told of none that a wallet does not fetch. */
export function isFetched({ requestPassing, responseMode }: VerificationView): boolean {
  return !isThroughBrowser(responseMode) && requestPassing !== 'by_value'
}
