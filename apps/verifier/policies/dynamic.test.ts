import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { type FaultyServer, startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import { startError } from '../http/wire.ts'
import { readVerification } from '../response/look-again.ts'
import { receivePresentation } from '../response/receive-presentation.ts'
import { answerTo, heldCredential, started, testVerifier } from '../testing/verifier.testing.ts'
import { dynamicPolicy } from './dynamic.ts'
import { findPolicyMistake } from './judge-policies.ts'
import { policiesAsking } from './policy-list.ts'

interface Heard {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** What the agent answers, as a test wants it; what the other party is asked is kept. */
interface Says {
  status: number
  body: string
  headers: Readonly<Record<string, string>>
  /** Where it is there, an answer waits for it. */
  until?: Promise<void>
}

const ALLOW = '/v1/data/vc/verification/adults'
let says: Says
let heard: Heard[]
let agent: FaultyServer
const remote = createRemote({ allowHttp: true, allowPrivateAddresses: true })

beforeEach(async () => {
  says = { status: 200, body: '{"result":true}', headers: {} }
  heard = []
  agent = await startFaultyServer(async (request) => {
    heard.push(request)
    await says.until
    return says
  })
})
afterEach(() => agent.close())

const argsOf = (more: object = {}) => ({ opa_server: agent.url, policy_name: 'adults', ...more })

async function presented(more: object = {}, asking = remote) {
  const test = await testVerifier(undefined, { policies: policiesAsking(asking) })
  const args = argsOf(more)
  const session = await started(test.verifier, { policies: [{ policy: 'dynamic', args }] })
  const form = await answerTo(session, await heldCredential(test), test.clock.now)
  await receivePresentation(test.verifier, session.id, form)
  const read = () => readVerification(test.verifier, session.id)
  return { ...test, id: session.id, read, session: await read() }
}

type Session = Awaited<ReturnType<typeof presented>>['session']

function saidOfPolicy(session: Session) {
  if (session === undefined || !('checks' in session)) return undefined
  return session.checks.find(({ name }) => name === 'policy')
}

describe('an Open Policy Agent', () => {
  it('is asked for a decision about what was disclosed, and for nothing else', async () => {
    const { id, session } = await presented({ argument: { country: 'DE' } })
    expect(session?.state).toBe('verified')
    expect(agent.asked).toEqual([ALLOW])
    const [{ body, headers } = { body: '', headers: {} }] = heard
    expect(headers).toMatchObject({ 'content-type': 'application/json' })
    expect(headers).not.toHaveProperty('authorization')
    expect(JSON.parse(body)).toMatchObject({
      input: {
        parameter: { country: 'DE' },
        credentialData: { given_name: 'Ada' },
        queryId: 'id',
        format: 'dc+sd-jwt',
        type: 'urn:countersign:identity-credential:1',
        sessionId: id,
      },
    })
    expect(Object.keys(JSON.parse(body))).toEqual(['input'])
    expect(body).not.toContain('Example')
  })

  it.each([
    ['true', '{"result":true}', 'verified', undefined],
    ['a package that allows', '{"result":{"allow":true}}', 'verified', undefined],
    ['true, and what else OPA adds', '{"decision_id":"4ca6","result":true}', 'verified', undefined],
    ['false', '{"result":false}', 'rejected', 'opa_denied'],
    ['a package that does not allow', '{"result":{"allow":false}}', 'rejected', 'opa_denied'],
    ['undefined', '{}', 'rejected', 'opa_undefined'],
    ['undefined, with a warning', '{"warning":{"code":"api_usage_warning"}}', 'rejected', 'opa_undefined'],
    ['a package whose rules are undefined', '{"result":{}}', 'rejected', 'opa_undefined'],
    ['a package where something else is true', '{"result":{"stolen":true}}', 'rejected', 'opa_undefined'],
    ['a package where allow is deeper', '{"result":{"a":{"allow":true}}}', 'rejected', 'opa_undefined'],
    ['null', '{"result":null}', 'rejected', 'opa_undefined'],
    ['a text', '{"result":"true"}', 'rejected', 'opa_undefined'],
    ['a number', '{"result":1}', 'rejected', 'opa_undefined'],
    ['a list', '{"result":[true]}', 'rejected', 'opa_undefined'],
    ['a package that allows with a text', '{"result":{"allow":"yes"}}', 'rejected', 'opa_undefined'],
  ])('that answers %s (%s): %s', async (_name, body, state, detail) => {
    says.body = body
    const { session } = await presented()
    expect(session?.state).toBe(state)
    expect(saidOfPolicy(session)).toMatchObject({
      outcome: detail === undefined ? 'passed' : 'failed',
      ...(detail !== undefined && { detail }),
    })
    expect(agent.asked).toEqual([ALLOW])
  })

  it.each([
    ['an error of its own', { status: 500, body: '{"code":"internal_error"}' }],
    ['that the question cannot be read', { status: 400, body: '{"code":"invalid_parameter"}' }],
    ['that it knows nobody', { status: 401, body: '{"code":"unauthorized"}' }],
    ['that there is no such page', { status: 404, body: '{"result":true}' }],
    ['an error that says yes', { status: 500, body: '{"result":true}' }],
    ['another success than the one of OPA', { status: 202, body: '{"result":true}' }],
    ['a redirect', { status: 307, body: '{"result":true}' }],
    ['a page', { status: 200, body: '<html>true</html>', headers: { 'content-type': 'text/html' } }],
    ['nothing', { status: 200, body: '' }],
    ['half of an answer', { status: 200, body: '{"result":tr' }],
    ['a yes that is no answer', { status: 200, body: 'true' }],
    ['a list of answers', { status: 200, body: '[{"result":true}]' }],
    ['yes and no', { status: 200, body: '{"result":false,"result":true}' }],
    ['a prototype that says yes', { status: 200, body: '{"__proto__":{"result":true}}' }],
    ['too much', { status: 200, body: `{"result":true,"x":"${'x'.repeat(70_000)}"}` }],
    ['what is packed', { status: 200, body: '{"result":true}', headers: { 'content-encoding': 'gzip' } }],
  ])('that answers %s has said nothing', async (_name, answer) => {
    const headers = { location: 'http://localhost:9/elsewhere' }
    Object.assign(says, { headers, ...answer })
    const { session } = await presented()
    expect(session).toMatchObject({ state: 'answered', missing: [{ kind: 'policy' }] })
    expect(saidOfPolicy(session)).toMatchObject({ outcome: 'undetermined', detail: 'opa_unreachable' })
    expect(new Set(agent.asked)).toEqual(new Set([ALLOW]))
  })

  it('that breaks off has said nothing', async () => {
    agent.failNext(ALLOW, 'after', 10)
    const { session } = await presented()
    expect(session?.state).toBe('answered')
  })

  it('that answers too late has said nothing', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    says.until = promise
    const hurried = createRemote({ allowHttp: true, allowPrivateAddresses: true, timeoutMs: 100 })
    const { session } = await presented({}, hurried)
    resolve()
    expect(session?.state).toBe('answered')
    expect(agent.asked).not.toEqual([])
  })

  it('that is away is asked again, and the answer is not lost meanwhile', async () => {
    says.status = 500
    const { clock, read, session } = await presented()
    expect(session?.state).toBe('answered')
    says.status = 200
    clock.now += 1
    expect((await read())?.state).toBe('verified')
  })

  it('that is still away at the end has decided in favour of nobody', async () => {
    says.status = 500
    const { clock, read } = await presented()
    clock.now += 301
    const session = await read()
    expect(session?.state).toBe('undetermined')
    expect(saidOfPolicy(session)).toMatchObject({ outcome: 'undetermined', detail: 'opa_unreachable' })
  })

  it('in a private network is not asked where the service may not go there', async () => {
    const { session } = await presented({}, createRemote({ allowHttp: true }))
    expect(session?.state).toBe('answered')
    expect(agent.asked).toEqual([])
  })

  it.each([
    [{ bearerauth_token: 'key-1' }, 'Bearer key-1'],
    [{ basicauth_username: 'a', basicauth_password: 'b:c' }, `Basic ${btoa('a:b:c')}`],
  ])('is asked with %j, which no result shows', async (secrets, authorization) => {
    const argument = { apiKey: 'key-2' }
    const { session, verifier } = await presented({ ...secrets, argument })
    expect(heard[0]?.headers).toMatchObject({ authorization })
    expect(heard[0]?.body).toContain('key-2')
    if (session === undefined) throw new Error('the session is not there')
    for (const language of ['en', 'de'] as const) {
      const shown = JSON.stringify(sessionView(session, verifier.policies, language))
      expect(shown).toContain('adults')
      for (const secret of ['key-1', 'key-2', 'b:c']) expect(shown).not.toContain(secret)
    }
  })

  it.each([
    [{ policy_query: 'shop' }, '', '/v1/data/shop/adults'],
    [{ policy_query: 'a/b-c/d_1', policy_name: 'of age' }, '', '/v1/data/a/b-c/d_1/of%20age'],
    [{}, '/', ALLOW],
    [{}, '/tenants/7/', `/tenants/7${ALLOW}`],
  ])('with %j below %j is asked at %s', async (more, below, path) => {
    await presented({ ...more, opa_server: agent.url + below })
    expect(agent.asked).toEqual([path])
  })
})

describe('several credentials', () => {
  const yes = { status: 200, body: '{"result":true}' }
  const no = { status: 200, body: '{"result":false}' }
  const away = { status: 503, body: '' }

  it.each([
    [[], { outcome: 'passed' }],
    [[yes, yes], { outcome: 'passed' }],
    [[yes, no], { outcome: 'failed', detail: 'opa_denied' }],
    [[away, no], { outcome: 'failed', detail: 'opa_denied' }],
    [[yes, away], { outcome: 'undetermined', detail: 'opa_unreachable' }],
  ])('are asked about one by one: %j, %j', async (answers, verdict) => {
    const about: unknown[] = []
    const asked = dynamicPolicy({
      request: async ({ body = '', maxBytes }) => {
        expect(maxBytes).toBe(65_536)
        const { credentialData } = JSON.parse(body).input
        about.push(credentialData)
        const answer = answers[credentialData.at] ?? away
        return { ok: true, value: { ...answer, headers: {}, bytes: new Uint8Array() } }
      },
    })
    const credentials = answers.map((_, at) => ({ queryId: 'q', format: 'f', type: 't', claims: { at } }))
    expect(await asked.judge({ args: argsOf(), credentials, sessionId: 's', now: 0 })).toEqual(verdict)
    expect(about).toEqual(answers.map((_, at) => ({ at })))
  })
})

describe('what cannot be asked is refused when the session is made, by the name of what is wrong', () => {
  const good = { opa_server: 'https://opa.example', policy_name: 'adults' }
  const policies = policiesAsking(remote)
  const mistakeIn = (args: unknown) => findPolicyMistake(policies, [{ policy: 'dynamic', args }])

  it.each([
    good,
    { ...good, policy_query: 'vc/verification' },
    { ...good, argument: {} },
    { ...good, argument: { deep: { list: [1, true, null] } } },
  ])('but not %j', async (args) => {
    expect(await mistakeIn(args)).toBeUndefined()
  })

  const uploaded = /without rules \(asked is a rule that the server already has, none is uploaded\)/
  const refused: readonly (readonly [args: unknown, expected: RegExp])[] = [
    [undefined, /an object of opa_server, policy_name/],
    ['https://opa.example', /an object of opa_server/],
    [[good], /an object of opa_server/],
    [{ ...good, rules: { rego: 'package vc.verification.adults\nallow = true' } }, uploaded],
    [{ ...good, rules: { policy_url: 'https://rules.example/a.rego' } }, uploaded],
    [{ ...good, rules: {} }, uploaded],
    [{ ...good, rules: null }, uploaded],
    [{ ...good, opaServer: 'https://opa.example' }, /without opaServer/],
    [{ policy_name: 'adults' }, /whose opa_server is/],
    ...[
      7,
      null,
      'opa.example',
      'ftp://opa.example',
      'https://user:password@opa.example',
      'https://opa.example?tenant=1',
      'https://opa.example#a',
      'https://opa.example/two words',
      'https://[opa',
      `https://opa.example/${'a'.repeat(1000)}`,
    ].map((server) => [{ ...good, opa_server: server }, /whose opa_server is/] as const),
    [{ opa_server: 'https://opa.example' }, /whose policy_name is/],
    ...[7, null, '', '..', 'a/b', 'a.b', '%2e%2e', 'a?b', 'a#b', 'a\nb', 'ä', 'a'.repeat(65)].map(
      (name) => [{ ...good, policy_name: name }, /whose policy_name is/] as const,
    ),
    ...[
      7,
      null,
      '',
      '/',
      'a/',
      '/a',
      'a//b',
      '../policies',
      'a/../b',
      'a?b',
      'data.a',
      `a${'/a'.repeat(10)}`,
    ].map((query) => [{ ...good, policy_query: query }, /whose policy_query is/] as const),
    ...[7, null, 'a', [], { a: 'a'.repeat(20_000) }].map(
      (argument) => [{ ...good, argument }, /whose argument is/] as const,
    ),
    [{ ...good, bearerauth_token: 'two\nlines' }, /with bearerauth_token/],
    [{ ...good, bearerauth_token: 'a', basicauth_username: 'b', basicauth_password: 'c' }, /bearerauth/],
    [{ ...good, basicauth_username: 'b' }, /basicauth_username/],
  ]
  it.each(refused)('%j', async (args, expected) => {
    const mistake = await mistakeIn(args)
    if (mistake === undefined) throw new Error('it was taken')
    expect(mistake.code).toBe('policy_arguments')
    const { message, status } = startError(mistake)
    expect([status, message]).toEqual([400, expect.stringMatching(expected)])
    expect(message).toMatch(/^The policy dynamic takes an object .* as args$/)
  })

  it('and names no secret', async () => {
    const mistake = await mistakeIn({ ...good, bearerauth_token: 'ä-key-1', argument: { apiKey: 'key-2' } })
    expect(JSON.stringify(mistake)).not.toMatch(/key-/)
  })
})
