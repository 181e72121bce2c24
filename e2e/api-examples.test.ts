/**
 * Every request that an API document gives as an example is sent to the services as `countersign up` starts them, and is
 * answered as the document says. `call` holds each answer against the document; here it must be a success as well, but
 * where an example cannot be one.
 */
import { isJsonObject, type JsonValue } from '@countersign/core/json'
import { addressOf, exampleBodiesOf, type Operation } from '@countersign/testing/client/described-api'
import { type Answer, call } from '@countersign/testing/client/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Adjustments, adjustments, type Values, valuesOf } from './api-examples/adjustments.ts'
import { makeRealThings, newRequest, type RealThings } from './api-examples/real-things.ts'
import { SERVICES, type ServiceName, type Stack, startStack } from './api-examples/stack.ts'

let stack: Stack
let real: RealThings
let adjusted: Readonly<Record<ServiceName, Adjustments>>

beforeAll(async () => {
  stack = await startStack()
  real = await makeRealThings(stack)
  adjusted = adjustments(stack, real)
})
afterAll(() => stack?.stop())

interface Example {
  readonly contentType?: string
  readonly body?: JsonValue
}

/** One without a body for an operation that takes none. */
function examplesIn(operation: Operation): readonly Example[] {
  if (operation.requestBody === undefined) return [{}]
  return exampleBodiesOf(operation).map(({ contentType, body }) => ({ contentType, body: body as JsonValue }))
}

async function send(
  service: ServiceName,
  operation: Operation,
  { contentType, body }: Example,
): Promise<Answer> {
  const adjustment = adjusted[service][operation.name] ?? {}
  const values = { ...valuesOf(real)[service], ...(await adjustment.values?.()) }
  const sent = body === undefined ? undefined : ((await adjustment.body?.(body)) ?? body)
  const headers = {
    ...headersOf(operation),
    ...(service === 'wallet' && { authorization: `Bearer ${real.user.token}` }),
    ...(await adjustment.headers?.()),
    ...(contentType !== undefined && { 'content-type': contentType }),
  }
  const url = stack.urls[service] + addressOf(oneWayToAsk(operation), values)
  const answer = await call(url, {
    method: operation.method,
    headers,
    ...(sent !== undefined && { body: written(sent, contentType) }),
  })
  await adjustment.after?.(answer)
  return answer
}

function headersOf({ parameters = [] }: Operation): Values {
  const shown = parameters.filter((one) => one.in === 'header' && typeof one.example === 'string')
  return Object.fromEntries(shown.map(({ name, example }) => [name, String(example)]))
}

/** A credential is found by its session or by its place in a list, not by both. */
function oneWayToAsk(operation: Operation): Operation {
  const parameters = operation.parameters?.filter(({ name }) => !name.startsWith('statusList'))
  return { ...operation, ...(parameters && { parameters }) }
}

function written(body: JsonValue, contentType: string | undefined): string {
  if (typeof body === 'string' && contentType === 'text/plain') return body
  if (contentType === 'application/x-www-form-urlencoded' && isJsonObject(body)) {
    return new URLSearchParams(body as Values).toString()
  }
  return JSON.stringify(body)
}

/** What ends something comes last. */
const LAST = ['POST /wallet-api/auth/logout']

/** Walked by itself: each example is another end of a verification. */
const APART = ['POST /openid4vc/verify/{id}']

describe.each(SERVICES)('the examples of the %s', (service) => {
  it('are answered as the document says', async () => {
    const operations = stack.operations[service].filter(({ name }) => !APART.includes(name))
    const inOrder = [
      ...operations.filter(({ name }) => !LAST.includes(name)),
      ...operations.filter(({ name }) => LAST.includes(name)),
    ]
    expect(inOrder.length).toBeGreaterThan(5)
    for (const operation of inOrder) {
      const examples = examplesIn(operation)
      expect(examples, `${operation.name} has no example`).not.toEqual([])
      for (const example of examples) {
        const answer = await send(service, operation, example)
        const seen = `${operation.name} ${JSON.stringify(example)}: ${answer.status} ${answer.text.slice(0, 500)}`
        const wanted = adjusted[service][operation.name]?.status
        if (wanted === undefined) expect(Math.floor(answer.status / 100), seen).toBe(2)
        else expect(answer.status, seen).toBe(wanted)
      }
    }
  })
})

describe('the examples of an answer to a verifier', () => {
  it('are taken when they say no, and refused as declared when their presentation is none', async () => {
    const operation = stack.operations.verifier.find(({ name }) => APART.includes(name))
    if (operation === undefined) throw new Error('no such operation')
    const statuses: number[] = []
    for (const { contentType, body } of examplesIn(operation)) {
      const { id } = await newRequest(stack)
      const form = { ...(body as Values), state: id }
      const url = stack.urls.verifier + addressOf(operation, { id })
      const headers = { 'content-type': contentType ?? '' }
      const answer = await call(url, { method: 'POST', headers, body: written(form, contentType) })
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([200, 400])
  })
})
