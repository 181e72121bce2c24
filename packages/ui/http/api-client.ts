/** Calls below one address, with the token that our servers want for what changes something. */
import { jsonHeaders } from './ahead.ts'
import { type Answer, type CallOptions, fetchJson } from './fetch-json.ts'

export interface ApiClient {
  get<T>(path: string, options?: CallOptions): Promise<Answer<T>>
  /** Every other method; `body` as JSON. */
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer<T>>
}

/** `csrf`: asked at each call, because a new log-in gives another. `language`: that the page is shown in, for what others wrote in several. */
export function apiClient(base: string, csrf: () => string | undefined, language?: () => string): ApiClient {
  const spoken = () => jsonHeaders(language?.())
  return {
    get: (path, options) =>
      fetchJson(`${base}${path}`, { ...options, headers: { ...spoken(), ...options?.headers } }),
    send(method, path, body) {
      const token = csrf()
      return fetchJson(`${base}${path}`, {
        method,
        body: body ?? {},
        headers: { ...spoken(), ...(token !== undefined && { 'x-countersign-csrf': token }) },
      })
    },
  }
}
