/** Reads server-sent events until told to stop or until the stream ends. */
export interface StreamEvent {
  readonly id?: string
  readonly event: string
  readonly data: string
}

export interface EventStream {
  readonly instance: string
  readonly events: readonly StreamEvent[]
  /** Resolves at the first event of the name, also one that came before; rejects after a minute and a half. */
  until(event: string): Promise<StreamEvent>
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>
  close(): void
}

const PATIENCE_MS = 90_000

export async function openEventStream(url: string, lastEventId?: string): Promise<EventStream> {
  const abort = new AbortController()
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId
  const response = await fetch(url, { headers, signal: abort.signal })
  if (response.status !== 200 || response.body === null) throw new Error(`no stream: ${response.status}`)
  const events: StreamEvent[] = []
  const waiting = new Set<() => void>()
  const ended = readAll(response.body, (event) => {
    events.push(event)
    for (const look of waiting) look()
  }).catch(() => undefined)
  return {
    instance: response.headers.get('x-instance') ?? 'none',
    events,
    ended,
    close: () => abort.abort(),
    until: (name) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no event ${name} in: ${JSON.stringify(events)}`)),
          PATIENCE_MS,
        )
        const look = () => {
          const found = events.find((event) => event.event === name)
          if (found === undefined) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

async function readAll(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = parseEvent(text.slice(0, end))
      text = text.slice(end + 2)
      if (event !== undefined) onEvent(event)
    }
  }
}

/** A block without data is a comment or a setting. */
function parseEvent(block: string): StreamEvent | undefined {
  const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line) ?? [])
  const value = (name: string) => fields.find(([, field]) => field === name)?.[2]
  const data = value('data')
  const id = value('id')
  return data === undefined
    ? undefined
    : { event: value('event') ?? 'message', data, ...(id !== undefined && { id }) }
}
