/** The link that an address of the page where links arrive has in it. Pure. */
import { linkInHash } from '@countersign/ui/http/wallet-link'
import { scannedCode } from './scanned-code.ts'

/** What walt.id's portals open in a wallet: the parameters of an offer or a request, without its scheme. */
const BY_PATH: Readonly<Record<string, string>> = {
  '/api/siop/initiateIssuance': 'openid-credential-offer://',
  '/api/siop/initiatePresentation': 'openid4vp://authorize',
}

/** Of links that a browser hands to an installed wallet: a page may have no scheme but these (HTML, "normalize protocol handler parameters"). */
const OWN_SCHEMES: readonly (readonly [own: RegExp, scheme: string])[] = [
  [/^web\+openidoffer:/i, 'openid-credential-offer:'],
  [/^web\+openidvp:/i, 'openid4vp:'],
]

/**
 * `#` is our own form, which no server and no log sees; others put the link, or what is in it, into the query, and what another
 * app shares comes as a text with the link somewhere in it.
 */
export function linkOfAddress({
  hash,
  pathname,
  search,
}: Pick<Location, 'hash' | 'pathname' | 'search'>): string {
  const scheme = BY_PATH[pathname]
  return scheme === undefined
    ? withoutOwnScheme(linkInHash(hash) ?? linkInQuery(new URLSearchParams(search)))
    : `${scheme}${search}`
}

/** Apps put a link where they like. */
const SHARED = ['url', 'text', 'title']

function linkInQuery(query: URLSearchParams): string {
  const link = query.get('link')
  if (link !== null) return link
  const texts = SHARED.flatMap((name) => query.get(name) ?? []).filter((text) => text.trim() !== '')
  const words = texts.flatMap((text) => text.trim().split(/\s+/))
  return words.find(isCode) ?? words.find((word) => URL.canParse(word)) ?? texts[0] ?? ''
}

function isCode(word: string): boolean {
  const { kind } = scannedCode(withoutOwnScheme(word))
  return kind === 'offer' || kind === 'request'
}

function withoutOwnScheme(link: string): string {
  const found = OWN_SCHEMES.find(([own]) => own.test(link))
  return found === undefined ? link : link.replace(found[0], found[1])
}
