/**
 * What a code or a pasted text is, before anybody is asked: an offer, a request, or one of six things that it may be instead.
 * It reads the scheme and the names of the parameters; what they hold the wallet decides. Pure.
 */

export type ScannedCode =
  | {
      readonly kind: 'offer' | 'request'
      readonly link: string /** Named in the link: nobody vouches for it. */
      readonly host?: string
    }
  | { readonly kind: 'empty' | 'text' | 'other' | 'offerDamaged' | 'requestDamaged' | 'tooLong' }
  | { readonly kind: 'web'; readonly host: string }

const MAX_LENGTH = 100_000
const OFFER_PARAMETERS = ['credential_offer', 'credential_offer_uri']
/** The last: of a request that nobody signed, whose parameters are in the link. */
const REQUEST_PARAMETERS = ['request', 'request_uri', 'response_type']
/** Schemes that wallets are asked by. */
const OFFER_SCHEMES = ['openid-credential-offer:', 'haip-vci:']
const REQUEST_SCHEMES = ['openid4vp:', 'haip:', 'haip-vp:', 'eudi-openid4vp:', 'mdoc-openid4vp:', 'openid:']

export function scannedCode(input: string): ScannedCode {
  const text = input.trim()
  if (text === '') return { kind: 'empty' }
  if (text.length > MAX_LENGTH) return { kind: 'tooLong' }
  const url = /^[a-z][a-z0-9+.-]*:/i.test(text) ? URL.parse(text.replaceAll(/\s+/g, '')) : null
  if (url === null) return { kind: /^[A-Z0-9]{4,}:/.test(text) ? 'other' : 'text' }
  const isOffer = hasOne(url, OFFER_PARAMETERS)
  const isRequest = hasOne(url, REQUEST_PARAMETERS) && url.searchParams.has('client_id')
  if (isOffer) return opened('offer', url)
  if (isRequest) return opened('request', url)
  if (OFFER_SCHEMES.includes(url.protocol)) return { kind: 'offerDamaged' }
  if (REQUEST_SCHEMES.includes(url.protocol)) return { kind: 'requestDamaged' }
  if (url.protocol === 'https:' || url.protocol === 'http:') return withinOwnLink(url)
  return { kind: 'other' }
}

/** A link to a web wallet has the code behind `#`. */
function withinOwnLink(url: URL): ScannedCode {
  const inner = decoded(url.hash.slice(1))
  const found = inner !== undefined && url.pathname.endsWith('/open') ? scannedCode(inner) : undefined
  return found?.kind === 'offer' || found?.kind === 'request' ? found : { kind: 'web', host: url.host }
}

const ADDRESSES = { offer: ['credential_offer_uri'], request: ['request_uri', 'response_uri'] } as const

function opened(kind: 'offer' | 'request', url: URL): ScannedCode {
  const [host] = ADDRESSES[kind].flatMap((name) => hostNamed(url, name) ?? [])
  return { kind, link: url.href, ...(host !== undefined && { host }) }
}

/** Where the rest of it lies: the host of whoever made it, as long as nothing else is known. */
function hostNamed(url: URL, parameter: string): string | undefined {
  const address = URL.parse(url.searchParams.get(parameter) ?? '')
  return address === null || address.host === '' ? undefined : address.host
}

function hasOne({ searchParams }: URL, names: readonly string[]): boolean {
  return names.some((name) => (searchParams.get(name) ?? '') !== '')
}

function decoded(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}
