/**
 * Follows an event stream over every break: it goes on after the last event that was seen (`Last-Event-ID`), on whichever
 * instance answers. Unlike the browser's own `EventSource` it also comes back after a 503 of a draining instance, and says
 * when nobody answers.
 */
import { askedAhead, STREAM_HEADERS, type Told } from './ahead.ts'
import { type CallFailure, failureIn, unreachable } from './fetch-json.ts'
import { type ServerSentEvent, sseParser } from './sse-parser.ts'

export interface StreamFollower {
  /** Each event, once and in order. */
  readonly onEvent: (event: ServerSentEvent) => void
  /** True while the stream is read; false while it is tried again, with why, where there was no stream at all. */
  readonly onConnection?: (connected: boolean, failure?: CallFailure) => void
  /** It will not come back: gone, forbidden (4xx); 204: all was told. */
  readonly onRefused?: (failure: CallFailure) => void
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000

/** Returns the end of it; calling it is the only way it stops by itself, other than a refusal or a stream that says it is over (204). */
export function followEvents(address: string, follower: StreamFollower): () => void {
  const ended = new AbortController()
  void follow(address, follower, ended.signal)
  return () => ended.abort()
}

async function follow(address: string, follower: StreamFollower, ended: AbortSignal): Promise<void> {
  let lastId: string | undefined
  let wait = FIRST_WAIT_MS
  while (!ended.aborted) {
    const outcome = await readOnce(
      address,
      lastId,
      ended,
      (event) => {
        if (event.id !== undefined) lastId = event.id
        wait = FIRST_WAIT_MS
        follower.onEvent(event)
      },
      follower.onConnection,
    )
    if (ended.aborted) return
    if (outcome !== undefined && isFinal(outcome)) {
      follower.onRefused?.(outcome)
      return
    }
    follower.onConnection?.(false, outcome)
    await pause(wait, ended)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }
}

function isFinal({ status }: CallFailure): boolean {
  return status === 204 || (status >= 400 && status < 500 && status !== 429)
}

/** Why there is no stream; `undefined` when it broke or ended. */
async function readOnce(
  address: string,
  lastId: string | undefined,
  signal: AbortSignal,
  onEvent: (event: ServerSentEvent) => void,
  onConnection: StreamFollower['onConnection'],
): Promise<CallFailure | undefined> {
  let isOpen = false
  try {
    const response = await responseTo(address, lastId, signal)
    if (response.status !== 200 || !response.body) return await failureIn(response)
    isOpen = true
    onConnection?.(true)
    const parse = sseParser(onEvent)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return undefined
      parse(value)
    }
  } catch (error) {
    return isOpen ? undefined : unreachable(error)
  }
}

async function responseTo(address: string, lastId: string | undefined, signal: AbortSignal): Promise<Told> {
  const ahead = lastId === undefined ? askedAhead(address, STREAM_HEADERS, signal) : undefined
  if (ahead !== undefined) return ahead
  const headers = { ...STREAM_HEADERS, ...(lastId !== undefined && { 'last-event-id': lastId }) }
  return fetch(address, { headers, credentials: 'same-origin', signal })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
