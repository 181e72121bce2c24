/** Who sits here, and the calls of this page: each carries the token of the log-in, and one that is answered "not logged in" asks again who it is. */
import type { PortalSession } from '@countersign/api/portal/session'
import { type ApiClient, apiClient } from '@countersign/ui/http/api-client'
import { type Answer, type CallFailure, fetchJson, onAnswer } from '@countersign/ui/http/fetch-json'
import { signal } from '@preact/signals'

export const session = signal<PortalSession | undefined>(undefined)
export const sessionFailure = signal<CallFailure | undefined>(undefined)
/** Who answered last; absent where instances do not say. */
export const instance = signal<string | undefined>(undefined)

export function startSession(): Promise<void> {
  onAnswer((name) => {
    if (name !== undefined) instance.value = name
  })
  return refreshSession()
}

export async function refreshSession(): Promise<void> {
  const asked = await fetchJson<PortalSession>('/api/session')
  sessionFailure.value = asked.ok ? undefined : asked.error
  if (asked.ok) session.value = asked.value
}

const plain = apiClient('/api', () => session.peek()?.csrf)

export const api: ApiClient = {
  get: (path, options) => watched(plain.get(path, options)),
  send: (method, path, body) => watched(plain.send(method, path, body)),
}

/** A log-in that is over shows the log-in, on the page that asked. */
async function watched<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await call
  if (!answer.ok && answer.error.status === 401 && session.peek()?.login === 'done') await refreshSession()
  return answer
}
