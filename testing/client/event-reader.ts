/**
 * An event stream as a browser reads it (WHATWG HTML §9.2.6): bytes in, cut anywhere; events out. A line ends with CR, LF or
 * both, several lines of data are one text, a block without data is no event. It knows nothing of what the events say; other
 * people's code judges it in `interop/event-stream.test.ts`.
 */

export interface StreamEvent {
  /** Of this event alone, where a browser would keep that of the one before. */
  readonly id?: string
  readonly event: string
  readonly data: string
}

export interface EventReader {
  /** What the stream sends next. */
  feed(bytes: Uint8Array): void
  /** What a reader who comes back sends as `Last-Event-ID`; empty before the first. */
  lastEventId(): string
  /** How long the stream asks readers to wait before they come back, if it does, in milliseconds. */
  retryMs(): number | undefined
}

interface Block {
  id?: string
  event: string
  readonly data: string[]
}

export function eventReader(onEvent: (event: StreamEvent) => void): EventReader {
  // Node's decoder takes two byte order marks away where the first comes in pieces; the specification asks for one.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let begins = true
  let begun = ''
  let endedWithCr = false
  let block = newBlock()
  let lastEventId = ''
  let retryMs: number | undefined
  const takeLine = (line: string) => {
    if (line !== '') {
      const [name, value] = fieldOf(line)
      if (name === 'retry' && /^[0-9]+$/.test(value)) retryMs = Number(value)
      else setField(block, name, value)
      return
    }
    const ended = block
    block = newBlock()
    lastEventId = ended.id ?? lastEventId
    if (ended.data.length > 0) onEvent(eventOf(ended))
  }
  return {
    feed: (bytes) => {
      const text = decoder.decode(bytes, { stream: true })
      if (text === '') return
      // The two of a CRLF may come apart, and one byte order mark is of the encoding.
      const isRest = (endedWithCr && text.startsWith('\n')) || (begins && text.startsWith('\uFEFF'))
      const fresh = isRest ? text.slice(1) : text
      begins = false
      endedWithCr = fresh.endsWith('\r')
      const lines = (begun + fresh).split(/\r\n|\r|\n/)
      begun = lines.pop() ?? ''
      for (const line of lines) takeLine(line)
    },
    lastEventId: () => lastEventId,
    retryMs: () => retryMs,
  }
}

function newBlock(): Block {
  return { event: '', data: [] }
}

/** One space after the colon is not of the value; a comment is a field without a name. */
function fieldOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}

function setField(block: Block, name: string, value: string): void {
  if (name === 'data') block.data.push(value)
  else if (name === 'event') block.event = value
  else if (name === 'id' && !value.includes('\0')) block.id = value
}

function eventOf({ id, event, data }: Block): StreamEvent {
  return { ...(id !== undefined && { id }), event: event || 'message', data: data.join('\n') }
}
