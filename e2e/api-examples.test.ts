/**
 * Every request that an API document gives as an example is sent to the services as `countersign up` starts them, and is
 * answered as the document says. `call` holds each answer against the document; here it must be a success as well, but
 * where an example cannot be one. Beside them go the same requests with a member or a parameter that nobody knows, and
 * what scripts of the field send.
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

import { isJsonObject, type JsonValue } from '@countersign/core/json'
import {
  addressOf,
  exampleBodiesOf,
  examplesOf,
  type Operation,
} from '@countersign/testing/client/described-api'
import { type Answer, call } from '@countersign/testing/client/http'
import { logIn } from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Adjustments, adjustments, type Values, valuesOf } from './api-examples/adjustments.ts'
import { documentedCalls } from './api-examples/documented-calls.ts'
import { bareCall, CALLS_EVERYWHERE, callsNotServed, FIELD_CALLS } from './api-examples/field-calls.ts'
import { namesIn } from './api-examples/named-things.ts'
import { isOwn, looseObjectsIn, ownObjectsIn, withMember } from './api-examples/own-schemas.ts'
import { makeRealThings, newBrowserRequest, newRequest, type RealThings } from './api-examples/real-things.ts'
import { SERVICES, type ServiceName, type Stack, startStack } from './api-examples/stack.ts'
import { type Holder, LESSONS, learn, makeWallet } from './api-examples/tutorial.ts'

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

/** A credential is found by its session or by its place in a list: neither parameter is required by itself. */
function oneWayToAsk(operation: Operation): Operation {
  const parameters = operation.parameters?.map((one) => ({
    ...one,
    required: one.required || one.name === 'sessionId',
  }))
  return { ...operation, ...(parameters && { parameters }) }
}

function written(body: JsonValue, contentType: string | undefined): string {
  if (typeof body === 'string' && contentType !== 'application/json') return body
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

describe('the examples', () => {
  it.each(SERVICES)('of the %s name configurations and types that there are', async (service) => {
    const metadata = await call(`${stack.urls.issuer}/.well-known/openid-credential-issuer`)
    const types = await call(`${stack.urls.repository}/api/types`)
    const known = namesIn([metadata.json(), types.json()])
    const shown = namesIn(stack.operations[service].flatMap(allExamplesOf))
    expect(shown.configurations.filter((one) => !known.configurations.includes(one))).toEqual([])
    expect(shown.vcts.filter((one) => !known.vcts.includes(one))).toEqual([])
  })

  it.each(['iacas', 'document-signers'])('of the PKI for mdocs say what is found at %s', async (made) => {
    const operation = stack.operations.issuer.find(({ path }) => path === `/onboard/iso-mdl/${made}`)
    if (operation === undefined) throw new Error('no such operation')
    const [example = {}] = examplesIn(operation)
    const answer = (await send('issuer', operation, example)).json()
    const [shown] = examplesOf(operation.responses?.['200']?.content?.['application/json'] ?? {})
    const { certificatePEM } = shown as { certificatePEM: string }
    expect(shown).toMatchObject({ certificateValidationResult: answer['certificateValidationResult'] })
    expect(answer['certificateValidationResult']).toEqual({ valid: true, faults: [] })
    expect(shown).toMatchObject({
      [made === 'iacas' ? 'iacaKey' : 'documentSignerKey']: {
        jwk: new X509Certificate(certificatePEM).publicKey.export({ format: 'jwk' }),
      },
    })
  })

  it('of the documents do what they say', async () => {
    const documented = await documentedCalls(new URL('../', import.meta.url))
    expect(documented.length).toBeGreaterThan(7)
    for (const { body, document, headers: shown, method, path, service } of documented) {
      const url = stack.urls[service] + path.replace('/ID/', `/${real.issuance.credentialId}/`)
      const headers = { 'content-type': 'application/json', ...shown }
      const answer = await call(url, { method, headers, body })
      const told = `${document}: ${path} ${body}: ${answer.text}`
      expect(method === 'PUT' ? [200, 201] : [200, 202], told).toContain(answer.status)
    }
  })
})

/** Of what is sent and of what comes back. */
function allExamplesOf({ requestBody, responses = {} }: Operation): readonly unknown[] {
  const answers = Object.values(responses).flatMap(({ content = {} }) => Object.values(content))
  return [...Object.values(requestBody?.content ?? {}), ...answers].flatMap(examplesOf)
}

describe('the examples of an answer to a verifier', () => {
  it('are taken when they say no, and refused as declared when their presentation is none', async () => {
    const operation = stack.operations.verifier.find(({ name }) => APART.includes(name))
    if (operation === undefined) throw new Error('no such operation')
    const statuses: number[] = []
    for (const { contentType, body } of examplesIn(operation)) {
      const isBrought = contentType === 'application/json'
      const { id } = await (isBrought ? newBrowserRequest(stack) : newRequest(stack))
      const form = { ...(body as Values), ...(!isBrought && { state: id }) }
      const url = stack.urls.verifier + addressOf(operation, { id })
      const headers = { 'content-type': contentType ?? '' }
      const answer = await call(url, { method: 'POST', headers, body: written(form, contentType) })
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([200, 400, 200, 400])
  })
})

let token: string

/** Of an operation, with whatever its address names. */
async function sendSpoilt(
  service: ServiceName,
  operation: Operation,
  { contentType, body, search = '' }: Example & { readonly search?: string },
): Promise<Answer> {
  const known: Values = valuesOf(real)[service]
  const values = Object.fromEntries(
    (operation.parameters ?? []).map(({ example, name }) => [name, known[name] ?? textOf(example)]),
  )
  const address = addressOf(oneWayToAsk(operation), values)
  return call(stack.urls[service] + address + (search && (address.includes('?') ? '&' : '?') + search), {
    method: operation.method,
    headers: {
      ...(service === 'wallet' && { authorization: `Bearer ${token}` }),
      ...(contentType !== undefined && { 'content-type': contentType }),
    },
    ...(body !== undefined && { body: written(body, contentType) }),
  })
}

const UNKNOWN = 'zzUnknown'
const NAMED = new RegExp(`${UNKNOWN} is not known here`)

describe.each(SERVICES)('what the %s does not know', (service) => {
  const own = () => stack.operations[service].filter(isOwn)
  beforeAll(async () => {
    // The examples end with a logout.
    token = (await logIn(stack.urls.wallet, 'user@email.com', 'password')).token
  })

  it('is no part of what its document says of bodies', () => {
    expect(own().flatMap(looseObjectsIn)).toEqual([])
  })

  it('is refused by name, wherever it lies in a body', async () => {
    for (const operation of own()) {
      for (const { contentType = '', body } of operation.requestBody === undefined
        ? []
        : examplesIn(operation)) {
        for (const place of ownObjectsIn(operation, contentType, body)) {
          const spoilt = withMember(body, place, UNKNOWN) as JsonValue
          const answer = await sendSpoilt(service, operation, { contentType, body: spoilt })
          const seen = `${operation.name} ${JSON.stringify(spoilt)}: ${answer.text}`
          expect([answer.status, NAMED.test(answer.text)], seen).toEqual([400, true])
        }
      }
    }
  })

  it('is refused by name as a parameter', async () => {
    for (const operation of own()) {
      const takesNone = !operation.parameters?.some((one) => one.in === 'query')
      // What the repository shows is the same for everybody, and caches keep it.
      if (service === 'repository' && takesNone) continue
      const [example = {}] = examplesIn(operation)
      const answer = await sendSpoilt(service, operation, { ...example, search: `${UNKNOWN}=1` })
      const seen = `${operation.name}: ${answer.status} ${answer.text}`
      expect([answer.status, NAMED.test(answer.text)], seen).toEqual([400, true])
    }
  })
})

describe('a call of the field', () => {
  it.each(SERVICES)('is served by the %s, or the documents say what is in its place', async (service) => {
    const markdown = await readFile(new URL('../docs/compatibility.md', import.meta.url), 'utf8')
    const everywhere = CALLS_EVERYWHERE.map(bareCall)
    const everyone = callsNotServed(markdown, 'every service')
    const served = [
      ...stack.operations[service].map(({ name }) => bareCall(name)),
      ...(await answeredOf(service, everywhere)),
    ]
    const told = [...everyone, ...callsNotServed(markdown, `the ${service}`)]
    const wanted = [...everywhere, ...FIELD_CALLS[service].map(bareCall)]
    expect(
      wanted.filter((one) => !served.includes(one) && !told.includes(one)),
      'neither',
    ).toEqual([])
    expect(
      told.filter((one) => served.includes(one)),
      'told and served',
    ).toEqual([])
    expect(
      told.filter((one) => !wanted.includes(one)),
      'told and not of the field',
    ).toEqual([])
  })
})

/** What every service has and describes in no document. */
async function answeredOf(service: ServiceName, calls: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(
    calls.map(async (one) => {
      const { status } = await fetch(stack.urls[service] + one.replace('GET ', '').replace('{}', 'ram'))
      return status < 400 ? [one] : []
    }),
  )
  return answers.flat()
}

describe('the tutorial of the field', () => {
  let holder: Holder
  beforeAll(async () => {
    holder = await makeWallet(stack)
  })

  it.each(LESSONS)('issues, holds and verifies $name', async (lesson) => {
    expect(await learn(stack, holder, lesson)).toMatchObject({ state: 'verified', verificationResult: true })
  })
})

function textOf(example: unknown): string {
  return typeof example === 'string' || typeof example === 'number' ? String(example) : 'x'
}
