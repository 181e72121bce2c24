/** The link that an address of the page where links arrive has in it. Pure. */
import { linkInHash } from '@countersign/ui/http/wallet-link'

/** What walt.id's portals open in a wallet: the parameters of an offer or a request, without its scheme. */
const BY_PATH: Readonly<Record<string, string>> = {
  '/api/siop/initiateIssuance': 'openid-credential-offer://',
  '/api/siop/initiatePresentation': 'openid4vp://authorize',
}

/** `#` is our own form, which no server and no log sees; others put the link, or what is in it, into the query. */
export function linkOfAddress({
  hash,
  pathname,
  search,
}: Pick<Location, 'hash' | 'pathname' | 'search'>): string {
  const scheme = BY_PATH[pathname]
  return scheme === undefined
    ? (linkInHash(hash) ?? new URLSearchParams(search).get('link') ?? '')
    : `${scheme}${search}`
}
