/** The address under which our web wallet opens an offer or a request. Behind `#`, so that no server and no log sees it. */
export function webWalletLink(webWalletUrl: string, link: string): string {
  return `${webWalletUrl.replace(/\/+$/, '')}/open#${encodeURIComponent(link)}`
}

/** What was behind `#`; undefined for nothing, or what cannot be decoded. */
export function linkInHash(hash: string): string | undefined {
  try {
    const link = decodeURIComponent(hash.replace(/^#/, ''))
    return link === '' ? undefined : link
  } catch {
    return undefined
  }
}
