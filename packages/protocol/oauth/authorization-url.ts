/**
 * The address at the authorization endpoint that a browser is sent to (RFC 6749 §3.1): with a request, or with the name of one that
 * was laid down (RFC 9126 §4).
 */
import type { Form } from './form-parameters.ts'

/** What the endpoint's address has in its query stays, but for parameters of the request: none may stand there twice (§3.1). */
export function authorizationUrl(endpoint: string, request: Form): string {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(request)) url.searchParams.set(name, value)
  return url.href
}
