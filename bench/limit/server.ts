/**
 * The limit as a process of its own: a bare `node:http` server that takes the requests of a recorded flow, does the
 * work of the plan and answers as many bytes as the service did; with a store it reads the JSON of the request, goes to Redis as the service
 * does, and writes the JSON of the answer. It says when it can hear the plan, which is the first message.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type BareStore, type LimitSession, openBareStore } from './bare-store.ts'
import type { LimitPlan, LimitStep } from './plan.ts'
import type { StoreTrip } from './store-work.ts'
import { type PreparedWork, prepare } from './work.ts'

interface PreparedStep {
  readonly run: readonly PreparedWork[]
  readonly trips: readonly StoreTrip[]
  readonly contentType: string
  readonly reply: Buffer
  /** What the answer is the JSON of. */
  readonly value?: unknown
}

// The probe keeps no process alive: until the plan is here, this does.
process.channel?.ref()
process.once('message', (plan: LimitPlan) => void serve(plan))
process.send?.({ hears: 'plan' })

async function serve(plan: LimitPlan): Promise<void> {
  const steps = new Map(plan.steps.map((step) => [`${step.method} ${step.path}`, prepared(step)]))
  const answer = plan.store === undefined ? answerBare : answerFrom(await openBareStore(plan.store))
  const server = createServer((request, response) => {
    const step = steps.get(`${request.method} ${request.url}`)
    if (step === undefined) return void response.writeHead(404).end()
    afterBody(request, (body) => void answer(step, request, body, response))
  })
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
}

function prepared({ work, contentType, reply, trips }: LimitStep): PreparedStep {
  const isJson = contentType.startsWith('application/json')
  const made = {
    run: work.map(prepare),
    trips,
    contentType,
    reply: Buffer.alloc(Buffer.byteLength(reply), 'x'),
  }
  return isJson ? { ...made, value: JSON.parse(reply) } : made
}

function afterBody(request: IncomingMessage, then: (body: string) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => then(Buffer.concat(chunks).toString()))
}

type Answer = (
  step: PreparedStep,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
) => Promise<void> | undefined

const answerBare: Answer = (step, _request, _body, response) => {
  const waits = run(step)
  if (waits !== undefined) return waits.then(() => respond(step, step.reply, response))
  respond(step, step.reply, response)
  return undefined
}

/** A flow has its connection for itself. */
function answerFrom(store: BareStore): Answer {
  const sessions = new WeakMap<Socket, LimitSession>()
  const sessionOf = ({ socket }: IncomingMessage) => {
    const session = sessions.get(socket) ?? { id: '', version: '' }
    sessions.set(socket, session)
    return session
  }
  return async (step, request, body, response) => {
    readBody(request.headers['content-type'], body)
    const waits = run(step)
    if (waits !== undefined) await waits
    await store.run(step.trips, sessionOf(request))
    respond(step, step.value === undefined ? step.reply : JSON.stringify(step.value), response)
  }
}

function readBody(contentType: string | undefined, body: string): unknown {
  if (contentType === 'application/json') return JSON.parse(body)
  if (contentType !== 'application/x-www-form-urlencoded') return undefined
  const presented = new URLSearchParams(body).get('vp_token')
  return presented === null ? undefined : JSON.parse(presented)
}

/** Answers what has to be waited for: only a few works wait. */
function run({ run: works }: PreparedStep): Promise<unknown> | undefined {
  const waits = works.flatMap((one) => one() ?? [])
  return waits.length === 0 ? undefined : Promise.all(waits)
}

function respond({ contentType }: PreparedStep, reply: Buffer | string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(reply) })
  response.end(reply)
}
