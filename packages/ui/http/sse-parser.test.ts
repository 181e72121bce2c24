import { describe, expect, it } from 'vitest'
import { type ServerSentEvent, sseParser } from './sse-parser.ts'

function parsed(pieces: readonly string[]): readonly ServerSentEvent[] {
  const events: ServerSentEvent[] = []
  const parse = sseParser((event) => events.push(event))
  for (const piece of pieces) parse(piece)
  return events
}

const stream =
  'retry: 1000\n\nevent: state\ndata: {"a":1}\n\n: alive\n\nid: 3\r\nevent: opened\r\ndata: x\r\ndata: y\r\n\r\ndata: z\n\n'

describe('a stream of events', () => {
  it('has each event once, with its id, type and lines', () => {
    expect(parsed([stream])).toEqual([
      { type: 'state', data: '{"a":1}' },
      { id: '3', type: 'opened', data: 'x\ny' },
      { id: '3', type: 'message', data: 'z' },
    ])
  })

  it('is the same wherever its pieces end', () => {
    const whole = parsed([stream])
    for (let cut = 1; cut < stream.length; cut += 1) {
      expect(parsed([stream.slice(0, cut), stream.slice(cut)])).toEqual(whole)
    }
    expect(parsed(Array.from(stream))).toEqual(whole)
  })

  it('gives up an event that does not end, and reads on', () => {
    const events = parsed([`data: ${'x'.repeat(2_000_000)}\n\n`, 'data: next\n\n'])
    expect(events).toEqual([{ type: 'message', data: 'next' }])
  })
})
