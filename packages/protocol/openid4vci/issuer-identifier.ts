/**
 * Identifiers of Credential Issuers and authorization servers, and where their metadata lives (OpenID4VCI 1.0 §12.2.1,
 * RFC 8414 §2). Identifiers are text: they are compared character for character and never normalised, because two
 * spellings of one URL are two issuers. Well-known paths are inserted between host and path, not appended.
 */
import { endpointUrl, type HttpPolicy } from '../oauth/message-values.ts'

/** An https URL of scheme, host, port and path alone. */
export function isIssuerIdentifier(text: string, policy: HttpPolicy = 'https_only'): boolean {
  return endpointUrl(text, policy) !== undefined && !text.includes('?')
}

/** OpenID4VCI §12.2.2: the path stays as it is, a final slash included. Throws on what is no issuer identifier. */
export function issuerMetadataUrl(issuer: string): string {
  const { origin, path } = split(issuer)
  return `${origin}/.well-known/openid-credential-issuer${path}`
}

/** RFC 8414 §3.1: a final slash of the path is dropped. Throws on what is no issuer identifier. */
export function authorizationServerMetadataUrl(issuer: string): string {
  const { origin, path } = split(issuer)
  return `${origin}/.well-known/oauth-authorization-server${path.replace(/\/$/, '')}`
}

/** By text and not by a URL parser, which would give every host a path of `/`. */
function split(issuer: string): { readonly origin: string; readonly path: string } {
  const [, origin, path] = /^(https?:\/\/[^/]+)(.*)$/i.exec(issuer) ?? []
  if (origin === undefined || path === undefined || !isIssuerIdentifier(issuer, 'any')) {
    throw new Error('not an issuer identifier')
  }
  return { origin, path }
}
