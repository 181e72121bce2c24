/**
 * What the dearest bodies cost that somebody without a credential may send: at most 20 ms of the event loop up to 64 kB, and
 * 10 ms for each megabyte above, which is read only once the session is found. Routes that want a credential are sent the
 * same without one, and must not read it.
 */

import { RECEIVED } from '@countersign/core/size-limits'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import type { Operation } from '@countersign/testing/client/described-api'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { API_SERVICE_NAMES } from '../api-services.ts'
import { type CostlyBody, costlyForms, costlyJson, costlyTexts } from './costly-bodies.ts'
import { REACHABLE, type Reachable, STRANGERS_SIZES } from './reachable.ts'
import { type MeasuredService, type MeasuredServices, startMeasured } from './services.ts'
import { getHold, type Known } from './stranger.ts'

let services: MeasuredServices
let known: Known
let stop: () => Promise<void>

beforeAll(async () => {
  const all = await startedWhole(async (started: StopList) => {
    const running = await startMeasured(started)
    return { running, known: await getHold(running), stop: started.stop }
  })
  services = all.running
  known = all.known
  stop = all.stop
})
afterAll(() => stop?.())

const KINDS: Readonly<Record<string, (bytes: number) => readonly CostlyBody[]>> = {
  'application/json': costlyJson,
  'application/x-www-form-urlencoded': costlyForms,
  'text/plain': costlyTexts,
}

/** As large as they may be, for those who must not read them. */
const UNREAD = [65_000, RECEIVED.exchange - 1000].flatMap((bytes) => costlyJson(bytes).slice(0, 1))

function limitMs(bytes: number): number {
  return bytes <= 65_536 ? 20 : 20 + (10 * bytes) / 1_000_000
}

interface Measured {
  readonly what: string
  readonly bytes: number
  readonly status: number
  readonly ms: number
}

async function costOf(
  service: MeasuredService,
  operation: Operation,
  body: CostlyBody,
  asked: Reachable,
): Promise<Measured> {
  const path = operation.path.replace(/\{\w+\}/g, asked.id?.(known) ?? 'AAAAAAAAAAAAAAAAAAAAAA')
  let status = 0
  const send = async () => {
    const headers = {
      ...asked.headers?.(known),
      'content-type': body.type,
      'x-forwarded-for': anotherAddress(),
    }
    const answer = await fetch(service.url + path, { method: operation.method, headers, body: body.text })
    await answer.arrayBuffer()
    status = answer.status
  }
  const bytes = Buffer.byteLength(body.text)
  // Compiled code is what an attacker meets from the second request on.
  await send()
  const ms = await costsAtMost(limitMs(bytes), send, service.processor).catch((error: unknown) => {
    throw new Error(`${service.name} ${operation.name}, ${body.what} (${bytes} bytes): ${String(error)}`)
  })
  return { what: body.what, bytes, status, ms }
}

let senders = 0

function anotherAddress(): string {
  senders += 1
  return `198.51.${(senders >> 8) & 255}.${senders & 255}`
}

function kindsOf(operation: Operation): readonly string[] {
  return Object.keys(operation.requestBody?.content ?? {})
}

function bodiesOf(operation: Operation, asked: Reachable): readonly CostlyBody[] {
  const sizes = asked.sizes ?? STRANGERS_SIZES
  const kinds = kindsOf(operation).length === 0 ? Object.keys(KINDS) : kindsOf(operation)
  return sizes.flatMap((bytes) => [
    ...kinds.flatMap((kind) => KINDS[kind]?.(bytes) ?? []),
    ...(asked.bodies?.(known, bytes) ?? []),
  ])
}

function carriesBody({ method }: Operation): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

it('of a route that anybody may call are all in the table', async () => {
  const found: string[] = []
  for (const name of API_SERVICE_NAMES)
    for (const operation of services[name].operations.filter(carriesBody)) {
      const { url } = services[name]
      const answer = await fetch(url + operation.path.replace(/\{\w+\}/g, 'A'), { method: operation.method })
      if (answer.status !== 401) found.push(`${name} ${operation.name}`)
    }
  const listed = new Set(Object.keys(REACHABLE).map((name) => name.split(' ', 3).join(' ')))
  // A token is found genuine before the body is read.
  const withToken = [
    'issuer POST /credential',
    'issuer POST /deferred_credential',
    'issuer POST /notification',
  ]
  expect([...found, ...withToken].toSorted()).toEqual([...listed].toSorted())
})

it.each(Object.entries(REACHABLE))('%s costs little, whatever is sent', async (name, asked) => {
  const [service = '', method, path] = name.split(' ')
  const measured = services[service as (typeof API_SERVICE_NAMES)[number]]
  const operation = measured.operations.find((one) => one.name === `${method} ${path}`)
  if (operation === undefined) throw new Error(`no ${name}`)
  const costs: Measured[] = []
  for (const body of bodiesOf(operation, asked)) costs.push(await costOf(measured, operation, body, asked))
  if (process.env['SHOW_COSTS'] !== undefined) show(name, costs)
  expect(costs.filter(({ status }) => status === 429 || status >= 500)).toEqual([])
})

it.each(API_SERVICE_NAMES)(
  'of %s: a route that wants a credential costs little without one',
  async (name) => {
    const service = services[name]
    const closed = service.operations.filter(
      (operation) => carriesBody(operation) && !isListed(`${name} ${operation.name}`),
    )
    const costs: Measured[] = []
    for (const operation of closed) {
      for (const body of UNREAD) costs.push(await costOf(service, operation, body, {}))
    }
    if (process.env['SHOW_COSTS'] !== undefined) show(`${name}, closed`, costs)
    expect(costs.filter(({ status }) => ![401, 413, 415].includes(status))).toEqual([])
  },
)

function isListed(name: string): boolean {
  return Object.keys(REACHABLE).some((listed) => listed === name || listed.startsWith(`${name} `))
}

/** The dearest of each size. */
function show(name: string, costs: readonly Measured[]): void {
  const bySize = Object.groupBy(costs, ({ bytes }) =>
    bytes <= 65_536 ? '64 kB' : bytes <= 1_048_576 ? '1 MB' : '4 MB',
  )
  for (const [size, all] of Object.entries(bySize)) {
    const dearest = (all ?? []).toSorted((a, b) => b.ms - a.ms)[0]
    process.stdout.write(
      `| ${name} | ${size} | ${dearest?.what} | ${dearest?.status} | ${dearest?.ms.toFixed(1)} |\n`,
    )
  }
}
