/**
 * Our event streams against eventsource-parser: what the verifier and the issuer send is the same events to it and to the
 * reader that our own tests go by, wherever the bytes are cut and wherever a reader comes back. Both are set against the
 * grammar of WHATWG HTML §9.2.5 and §9.2.6 first, so that the two do not agree on a mistake.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import { appendEvent } from '@countersign/protocol/session-event'
import { createHttpService } from '@countersign/service/http/http-service'
import { serveSessionEvents } from '@countersign/service/sessions/event-stream'
import { eventReader, type StreamEvent } from '@countersign/testing/client/event-reader'
import { claims, issue, verify } from '@countersign/testing/client/flows'
import { call } from '@countersign/testing/client/http'
import { readOffer } from '@countersign/testing/client/protocol-wallet'
import { startVerifier } from '@countersign/verifier/main'
import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Heard {
  readonly events: readonly StreamEvent[]
  readonly lastEventId: string
  readonly retryMs: number | undefined
  /** Comments, where the reader tells them. */
  readonly comments?: readonly string[]
}

type Reader = (chunks: readonly Uint8Array[]) => Heard

const theirs: Reader = (chunks) => {
  const events: StreamEvent[] = []
  const comments: string[] = []
  let lastEventId = ''
  let retryMs: number | undefined
  const parser = createParser({
    onEvent: ({ id, event = 'message', data }) =>
      events.push({ ...(id !== undefined && { id }), event, data }),
    onId: (id) => {
      lastEventId = id
    },
    onRetry: (milliseconds) => {
      retryMs = milliseconds
    },
    onComment: (comment) => comments.push(comment),
  })
  // The byte order mark is left to the parser.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
  return { events, lastEventId, retryMs, comments }
}

const ours: Reader = (chunks) => {
  const events: StreamEvent[] = []
  const reader = eventReader((event) => events.push(event))
  for (const chunk of chunks) reader.feed(chunk)
  return { events, lastEventId: reader.lastEventId(), retryMs: reader.retryMs() }
}

const READERS = [
  ['eventsource-parser', theirs],
  ['our reader', ours],
] as const

/** In two at every place, and all bytes alone. */
function* cuts(bytes: Uint8Array): Generator<readonly Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)]
  yield Array.from(bytes, (byte) => Uint8Array.of(byte))
}

const utf8 = (text: string) => new TextEncoder().encode(text)

const message = (data: string, id?: string): StreamEvent => ({
  ...(id !== undefined && { id }),
  event: 'message',
  data,
})

interface Case {
  readonly of: string
  readonly text: string
  readonly events: readonly StreamEvent[]
  readonly lastEventId?: string
  readonly retryMs?: number
}

// The first four are the examples of §9.2.6, with words of our own.
const GRAMMAR: readonly Case[] = [
  {
    of: 'an id that is kept, one that is emptied, and an event without an end',
    text: ': a comment\n\ndata: one\nid: 1\n\ndata:two\nid\n\ndata:  three',
    events: [message('one', '1'), message('two', '')],
  },
  { of: 'data without a colon', text: 'data\n\ndata\ndata\n\ndata:', events: [message(''), message('\n')] },
  {
    of: 'the space after the colon',
    text: 'data:same\n\ndata: same\n\ndata:  other\n\n',
    events: [message('same'), message('same'), message(' other')],
  },
  {
    of: 'several lines of data',
    text: 'data: a\ndata: b\ndata:\ndata: d\n\n',
    events: [message('a\nb\n\nd')],
  },
  {
    of: 'names',
    text: 'event: add\ndata: 1\n\nevent:add\nevent: remove\ndata: 2\n\nevent: add\nevent\ndata: 3\n\ndata: 4\n\n',
    events: [{ event: 'add', data: '1' }, { event: 'remove', data: '2' }, message('3'), message('4')],
  },
  {
    of: 'a block without data, whose name is forgotten and whose id counts',
    text: 'event: lost\nid: 7\n\ndata: x\n\n',
    events: [message('x')],
    lastEventId: '7',
  },
  {
    of: 'an id of an event that did not end, which does not count',
    text: 'id: 1\ndata: x\n\nid: 2\ndata: y\n',
    events: [message('x', '1')],
    lastEventId: '1',
  },
  {
    of: 'an id with a NUL, which is none',
    text: 'id: 1\ndata: x\n\nid: 2\0\ndata: y\n\n',
    events: [message('x', '1'), message('y')],
    lastEventId: '1',
  },
  {
    of: 'a time to wait',
    text: 'retry: 1500\n\nretry: 15e2\nretry: -1\nretry:\nretry:  7\ndata: x\n\n',
    events: [message('x')],
    retryMs: 1500,
  },
  {
    of: 'comments between and within events',
    text: ':\n\ndata: a\n: keep-alive\n:data: b\n\n:\n\n',
    events: [message('a')],
  },
  {
    of: 'fields that nobody knows, and other cases of those that somebody does',
    text: 'Data: a\n data: b\ndatas: c\ndat: d\ndata : e\nunknown\ndata: x\n\n',
    events: [message('x')],
  },
  { of: 'colons in a value', text: 'data:: a: b\n\n', events: [message(': a: b')] },
  { of: 'a byte order mark', text: '\uFEFFdata: x\n\n', events: [message('x')] },
  {
    of: 'a second one, and one further on',
    text: '\uFEFF\uFEFFdata: lost\ndata: \uFEFFx\n\n\uFEFFdata: lost\n\n',
    events: [message('\uFEFFx')],
  },
  {
    of: 'what other places call the end of a line',
    text: 'data: a\u2028b\u2029c\u0085d\u000be\u000cf\n\n',
    events: [message('a\u2028b\u2029c\u0085d\u000be\u000cf')],
  },
  { of: 'letters of two, three and four bytes', text: 'data: ä€😀\n\n', events: [message('ä€😀')] },
  { of: 'nothing', text: '', events: [] },
  { of: 'ends of lines alone', text: '\n\n\n', events: [] },
]

const MIXED: readonly Case[] = [
  {
    of: 'each end of line in turn',
    text: 'data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\r\ndata: e\n\r',
    events: [message('a\nb\nc'), message('d'), message('e')],
  },
  {
    of: 'LF and CR, which are two',
    text: 'data: a\n\rdata: b\r\n\r\n',
    events: [message('a'), message('b')],
  },
]

const LINE_ENDS = [
  ['LF', '\n'],
  ['CR', '\r'],
  ['CRLF', '\r\n'],
] as const

const CASES = [
  ...LINE_ENDS.flatMap(([name, end]) =>
    GRAMMAR.map((row) => ({ ...row, of: `${row.of} (${name})`, text: row.text.replaceAll('\n', end) })),
  ),
  ...MIXED,
]

describe.each(READERS)('%s reads, wherever it is cut:', (_name, read) => {
  it.each(CASES)('$of', ({ text, events, lastEventId = '', retryMs }) => {
    for (const chunks of cuts(utf8(text))) {
      expect(read(chunks), `cut after ${chunks[0]?.length}`).toMatchObject({ events, lastEventId, retryMs })
    }
  })
})

/** What a claim has to bear: whatever ends a line somewhere, the beginnings of fields, and letters of several bytes. */
const HOSTILE = 'Ada\r\n\r\nid: 99\r\ndata: forged\n\n\u2028\u2029\u0085\uFEFF😀'

const running: { close(): Promise<unknown> }[] = []
let folder: string
let streams: Readonly<Record<'verification' | 'issuance', Stream>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-streams-'))
  const [issuerPort = 0, verifierPort = 0] = await freePorts(2)
  const start = (port: number) => ({
    argv: ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`],
    env: {},
    cwd: folder,
    defaultPort: port,
  })
  running.push(await startIssuer(start(issuerPort)))
  running.push(await startVerifier(start(verifierPort)))
  streams = await followedFlows(`http://localhost:${issuerPort}`, `http://localhost:${verifierPort}`)
})
afterAll(async () => {
  await Promise.all(running.map((service) => service.close()))
  await rm(folder, { recursive: true, force: true })
})

/** All that was sent about a session while it went its way. */
interface Stream {
  readonly sessionUrl: string
  readonly bytes: Uint8Array
  readonly steps: readonly string[]
}

async function followedFlows(issuer: string, verifier: string): Promise<typeof streams> {
  const issuance = newFollowing(`${issuer}/openid4vc/session`)
  const held = await issue(issuer, {
    claims: { ...claims, given_name: HOSTILE },
    after: (step, answer) => {
      if (step === 'fetch offer') issuance.follow(readOffer(answer.json()).code.split('.')[0] ?? '')
    },
    before: issuance.opened,
  })
  const verification = newFollowing(`${verifier}/openid4vc/session`)
  await verify(verifier, held, {
    after: (step, answer) => {
      if (step === 'start') verification.follow(String(answer.json()['id']))
    },
    before: verification.opened,
  })
  return {
    issuance: {
      ...(await issuance.heard()),
      steps: ['offered', 'opened', 'token_issued', 'credential_issued', 'completed', 'accepted'],
    },
    verification: { ...(await verification.heard()), steps: ['created', 'requested', 'verified'] },
  }
}

/** Reads along from the moment when the session is known. */
function newFollowing(sessions: string) {
  let sessionUrl = ''
  let opening: Promise<Response> | undefined
  let heard: Promise<Uint8Array> | undefined
  return {
    follow: (id: string) => {
      sessionUrl = `${sessions}/${id}`
      opening = fetch(`${sessionUrl}/events`, { signal: AbortSignal.timeout(90_000) })
      heard = opening.then(allOf)
    },
    opened: async () => void (await opening),
    heard: async () => ({ sessionUrl, bytes: (await heard) ?? new Uint8Array() }),
  }
}

/** Of a session that can change no more the stream ends. */
async function allOf(answer: Response): Promise<Uint8Array> {
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  return new Uint8Array(await answer.arrayBuffer())
}

/** What a reader gets who comes back; nothing where there is nothing to come back for. */
async function streamAfter({ sessionUrl }: Stream, lastEventId: string): Promise<Uint8Array> {
  const headers = { 'last-event-id': lastEventId }
  const answer = await fetch(`${sessionUrl}/events`, { headers, signal: AbortSignal.timeout(90_000) })
  return answer.status === 204 ? new Uint8Array() : allOf(answer)
}

const numbered = ({ events }: Heard) => events.filter(({ id }) => id !== undefined)

describe.each(['verification', 'issuance'] as const)('the stream of a real %s', (name) => {
  it('is the same events to the library and to our reader, each as it was written', async () => {
    const { bytes, steps, sessionUrl } = streams[name]
    const heard = theirs([bytes])
    expect(ours([bytes]).events).toEqual(heard.events)
    expect(heard.retryMs).toBe(1000)
    expect(numbered(heard).map(({ id, event }) => [id, event])).toEqual(
      steps.map((step, at) => [`${at + 1}`, step]),
    )
    for (const { id, event, data } of numbered(heard)) {
      expect(JSON.parse(data)).toMatchObject({ sequence: Number(id), type: event })
    }
    const states = heard.events.filter(({ id }) => id === undefined)
    expect(new Set(states.map(({ event }) => event))).toEqual(new Set(['state']))
    expect(JSON.parse(states.at(-1)?.data ?? '')).toEqual((await call(sessionUrl)).json())
  })

  it.each(READERS)('loses nothing on %s, wherever it is cut', (_reader, read) => {
    const { bytes } = streams[name]
    const whole = theirs([bytes])
    for (const chunks of cuts(bytes)) {
      expect(read(chunks).events, `cut after ${chunks[0]?.length}`).toEqual(whole.events)
    }
  })

  it.each(READERS)(
    'that breaks anywhere is taken up again by %s, nothing lost and nothing twice',
    async (_reader, read) => {
      const stream = streams[name]
      const rests = new Map<string, Heard>()
      for (let at = 0; at <= stream.bytes.length; at++) {
        const before = read([stream.bytes.subarray(0, at)])
        const rest = rests.get(before.lastEventId) ?? read([await streamAfter(stream, before.lastEventId)])
        rests.set(before.lastEventId, rest)
        const told = [...numbered(before), ...numbered(rest)]
        expect(
          told.map(({ event }) => event),
          `broken after ${at}`,
        ).toEqual(stream.steps)
      }
    },
  )
})

it('a claim that would forge events is one line in the stream', () => {
  const told = theirs([streams.verification.bytes]).events.at(-1)
  expect(JSON.stringify(theirs([streams.verification.bytes]).events)).toContain('forged')
  expect(told?.event).toBe('verified')
})

it('keep-alives are comments to the library, and no event to anybody', async () => {
  const service = await createHttpService({
    title: 'Streams',
    description: 'A session of this test',
    config: {
      service: 'streams',
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 0,
      baseUrl: 'http://localhost:1',
      instance: 'streams-1',
      trustedProxies: [],
      logLevel: 'silent',
      features: [],
    },
    checks: [],
    routes: (app) => {
      let reads = 0
      app.get('/events', { config: { door: 'open', limited: false } }, (request, reply) =>
        serveSessionEvents(request, reply, {
          read: async () => {
            reads += 1
            const events = appendEvent([], 'created', 1, HOSTILE)
            const final = reads === 10
            return { events: final ? appendEvent(events, 'over', 2) : events, final, state: HOSTILE }
          },
          watch: async () => ({ close: () => undefined }),
          unknown: { status: 404, message: 'There is no such session' },
          pollMs: 30,
          heartbeatMs: 1,
        }),
      )
    },
  })
  running.push(service)
  const { port } = await service.listen()
  const answer = await fetch(`http://127.0.0.1:${port}/events`)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const heard = theirs([bytes])
  expect(heard.comments?.length).toBeGreaterThan(5)
  expect(new Set(heard.comments)).toEqual(new Set(['']))
  const state = { event: 'state', data: JSON.stringify(HOSTILE) }
  const created = JSON.stringify({ sequence: 1, type: 'created', at: 1, detail: HOSTILE })
  expect(heard.events).toEqual([
    state,
    { id: '1', event: 'created', data: created },
    state,
    { id: '2', event: 'over', data: '{"sequence":2,"type":"over","at":2}' },
  ])
  for (const chunks of cuts(bytes)) expect(ours(chunks).events).toEqual(heard.events)
})
