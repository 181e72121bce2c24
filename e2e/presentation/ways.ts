/**
 * Every way in which a presentation is asked for and answered: what the verifier goes by, how the answer travels, what is shown
 * (OpenID4VP 1.0 §5.9, §8, appendices A and B). Tests take them all, or a few that have every two of those choices together.
 */
import type { JsonObject } from '@countersign/core/json'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import {
  PROVABLE_PREFIX_NAMES,
  type ProvablePrefixName,
} from '@countersign/protocol/openid4vp/request/client-id'
import {
  EXCHANGE_PROTOCOLS,
  type ExchangeProtocol,
} from '@countersign/protocol/openid4vp/response/exchange-protocol'
import {
  isPostedModeName,
  RESPONSE_MODE_NAMES,
  type ResponseModeName,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { KnownVerifiers } from '@countersign/testing/client/browser-wallet'
import type { FlowOptions } from '@countersign/testing/client/flows'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { calledByBrowser, calledByLink, type Presenter } from '@countersign/testing/client/presenters'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { pairsOfChoices } from '../walks/pairwise.ts'

/** Of the page that asks through a browser. */
const ORIGIN = 'https://shop.example'

export interface Way {
  readonly prefix: ProvablePrefixName
  readonly responseMode: ResponseModeName
  /** Of a mode for browsers. */
  readonly protocol: ExchangeProtocol | undefined
  readonly one: FormatCase
}

/** Of a way that there is not. */
export interface NoWay extends Way {
  /** In the words of the verifier, which does not begin it. */
  readonly because: string
}

const MODES = RESPONSE_MODE_NAMES.flatMap(
  (responseMode): readonly Pick<Way, 'protocol' | 'responseMode'>[] =>
    isPostedModeName(responseMode)
      ? [{ responseMode, protocol: undefined }]
      : EXCHANGE_PROTOCOLS.map((protocol) => ({ responseMode, protocol })),
)

const COMBINATIONS: readonly Way[] = PROVABLE_PREFIX_NAMES.flatMap((prefix) =>
  MODES.flatMap((mode) => formatCases.map((one) => ({ prefix, ...mode, one }))),
)

const SIGNED: readonly (ExchangeProtocol | undefined)[] = ['openid4vp-v1-signed', 'openid4vp-v1-multisigned']

/**
 * A link to what nobody signs has its place in the link (§5.9.3); a browser is told in the very name of the protocol whether a request
 * is signed. And `org-iso-mdoc` has one kind of credential, one kind of answer. What a verifier goes by is not said in it and in
 * `openid4vp-v1-unsigned`, but its session has it, so both are walked under each prefix.
 */
function whyNot({ one, prefix, protocol, responseMode }: Way): string | undefined {
  if (prefix === 'redirect_uri' && SIGNED.includes(protocol)) return 'nobody signs'
  if (protocol !== 'org-iso-mdoc') return undefined
  if (responseMode === 'dc_api') return 'it has no answer in the clear'
  return one.format === 'mso_mdoc' ? undefined : 'it asks for mdocs alone'
}

export const WAYS: readonly Way[] = COMBINATIONS.filter((way) => whyNot(way) === undefined)

export const NO_WAYS: readonly NoWay[] = COMBINATIONS.flatMap((way) => {
  const because = whyNot(way)
  return because === undefined ? [] : [{ ...way, because }]
})

export function nameOf({ one, prefix, protocol, responseMode }: Way): string {
  return [prefix, responseMode, ...(protocol === undefined ? [] : [protocol]), one.format].join(', ')
}

/** What a call says that begins it. */
export function askedBy({
  one,
  prefix,
  protocol,
  responseMode,
}: Way): Required<Pick<FlowOptions, 'clientIdPrefix' | 'more' | 'responseMode'>> {
  const page = { expected_origins: [ORIGIN], exchange_protocols: [protocol] }
  const query: JsonObject = { credentials: [one.query] }
  return {
    clientIdPrefix: prefix,
    responseMode,
    more: { dcql_query: query, ...(protocol !== undefined && page) },
  }
}

interface Asking {
  readonly verifier: string
  /** What wallets were told beforehand. */
  readonly known: KnownVerifiers
}

/** Our protocol code, which shows what is asked for of a credential of the way's format. */
export function answeredByCode({ one, prefix, protocol }: Way, held: Held, asking: Asking): Presenter {
  const codec = ALL_FORMATS.find(({ id }) => id === one.format)
  if (codec === undefined) throw new Error(`no format ${one.format}`)
  const claims = one.query['claims'] as unknown as readonly { readonly path: readonly string[] }[]
  const shown = { codec, held, disclose: claims.map(({ path }) => path) }
  return protocol === undefined
    ? calledByLink(shown, prefix)
    : calledByBrowser({ ...asking, origin: ORIGIN, protocol }, shown)
}

/** Each two of its three choices, by name. */
export function pairsOf({ one, prefix, protocol, responseMode }: Way): readonly string[] {
  return pairsOfChoices([prefix, `${responseMode} ${protocol ?? ''}`, one.format])
}
