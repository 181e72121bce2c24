/** Follows a session of issuer or verifier: what it is now and what happened, as the events come, over every break. */
import { followEvents } from '@countersign/ui/http/event-stream'
import { useEffect, useState } from 'preact/hooks'
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
  /** It cannot be followed: HTTP status. */
  readonly refused?: number
}

const NOTHING = { events: [], connected: true } as const

export function useSessionStream<View>(service: 'issuer' | 'verifier', id: string): FollowedSession<View> {
  const [state, setState] = useState<FollowedSession<View>>(NOTHING)
  useEffect(() => {
    setState(NOTHING)
    return followEvents(`/api/${service}/openid4vc/session/${encodeURIComponent(id)}/events`, {
      onEvent: ({ type, data }) => {
        const heard = readJson(data)
        if (heard === undefined) return
        setState((before) =>
          type === 'state' ? { ...before, view: heard as View } : withEvent(before, heard as SessionEvent),
        )
      },
      onConnection: (connected) => setState((before) => ({ ...before, connected })),
      onRefused: (status) => {
        if (status === 401) void refreshSession()
        // 204: all was heard, and nothing will follow.
        if (status !== 204) setState((before) => ({ ...before, refused: status }))
      },
    })
  }, [service, id])
  return state
}

/** Each once, in order, however often a stream that was taken up again tells them. */
function withEvent<View>(before: FollowedSession<View>, event: SessionEvent): FollowedSession<View> {
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
