/** What stands at an address, as text, for those who keep it or read it by themselves: anything but 200 is none. */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { OutgoingPurpose } from '../operation/metrics.ts'
import type { Remote } from './guarded-client.ts'

export interface RemoteTextOptions {
  readonly remote: Pick<Remote, 'request'>
  readonly purpose: OutgoingPurpose
  readonly maxBytes: number
}

export async function remoteText(
  { maxBytes, purpose, remote }: RemoteTextOptions,
  url: string,
): Promise<Result<string, { readonly reason: string }>> {
  const headers = { accept: 'application/json' }
  const answer = await remote.request({ purpose, method: 'GET', url, headers, maxBytes })
  if (!answer.ok) return refuse({ reason: answer.error.code })
  const { body, status } = answer.value
  return status === 200 ? ok(body) : refuse({ reason: `status_${status}` })
}
