/** Follows an event stream until told to stop or until the stream ends. */
import { eventReader, type StreamEvent } from './event-reader.ts'

export interface EventStream {
  readonly instance: string
  readonly events: readonly StreamEvent[]
  /** Resolves at the first event of the name, also one that came before; rejects at the end, and after a minute and a half. */
  until(event: string): Promise<StreamEvent>
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>
  close(): void
}

const PATIENCE_MS = 90_000

export async function openEventStream(
  url: string,
  lastEventId?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const abort = new AbortController()
  const headers: Record<string, string> = { accept: 'text/event-stream', ...more }
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId
  const response = await fetch(url, { headers, signal: abort.signal })
  if (response.status !== 200 || response.body === null) throw new Error(`no stream: ${response.status}`)
  const events: StreamEvent[] = []
  const waiting = new Set<() => void>()
  const reader = eventReader((event) => {
    events.push(event)
    for (const look of waiting) look()
  })
  const ended = readAll(response.body, reader.feed).catch(() => undefined)
  return {
    instance: response.headers.get('x-instance') ?? 'none',
    events,
    ended,
    close: () => abort.abort(),
    until: (name) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error(`no event ${name} in: ${JSON.stringify(events)}`))
        const timer = setTimeout(fail, PATIENCE_MS)
        const look = () => {
          const found = events.find((event) => event.event === name)
          if (found === undefined) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        void ended.then(() => {
          clearTimeout(timer)
          fail()
        })
      }),
  }
}

async function readAll(body: ReadableStream<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of body) take(chunk)
}
