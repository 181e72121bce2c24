import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { type FaultyServer, startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import { readVerification } from '../response/look-again.ts'
import { receivePresentation } from '../response/receive-presentation.ts'
import { answerTo, heldCredential, query, started, testVerifier } from '../testing/verifier.testing.ts'
import { findPolicyMistake } from './judge-policies.ts'
import { policiesAsking } from './policy-list.ts'

/** A service of the relying party, as a test wants it to be. */
interface Hook extends FaultyServer {
  readonly heard: { readonly headers: Readonly<Record<string, unknown>>; readonly body: string }[]
}

const says = { status: 200 }
let hook: Hook
const remote = createRemote({ allowHttp: true, allowPrivateAddresses: true })

beforeEach(async () => {
  says.status = 200
  const heard: Hook['heard'] = []
  const server = await startFaultyServer(async ({ body, headers }) => {
    heard.push({ body, headers })
    return { status: says.status, body: '{}', headers: { location: 'http://localhost:9/elsewhere' } }
  })
  hook = { ...server, heard }
})
afterEach(() => hook.close())

async function presented(args: unknown, asking = remote) {
  const test = await testVerifier(undefined, { policies: policiesAsking(asking) })
  const session = await started(test.verifier, { policies: [{ policy: 'webhook', args }] })
  const form = await answerTo(session, await heldCredential(test), test.clock.now)
  const taken = await receivePresentation(test.verifier, session.id, form)
  const read = () => readVerification(test.verifier, session.id)
  return { ...test, taken, id: session.id, read, session: await read() }
}

type Session = Awaited<ReturnType<typeof presented>>['session']

function saidOfPolicy(session: Session) {
  if (session === undefined || !('checks' in session)) return undefined
  return session.checks.find(({ name }) => name === 'policy')
}

describe('a webhook', () => {
  it('is told what was disclosed and which session it is, and nothing that was not', async () => {
    const { id, session } = await presented(`${hook.url}/hook`)
    expect(session?.state).toBe('verified')
    expect(hook.asked).toEqual(['/hook'])
    expect(JSON.parse(hook.heard[0]?.body ?? '')).toMatchObject({
      sessionId: id,
      credentials: [{ queryId: 'id', format: 'dc+sd-jwt', claims: { given_name: 'Ada' } }],
    })
    expect(hook.heard[0]?.body).not.toContain('Example')
    expect(hook.heard[0]?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    [{ bearerauth_token: 'token-1' }, 'Bearer token-1'],
    [{ basicauth_username: 'a', basicauth_password: 'b:c' }, `Basic ${btoa('a:b:c')}`],
  ])('is asked with %j, which no result shows', async (secrets, authorization) => {
    const { session, verifier } = await presented({ url: hook.url, ...secrets })
    expect(hook.heard[0]?.headers).toMatchObject({ authorization })
    if (session === undefined) throw new Error('the session is not there')
    const shown = JSON.stringify(sessionView(session, verifier.policies, 'en'))
    expect(shown).toContain(hook.url)
    for (const secret of ['token-1', 'b:c']) expect(shown).not.toContain(secret)
  })

  it.each([
    [200, 'verified'],
    [204, 'verified'],
    [400, 'rejected'],
    [403, 'rejected'],
    [404, 'rejected'],
    [409, 'rejected'],
    // None of these is an answer to the question.
    [302, 'answered'],
    [408, 'answered'],
    [429, 'answered'],
    [500, 'answered'],
    [503, 'answered'],
  ])('that answers %i: %s', async (status, state) => {
    says.status = status
    const { session } = await presented(hook.url)
    expect(session?.state).toBe(state)
    expect(hook.asked.length).toBeGreaterThan(0)
    expect(hook.asked).not.toContain('/elsewhere')
  })

  it('that is away is asked again, and the answer is not lost meanwhile', async () => {
    says.status = 500
    const { clock, read, taken } = await presented(hook.url)
    expect(taken).toMatchObject({ ok: true })
    says.status = 200
    clock.now += 1
    const later = await read()
    expect(later?.state).toBe('verified')
    const sessions = hook.heard.map(({ body }) => JSON.parse(body).sessionId)
    expect(new Set(sessions).size).toBe(1)
  })

  it('that breaks off is not taken for one that said yes', async () => {
    hook.failNext('/', 'after', 10)
    const { session } = await presented(hook.url)
    expect(session?.state).toBe('answered')
  })

  it('that is still away at the end leaves the verification undecided in its favour by nobody', async () => {
    says.status = 500
    const { clock, read } = await presented(hook.url)
    clock.now += 301
    expect(saidOfPolicy(await read())).toMatchObject({
      outcome: 'undetermined',
      detail: 'webhook_unreachable',
    })
  })

  it('is not asked where another check has failed', async () => {
    const test = await testVerifier(undefined, { policies: policiesAsking(remote) })
    const [asked] = query.credentials
    const grace = [{ path: ['given_name'], values: ['Grace'] }]
    const session = await started(test.verifier, {
      dcqlQuery: { credentials: [{ ...asked, claims: grace }] },
      policies: [{ policy: 'webhook', args: hook.url }],
    })
    const held = await heldCredential(test)
    await receivePresentation(test.verifier, session.id, await answerTo(session, held, test.clock.now))
    expect(await readVerification(test.verifier, session.id)).toMatchObject({ state: 'rejected' })
    expect(hook.asked).toEqual([])
  })

  it('in a private network is not asked where the service may not go there', async () => {
    const { session } = await presented(hook.url, createRemote({ allowHttp: true }))
    expect(session?.state).toBe('answered')
    expect(hook.asked).toEqual([])
  })

  it.each([
    undefined,
    7,
    'hook',
    'ftp://shop.example/hook',
    'https://user:password@shop.example/',
    'https://shop.example/two words',
    {},
    { url: 'https://shop.example', method: 'GET' },
    { url: 'https://shop.example', bearerauth_token: 'two\nlines' },
    { url: 'https://shop.example', bearerauth_token: 'a', basicauth_username: 'b', basicauth_password: 'c' },
    { url: 'https://shop.example', basicauth_username: 'b' },
    { url: 'https://shop.example', basicauth_username: 'a:b', basicauth_password: 'c' },
  ])('is refused when the session is made: %j', async (args) => {
    const mistake = await findPolicyMistake(policiesAsking(remote), [{ policy: 'webhook', args }])
    expect(mistake).toMatchObject({ code: 'policy_arguments', policy: 'webhook' })
  })
})
