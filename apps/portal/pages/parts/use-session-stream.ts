/** Follows a session of issuer or verifier: what it is now and what happened, as the events come, over every break. */
import { followEvents } from '@countersign/ui/http/event-stream'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { refreshSession } from '../session.ts'

/** As issuer and verifier write them. */
export interface SessionEvent {
  readonly sequence: number
  readonly type: string
  /** Epoch seconds. */
  readonly at: number
  readonly detail?: string | undefined
  readonly servedBy?: string | undefined
}

export interface FollowedSession<View> {
  /** The session as it is; absent until it was heard of. */
  readonly view?: View
  readonly events: readonly SessionEvent[]
  /** False while nobody answers. */
  readonly connected: boolean
  /** Why nothing was heard, if that is so. */
  readonly failure?: CallFailure | undefined
  /** Asks again at once; by itself it asks every few seconds. */
  readonly retry: () => void
}

type Heard<View> = Omit<FollowedSession<View>, 'retry'> & { readonly of: string }

export function useSessionStream<View>(service: 'issuer' | 'verifier', id: string): FollowedSession<View> {
  const of = `${service} ${id}`
  const [state, setState] = useState<Heard<View>>({ of, ...NOTHING })
  const [tries, setTries] = useState(0)
  const retry = useCallback(() => setTries((made) => made + 1), [])
  useEffect(() => {
    setState((before) => (before.of === of ? before : { of, ...NOTHING }))
    return followEvents(`/api/${service}/openid4vc/session/${encodeURIComponent(id)}/events`, {
      onEvent: ({ type, data }) => {
        const heard = readJson(data)
        if (heard === undefined) return
        setState((before) =>
          type === 'state' ? { ...before, view: heard as View } : withEvent(before, heard as SessionEvent),
        )
      },
      onConnection: (connected, failure) => setState((before) => ({ ...before, connected, failure })),
      onRefused: (failure) => {
        if (failure.status === 401) void refreshSession()
        // 204: all was heard, and nothing will follow.
        if (failure.status !== 204) setState((before) => ({ ...before, failure }))
      },
    })
  }, [service, id, of, tries])
  return { ...state, retry }
}

const NOTHING = { events: [], connected: true } as const

/** Each once, in order, however often a stream that was taken up again tells them. */
function withEvent<View>(before: Heard<View>, event: SessionEvent): Heard<View> {
  if (before.events.some(({ sequence }) => sequence === event.sequence)) return before
  const events = [...before.events, event].sort((a, b) => a.sequence - b.sequence)
  return { ...before, events }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
