/** Reads `text/event-stream` as the HTML standard says (§9.2.6), in pieces that end anywhere. */

export interface ServerSentEvent {
  readonly id?: string
  /** `message` when none was named. */
  readonly type: string
  readonly data: string
}

/** What one event may have, in characters: what grows beyond it is given up, and the stream is read on. */
const MAX_EVENT = 1_000_000

export function sseParser(onEvent: (event: ServerSentEvent) => void): (piece: string) => void {
  let rest = ''
  let data: string[] = []
  let size = 0
  let type = ''
  let id: string | undefined

  function end(): void {
    if (data.length > 0 && size <= MAX_EVENT)
      onEvent({
        type: type === '' ? 'message' : type,
        data: data.join('\n'),
        ...(id !== undefined && { id }),
      })
    data = []
    size = 0
    type = ''
  }

  function take(line: string): void {
    if (line === '') {
      end()
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') type = value
    if (field === 'id' && !value.includes('\0')) id = value
    if (field !== 'data') return
    size += value.length
    if (size <= MAX_EVENT) data.push(value)
  }

  return (piece) => {
    // A carriage return at the end may be the first half of a line's end.
    const text = rest + piece
    const held = text.endsWith('\r') ? 1 : 0
    const lines = text.slice(0, text.length - held).split(/\r\n|\n|\r/)
    rest = (lines.pop() ?? '') + (held === 1 ? '\r' : '')
    for (const line of lines) take(line)
    if (rest.length > MAX_EVENT) rest = ''
  }
}
