/**
 * How long a server has said nothing while it was asked something, in attentive time: what a link is judged by. A slow
 * server is not silent, and neither is one whose answers lie unread because this process was busy. Counted in whole
 * replies; it knows nothing of what was asked.
 */
import { attentiveNow } from '@countersign/event-loop/attentive-time'

export interface Silence {
  asked(): void
  /** A reply to what was asked, or that there will be none. */
  answered(): void
  /** Something that nobody asked for. */
  heard(): void
  /** 0 while nothing is asked. */
  silentMs(): number
}

export function silence(): Silence {
  let waiting = 0
  let since = 0
  return {
    asked: () => {
      if (waiting === 0) since = attentiveNow()
      waiting += 1
    },
    answered: () => {
      waiting -= 1
      since = attentiveNow()
    },
    heard: () => {
      since = attentiveNow()
    },
    silentMs: () => (waiting === 0 ? 0 : attentiveNow() - since),
  }
}
