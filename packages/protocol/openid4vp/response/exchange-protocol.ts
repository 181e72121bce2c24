/** What a request through a browser is offered in, and to whom (OpenID4VP 1.0 appendix A). */

/** Appendix A.1; the last is ISO/IEC TS 18013-7 annex C. */
export const EXCHANGE_PROTOCOLS = [
  'openid4vp-v1-signed',
  'openid4vp-v1-unsigned',
  'openid4vp-v1-multisigned',
  'org-iso-mdoc',
] as const
export type ExchangeProtocol = (typeof EXCHANGE_PROTOCOLS)[number]

/** What the verifier's session says of the page that asks. */
export interface BrowserPlaces {
  /** Where the page may come from, each as a browser writes it; never empty. */
  readonly origins: readonly string[]
  /** In which the request is offered; never empty. */
  readonly protocols: readonly ExchangeProtocol[]
}
