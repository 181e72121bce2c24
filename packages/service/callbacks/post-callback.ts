/**
 * Posts one callback, and says whether it arrived. A receiver that does not answer is spared by all sessions of this instance
 * for a while: one that is down must not keep the hands busy that others wait for. It knows nothing of sessions.
 */
import type { JudgingRemote, RemoteRefusal } from '../outgoing/guarded-client.ts'
import type { SignCallback } from './signature.ts'

export interface Callback {
  readonly uri: string
  readonly apiKey?: string | undefined
  /** The same each time that this is sent. */
  readonly id: string
  readonly body: string
}

export type Delivery =
  | { readonly outcome: 'taken' }
  /** The receiver says that nobody will ever take it (410). */
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'failed'; readonly reason: string }
  /** Not tried: that receiver has just failed. In milliseconds. */
  | { readonly outcome: 'spared'; readonly forMs: number }

export interface Callbacks {
  post(callback: Callback): Promise<Delivery>
  /** Why nothing will ever be sent to this address; undefined where that is not known. */
  judge(uri: string): RemoteRefusal['code'] | undefined
  /** From 0 up to 1, so that not all sessions of one receiver come again in the same moment. */
  random(): number
}

export interface CallbackPorts {
  readonly remote: Pick<JudgingRemote, 'request' | 'judge'>
  /** Absent: not signed. */
  readonly sign?: SignCallback | undefined
  /** Epoch seconds. */
  readonly now: () => number
  /** Milliseconds from any origin, never going back. */
  readonly monotonicMs: () => number
}

/** Of the answer its status alone counts. */
const MAX_ANSWER_BYTES = 65_536
const SPARED = { firstMs: 1000, longestMs: 10_000 }
const MOST_KEPT = 1000

export function openCallbacks(ports: CallbackPorts): Callbacks {
  const spared = openSpared(ports.monotonicMs)
  return {
    judge: (uri) => ports.remote.judge(uri)?.code,
    random: Math.random,
    async post(callback) {
      const { origin } = new URL(callback.uri)
      const forMs = spared.forMs(origin)
      if (forMs > 0) return { outcome: 'spared', forMs }
      const delivery = await post(ports, callback)
      spared.tell(origin, delivery.outcome === 'failed')
      return delivery
    },
  }
}

async function post(
  { now, remote, sign }: CallbackPorts,
  { apiKey, body, id, uri }: Callback,
): Promise<Delivery> {
  const timestamp = Math.floor(now())
  const answer = await remote.request({
    purpose: 'callback',
    method: 'POST',
    url: uri,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': `${timestamp}`,
      ...(sign !== undefined && { 'webhook-signature': sign({ id, timestamp, body }) }),
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
    body,
    maxBytes: MAX_ANSWER_BYTES,
  })
  if (!answer.ok) return { outcome: 'failed', reason: answer.error.code }
  const { status } = answer.value
  if (status >= 200 && status < 300) return { outcome: 'taken' }
  return status === 410 ? { outcome: 'gone' } : { outcome: 'failed', reason: `status_${status}` }
}

interface Spared {
  /** How long nobody asks there, in milliseconds. */
  forMs(origin: string): number
  tell(origin: string, failed: boolean): void
}

/** In bounded memory; one that is forgotten is asked once more. */
function openSpared(monotonicMs: () => number): Spared {
  const failing = new Map<string, { readonly inARow: number; readonly until: number }>()
  return {
    forMs: (origin) => Math.max(0, (failing.get(origin)?.until ?? 0) - monotonicMs()),
    tell: (origin, failed) => {
      const inARow = (failing.get(origin)?.inARow ?? 0) + 1
      failing.delete(origin)
      if (!failed) return
      for (const oldest of failing.keys()) {
        if (failing.size < MOST_KEPT) break
        failing.delete(oldest)
      }
      const ms = Math.min(SPARED.longestMs, SPARED.firstMs * 2 ** Math.min(inARow - 1, 10))
      failing.set(origin, { inARow, until: monotonicMs() + ms })
    },
  }
}
