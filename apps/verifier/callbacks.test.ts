/** What a relying party is told, when, and what lies where meanwhile: on memory stores, with the verifier's own look at what is due. */
import type { CheckOutcome } from '@countersign/credential/contract/checks'
import { newKey } from '@countersign/testing/people/keys'
import { type Receiver, receiver } from '@countersign/testing/told-callbacks'
import { beforeEach, describe, expect, it } from 'vitest'
import { verifierService } from './build.ts'
import { serveRequest } from './request/serve-request.ts'
import { startVerification } from './request/start-verification.ts'
import { forgetVerification } from './response/forget-verification.ts'
import { readVerification } from './response/look-again.ts'
import { receivePresentation } from './response/receive-presentation.ts'
import {
  answerTo,
  heldCredential,
  query,
  started,
  type TestVerifier,
  testVerifier,
} from './testing/verifier.testing.ts'

const uri = 'https://shop.example/told/$id'
const log = { info: () => undefined, warn: () => undefined }

let test: TestVerifier
let told: Receiver
let status: { outcome: CheckOutcome }
beforeEach(async () => {
  told = receiver()
  status = { outcome: 'passed' }
  test = await testVerifier(undefined, {
    callbacks: told.callbacks,
    checkStatus: async () => ({ name: 'status', outcome: status.outcome }),
  })
})

/** Looks at whatever is due, as an instance does once a second. */
async function work(): Promise<void> {
  const { dueWork } = verifierService(test.verifier)
  if (dueWork === undefined) throw new Error('nobody looks')
  for (const lease of await dueWork.due.lease(10, 20_000))
    await dueWork.due.done(lease, await dueWork.look(lease.id, log, lease))
}

const bodies = () =>
  told.told.map(
    ({ body }) =>
      JSON.parse(body) as { state: string; verificationResult?: boolean; event: { type: string } },
  )
const events = () => bodies().map(({ event }) => event.type)

async function answered(more: Parameters<typeof started>[1] = {}) {
  const session = await started(test.verifier, { callback: { uri, apiKey: 'key' }, ...more })
  const form = await answerTo(session, await heldCredential(test), test.clock.now)
  const taken = await receivePresentation(test.verifier, session.id, form)
  if (!taken.ok) throw new Error(taken.error.code)
  return { id: session.id, form, session: taken.value.session }
}

/** Of the session and of its result, in the store. */
async function kept(id: string, hash: string | undefined) {
  const result = test.engine.sessions('verification-result')
  return {
    session: (await test.engine.sessions('verification').get(id)) !== undefined,
    claims: (await result.get(`${id}.${hash}`)) !== undefined,
    names: (await result.get(`${id}.${hash}.n`)) !== undefined,
  }
}

describe('a relying party that wants to be told', () => {
  it('is told of every event once, in order, with the session as it is, and of nothing that it did itself', async () => {
    const session = await started(test.verifier, { callback: { uri, apiKey: 'key' } })
    await work()
    expect(told.told).toEqual([])
    await serveRequest(test.verifier, session.id)
    await work()
    const form = await answerTo(session, await heldCredential(test), test.clock.now)
    await receivePresentation(test.verifier, session.id, form)
    await work()
    await work()
    expect(events()).toEqual(['requested', 'verified'])
    expect(told.told.map(({ id, uri: to, apiKey }) => [id, to, apiKey])).toEqual(
      [2, 3].map((sequence) => [`${session.id}.${sequence}`, uri.replace('$id', session.id), 'key']),
    )
    expect(bodies()[0]).not.toHaveProperty('verificationResult')
    expect(bodies()[1]).toMatchObject({
      id: session.id,
      state: 'verified',
      verificationResult: true,
      policyResults: { policiesFailed: 0 },
      credentials: [{ queryId: 'id', claims: { given_name: 'Ada' } }],
      event: { sequence: 3, type: 'verified' },
    })
    expect(JSON.stringify(bodies())).not.toContain('shop.example')
  })

  it('is told of the end of the time though nobody reads the session', async () => {
    const session = await started(test.verifier, { callback: { uri } })
    test.clock.now = session.expiresAt
    await work()
    await work()
    expect(events()).toEqual(['expired'])
    expect(bodies()[0]).toMatchObject({ state: 'expired', verificationResult: false })
  })

  it('is told of strangers, of what is taken, and of what was found out later', async () => {
    const stranger = await heldCredential(test, { signer: newKey() })
    const session = await started(test.verifier, { callback: { uri } })
    await receivePresentation(test.verifier, session.id, await answerTo(session, stranger, test.clock.now))
    status.outcome = 'undetermined'
    const form = await answerTo(session, await heldCredential(test), test.clock.now)
    await receivePresentation(test.verifier, session.id, form)
    await work()
    expect(events()).toEqual(['attempted', 'answered'])
    expect(JSON.stringify(bodies())).not.toContain('Ada')
    status.outcome = 'failed'
    test.clock.now += 5
    await work()
    await work()
    expect(events()).toEqual(['attempted', 'answered', 'rejected'])
    expect(JSON.stringify(bodies())).not.toContain('Ada')
  })

  it('that is away is told of all of it when it is back, and of nothing twice', async () => {
    told.answer = { outcome: 'failed', reason: 'timeout' }
    await answered()
    await work()
    for (let at = 0; at < 10; at += 1) {
      test.clock.now += 10
      await work()
    }
    const tries = told.told.length
    expect(tries).toBeGreaterThan(2)
    expect(new Set(told.told.map(({ id }) => id)).size).toBe(1)
    told.answer = { outcome: 'taken' }
    test.clock.now += 60
    await work()
    test.clock.now += 60
    await work()
    expect(told.told).toHaveLength(tries + 1)
  })

  it('is found by its caller who comes again with an id that exists: the entry is there again', async () => {
    const id = 'order-4711-zP3kQ9wXyZ123456'
    await started(test.verifier, { id, callback: { uri } })
    for (const lease of await test.verifier.due.lease(10, 1000)) await test.verifier.due.done(lease)
    const again = {
      id,
      callback: { uri },
      dcqlQuery: query,
      policies: [],
      authorizeBaseUrl: 'openid4vp://authorize',
    }
    expect(await startVerification(test.verifier, again)).toMatchObject({
      ok: false,
      error: { code: 'session_exists' },
    })
    test.clock.now += 86_400
    await work()
    expect(events()).toEqual(['expired'])
  })

  it('cannot be at an address that is never asked', async () => {
    const callbacks = { ...told.callbacks, judge: () => 'url_not_allowed' as const }
    const request = {
      callback: { uri },
      dcqlQuery: query,
      policies: [],
      authorizeBaseUrl: 'openid4vp://authorize',
    }
    expect(await startVerification({ ...test.verifier, callbacks }, request)).toEqual({
      ok: false,
      error: { code: 'callback_not_allowed', reason: 'url_not_allowed' },
    })
  })
})

describe('what is kept where somebody is told', () => {
  it('lives for a day longer without its claims, and nobody reads it then', async () => {
    const { form, id, session } = await answered()
    const hash = session.answer?.hash
    expect(await kept(id, hash)).toEqual({ session: true, claims: true, names: false })
    expect(await readVerification(test.verifier, id)).toMatchObject({
      state: 'verified',
      credentials: [{ claims: { given_name: 'Ada' } }],
    })
    test.clock.now = session.expiresAt + test.verifier.limits.resultRetentionSeconds
    expect(await kept(id, hash)).toEqual({ session: true, claims: false, names: false })
    expect(await readVerification(test.verifier, id)).toBeUndefined()
    await work()
    expect(bodies().at(-1)).toMatchObject({ state: 'verified', verificationResult: true, credentials: [] })
    const remains = JSON.stringify((await test.verifier.sessions.get(id))?.value)
    const gone = { ok: false, error: { code: 'session_unknown' } }
    expect(await serveRequest(test.verifier, id)).toEqual(gone)
    expect(await receivePresentation(test.verifier, id, form)).toEqual(gone)
    expect(remains).toContain('"outcome":"passed"')
    expect(remains).not.toMatch(/given_name|identity-credential|Ada|Test CA/)
    test.clock.now += 86_400
    expect(await kept(id, hash)).toEqual({ session: false, claims: false, names: false })
  })

  it('has no claims any more once what was missing speaks against it', async () => {
    status.outcome = 'undetermined'
    const { id, session } = await answered()
    expect(await kept(id, session.answer?.hash)).toEqual({ session: true, claims: true, names: false })
    status.outcome = 'failed'
    test.clock.now += 2
    expect(await readVerification(test.verifier, id)).toMatchObject({
      state: 'rejected',
      credentials: [{ queryId: 'id' }],
    })
    expect(await kept(id, session.answer?.hash)).toEqual({ session: true, claims: false, names: true })
  })

  it('is of the answer that was first, where two come at once', async () => {
    const session = await started(test.verifier, { callback: { uri } })
    const forms = await Promise.all(
      ['Ada', 'Grace'].map(async (name) =>
        answerTo(
          session,
          await heldCredential(test, { claims: { given_name: name, family_name: 'X' } }),
          test.clock.now,
        ),
      ),
    )
    const answers = await Promise.all(
      forms.map((form) => receivePresentation(test.verifier, session.id, form)),
    )
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    const found = await readVerification(test.verifier, session.id)
    const name = answers[0]?.ok ? 'Ada' : 'Grace'
    expect(found).toMatchObject({ state: 'verified', credentials: [{ claims: { given_name: name } }] })
    const result = test.engine.sessions('verification-result')
    for (const form of forms) {
      const lost = await receivePresentation(test.verifier, session.id, form)
      expect(lost.ok).toBe(form === forms[answers[0]?.ok ? 0 : 1])
    }
    expect(await result.get(`${session.id}.${found?.answer?.hash}`)).toBeDefined()
  })

  it.each([
    ['with a callback', { callback: { uri } }],
    ['with its presentations', { keepPresentations: true }],
    ['as usual', { callback: undefined }],
  ])(
    '%s is gone from every place when it is forgotten, and an answer that is under way leaves nothing',
    async (_, more) => {
      const { id, session } = await answered(more)
      expect(await forgetVerification(test.verifier, id)).toBe(true)
      expect(await kept(id, session.answer?.hash)).toEqual({ session: false, claims: false, names: false })
      expect(await forgetVerification(test.verifier, id)).toBe(false)

      const open = await started(test.verifier, more)
      const form = await answerTo(open, await heldCredential(test), test.clock.now)
      const found = await test.verifier.sessions.get(open.id)
      await forgetVerification(test.verifier, open.id)
      expect(await receivePresentation(test.verifier, open.id, form, { known: found })).toMatchObject({
        ok: false,
        error: { code: 'session_unknown' },
      })
      expect(await kept(open.id, session.answer?.hash)).toEqual({
        session: false,
        claims: false,
        names: false,
      })
    },
  )

  it('has the presentations as they came, where that was asked for alone', async () => {
    const { id, form } = await answered({ callback: undefined, keepPresentations: true })
    const [raw] = (JSON.parse(form['vp_token'] ?? '') as { id: string[] }).id
    expect(await readVerification(test.verifier, id)).toMatchObject({ credentials: [{ presentation: raw }] })
    const other = await answered()
    const found = await readVerification(test.verifier, other.id)
    expect(JSON.stringify(found)).not.toContain('presentation"')
  })
})

describe('a result that lies apart', () => {
  it('and that a step took away between two readings was of a session that is another by now', async () => {
    status.outcome = 'undetermined'
    const { id } = await answered()
    const { sessions } = test.verifier
    const before = await sessions.get(id)
    status.outcome = 'failed'
    test.clock.now += 2
    const [found] = await Promise.all([sessions.get(id), readVerification(test.verifier, id)])
    expect(['answered', 'rejected']).toContain(found?.value.state)
    expect(before?.value).toMatchObject({
      state: 'answered',
      credentials: [{ claims: { given_name: 'Ada' } }],
    })
    for (const read of [found, await sessions.get(id)])
      expect(read?.value).toMatchObject({ credentials: [{ queryId: 'id' }] })
  })
})
