/**
 * `Remote` with the face of `fetch`, for libraries that bring their own protocol and let the caller choose the way out:
 * what they call stays within the limits of every other request to an address that somebody else named.
 */
import type { OutgoingPurpose } from '../operation/metrics.ts'
import type { Remote } from './guarded-client.ts'

/** GET and POST with a text or a form. Rejects with a `TypeError`, as `fetch` does, when there is no answer. */
export function remoteFetch(remote: Remote, purpose: OutgoingPurpose): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { body: given, method = 'GET' } = init
    const body = given instanceof URLSearchParams ? given.toString() : given
    if (method !== 'GET' && method !== 'POST') throw new TypeError(`${method} is not sent`)
    if (body !== undefined && body !== null && typeof body !== 'string')
      throw new TypeError('only text is sent')
    const url = typeof input === 'string' || input instanceof URL ? String(input) : input.url
    const answered = await remote.request({
      purpose,
      method,
      url,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof body === 'string' && { body }),
    })
    if (!answered.ok) throw new TypeError(`fetch failed: ${answered.error.code}`)
    const { bytes, headers, status } = answered.value
    const hasBody = status !== 204 && status !== 304
    return new Response(hasBody ? new Uint8Array(bytes) : null, { status, headers: { ...headers } })
  }
}
