import { KEY_TYPES } from '@countersign/api/issuer/onboarding'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import {
  type ApiDocument,
  answerFaults,
  bodiesOf,
  exampleBodiesOf,
  examplesOf,
  formsOf,
  gapsOf,
  type Operation,
  operationsOf,
  statusesOf,
} from '@countersign/testing/client/described-api'
import { newKey } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { IssuerDatabase } from '../database/schema.ts'
import type { Issuer } from '../issuer.ts'
import { keyTypes } from '../onboarding/onboard-issuer.ts'
import { newDeployment, onSqlite } from '../testing/durable.testing.ts'
import { servedConfig, withEverything } from '../testing/issue-calls.testing.ts'
import {
  claims,
  configurationId,
  credentialFor,
  offered,
  proofOfKey,
  type TestIssuer,
  tokenFor,
} from '../testing/issuer.testing.ts'

function issuerOfEverything(database: IssuerDatabase): TestIssuer {
  const deployment = newDeployment(database)
  return withEverything({ issuer: deployment.instance(), clock: deployment.clock })
}

async function serve(issuer: Issuer): Promise<HttpService> {
  return createHttpService({
    ...issuerService(issuer, { displayName: 'Test' }),
    config: servedConfig(issuer, ['openapi']),
    checks: [],
  })
}

function isTagged({ tags = [] }: Operation, tag: string): boolean {
  return tags[0] === tag
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: JsonValue | undefined
  /** By the names of the parameters. */
  readonly path?: Readonly<Record<string, string>>
}

/** What a test puts in place of what only a living issuer knows. */
interface Issued {
  readonly token: string
  readonly sessionId: string
  readonly credentialId: string
  readonly statusListUri: string
  readonly statusListIndex: number
  /** An issuance that somebody has to agree to. */
  readonly deferredId: string
}

onSqlite('the API document of the issuer', (database) => {
  let test: TestIssuer
  let service: HttpService
  let operations: readonly Operation[]
  beforeAll(async () => {
    test = issuerOfEverything(database())
    service = await serve(test.issuer)
    operations = operationsOf((await service.app.inject('/api.json')).json<ApiDocument>())
  })
  afterAll(async () => service.close())

  const named = (name: string): Operation => {
    const found = operations.find((operation) => operation.name === name)
    if (found === undefined) throw new Error(`there is no ${name}`)
    return found
  }

  function send(operation: Operation, asked: Asked = {}) {
    const { method, path } = operation
    const [body] = exampleBodiesOf(operation)
    const url = path.replace(/\{(\w+)\}/g, (_, name: string) => asked.path?.[name] ?? 'nobody-has-this-id')
    const payload = asked.body
    const form = body?.contentType === 'application/x-www-form-urlencoded'
    return service.app.inject({
      method: method as 'GET' | 'POST' | 'PUT',
      url: url + (asked.query ?? ''),
      headers: { ...(body && { 'content-type': body.contentType }), ...asked.headers },
      ...(payload !== undefined && {
        payload: form
          ? new URLSearchParams(payload as Record<string, string>).toString()
          : JSON.stringify(payload),
      }),
    })
  }

  /** Sends it, and holds the answer against what is said about answers of its status. */
  async function answerTo(operation: Operation, asked: Asked = {}) {
    const answer = await send(operation, asked)
    const context = `${operation.name}: ${answer.statusCode} ${answer.body.slice(0, 300)}`
    const contentType = answer.headers['content-type']?.toString()
    const given = { status: answer.statusCode, contentType, text: answer.body }
    expect(answerFaults(operation, given), context).toEqual([])
    return answer
  }

  async function issued(): Promise<Issued> {
    const { id, code } = await offered(test.issuer, { callback: { uri: 'https://shop.example/told' } })
    const token = await tokenFor(test, code)
    await credentialFor(test, token, await proofOfKey(test, newKey()))
    const answer = await send(named('GET /openid4vc/credentials'), { query: `?sessionId=${id}` })
    const [credential] = answer.json<{ id: string; statusLists: { uri: string; index: number }[] }[]>()
    const [place] = credential?.statusLists ?? []
    if (credential === undefined || place === undefined) throw new Error('no credential with a status')
    const deferred = await offered(test.issuer, {
      credentials: [{ configurationId, claims, deferred: true }],
    })
    return {
      token,
      deferredId: deferred.id,
      sessionId: id,
      credentialId: credential.id,
      statusListUri: place.uri,
      statusListIndex: place.index,
    }
  }

  /** Ids by the name of their parameter, and places of lists, which no example can know. */
  function withReal(operation: Operation, example: JsonValue | undefined, real: Issued): Asked {
    const ofSession = operation.path.endsWith('/deferred') ? real.deferredId : real.sessionId
    const id = operation.path.startsWith('/openid4vc/session/') ? ofSession : real.credentialId
    const { statusListUri, statusListIndex } = real
    const body =
      isJsonObject(example) && 'statusListUri' in example
        ? { ...example, statusListUri, statusListIndex }
        : example
    return { path: { id }, body }
  }

  it('has every operation', () => {
    expect(operations).toHaveLength(51)
  })

  it('says of every operation what it answers, well and badly', () => {
    for (const operation of operations) {
      const statuses = statusesOf(operation)
      const hasStatus = (from: number) => statuses.some((status) => status >= from && status < from + 100)
      expect(hasStatus(200), operation.name).toBe(true)
      // A published document is there for everybody, whatever is asked.
      if (!isTagged(operation, 'metadata')) expect(hasStatus(400), operation.name).toBe(true)
    }
  })

  it('has an example for every body that is read or answered, and one that fits its schema', () => {
    // Bytes and links have none.
    const without = / as (application\/statuslist\+cwt|application\/jwt|text\/plain)$/
    expect(operations.flatMap(gapsOf).filter((gap) => !without.test(gap))).toEqual([])
    // The nonce endpoint reads no body (OpenID4VCI §7.1), nor does that of challenges.
    const bodiless = ['POST /nonce', 'POST /challenge']
    const readers = operations.filter(
      ({ method, name }) => !['GET', 'DELETE'].includes(method) && !bodiless.includes(name),
    )
    for (const operation of readers) expect(operation.requestBody, operation.name).toBeDefined()
  })

  it('has examples of management calls that do what the document says', async () => {
    const real = await issued()
    for (const operation of operations.filter((one) => isTagged(one, 'management'))) {
      const { name } = operation
      if (name.endsWith('/events')) continue
      const query = name === 'GET /openid4vc/credentials' ? `?sessionId=${real.sessionId}` : ''
      for (const example of bodiesOf(operation)) {
        const asked = { ...withReal(operation, example as JsonValue | undefined, real), query }
        for (const accept of ['*/*', 'application/json']) {
          const answer = await answerTo(operation, { ...asked, headers: { accept } })
          expect(answer.statusCode, `${name}: ${answer.body}`).toBe(200)
        }
      }
    }
  })

  it('says what wallets are answered', async () => {
    const { id, code } = await offered(test.issuer)
    const offer = await answerTo(named('GET /credentialOffer'), { query: `?id=${id}` })
    expect(offer.statusCode).toBe(200)
    const tokenRequest = { ...firstExample(named('POST /token')), 'pre-authorized_code': code }
    const token = await answerTo(named('POST /token'), { body: tokenRequest })
    expect(token.statusCode).toBe(200)
    const nonce = (await answerTo(named('POST /nonce'))).json<{ c_nonce: string }>().c_nonce
    const credential = await answerTo(named('POST /credential'), {
      headers: { authorization: `Bearer ${token.json<{ access_token: string }>().access_token}` },
      body: {
        ...firstExample(named('POST /credential')),
        proofs: { jwt: [await proofOfKey(test, newKey(), nonce)] },
      },
    })
    expect(credential.statusCode).toBe(200)
    const told = await answerTo(named('POST /notification'), {
      headers: { authorization: `Bearer ${token.json<{ access_token: string }>().access_token}` },
      body: {
        ...firstExample(named('POST /notification')),
        notification_id: credential.json<{ notification_id: string }>().notification_id,
      },
    })
    expect(told.statusCode).toBe(204)
    for (const operation of operations.filter((one) => isTagged(one, 'metadata'))) {
      const published = await answerTo(operation)
      expect(formsOf(operation, 200).flatMap(([, media]) => examplesOf(media))).toEqual([published.json()])
    }
  })

  it('says how lists and events are answered', async () => {
    const { sessionId, statusListUri } = await issued()
    const listId = statusListUri.split('/').at(-1) ?? ''
    const list = named('GET /status/token/{listId}')
    for (const accept of ['application/statuslist+jwt', 'application/statuslist+cwt']) {
      const answer = await answerTo(list, { path: { listId }, headers: { accept } })
      expect(answer.statusCode).toBe(200)
    }
    // The stream ends with the token where the wallet tells nothing.
    test.clock.now += 300
    const events = await answerTo(named('GET /openid4vc/session/{id}/events'), { path: { id: sessionId } })
    expect(events.statusCode).toBe(200)
  })

  it('refuses as its examples show', async () => {
    const real = await issued()
    const path = { id: real.credentialId }
    const change = named('POST /openid4vc/credentials/{id}/status')
    const list = named('GET /status/token/{listId}')
    const listId = real.statusListUri.split('/').at(-1) ?? ''
    const { given_name: _, ...incomplete } = firstExample(named('POST /openid4vc/sdjwt/issue'))[
      'credentialData'
    ] as JsonObject
    const credential = named('POST /credential')
    const refused: readonly (readonly [Operation, number, Asked])[] = [
      [
        named('POST /openid4vc/sdjwt/issue'),
        400,
        { body: { ...firstExample(named('POST /openid4vc/sdjwt/issue')), credentialData: incomplete } },
      ],
      [named('GET /openid4vc/session/{id}'), 404, {}],
      [named('GET /openid4vc/session/{id}/events'), 404, {}],
      [named('GET /openid4vc/credentials/{id}'), 404, {}],
      [named('GET /openid4vc/credentials'), 400, {}],
      [change, 404, { body: { status: 'valid' } }],
      [change, 400, { path, body: { status: 'deleted' } }],
      [named('GET /credentialOffer'), 404, { query: '?id=nobody-has-this-id' }],
      [named('GET /credentialOffer'), 400, {}],
      [named('POST /token'), 400, { body: firstExample(named('POST /token')) }],
      [credential, 401, { body: firstExample(credential) }],
      [named('POST /notification'), 401, { body: firstExample(named('POST /notification')) }],
      [
        named('POST /notification'),
        400,
        {
          body: firstExample(named('POST /notification')),
          headers: { authorization: `Bearer ${real.token}` },
        },
      ],
      [named('POST /nonce'), 415, { headers: { 'content-type': 'text/html' }, body: 'x' }],
      [list, 400, { path: { listId: 'x' } }],
      [list, 404, { path: { listId: 'A'.repeat(22) } }],
      [list, 406, { path: { listId }, headers: { accept: 'application/json' } }],
      [list, 501, { path: { listId }, query: '?time=1' }],
      [
        named('POST /onboard/issuer'),
        400,
        { body: { ...firstExample(named('POST /onboard/issuer')), key: { keyType: 'P-256' } } },
      ],
    ]
    for (const [operation, status, asked] of refused) await expectExample(operation, status, asked)
    await send(change, { path, body: { status: 'revoked' } })
    await expectExample(change, 409, { path, body: { status: 'valid' } })
  })

  it('refuses pages of other sites and other kinds of body as its examples show', async () => {
    for (const operation of operations) {
      if (isTagged(operation, 'management'))
        await expectExample(operation, 403, { headers: { origin: 'https://elsewhere.example' } })
      if (operation.requestBody !== undefined)
        await expectExample(operation, 415, { headers: { 'content-type': 'text/html' }, body: 'x' })
    }
  })

  function firstExample(operation: Operation): JsonObject {
    const example = bodiesOf(operation)[0] as JsonValue | undefined
    if (!isJsonObject(example)) throw new Error(`${operation.name} has no example`)
    return example
  }

  /** To the word, but for the id of the request. */
  async function expectExample(operation: Operation, status: number, asked: Asked): Promise<void> {
    const answer = await answerTo(operation, asked)
    const context = `${operation.name}: ${answer.body}`
    expect(answer.statusCode, context).toBe(status)
    const [example] = formsOf(operation, status).flatMap(([, media]) => examplesOf(media))
    const { correlationId: _, ...told } = answer.json<Record<string, unknown>>()
    const { correlationId: __, ...shown } = isJsonObject(example) ? example : {}
    expect(told, context).toEqual(shown)
  }
})

describe('the key types of the document', () => {
  it('are those that are made', () => {
    expect([...KEY_TYPES]).toEqual([...keyTypes])
  })
})
