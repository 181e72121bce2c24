import type { Check } from '@countersign/credential/contract/checks'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { sessionView } from '../http/session-view.ts'
import {
  answerTo,
  heldCredential,
  started,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'
import { look, readVerification } from './look-again.ts'
import { receivePresentation } from './receive-presentation.ts'
import { takeReturn } from './take-return.ts'

const ways = {
  successRedirectUri: 'https://shop.example/done?order=1#top',
  errorRedirectUri: 'https://shop.example/failed/$id',
}
const REQUIRED = { ...ways, sameDevice: 'required' } as const

type Form = Readonly<Record<string, string>>

/** What the wallet heard. */
async function send({ verifier }: TestVerifier, id: string, form: Form) {
  const received = await receivePresentation(verifier, id, form)
  if (!received.ok) throw new Error(received.error.code)
  return received.value
}

function codeIn(address: string | undefined): string {
  return new URL(address ?? '').searchParams.get('response_code') ?? ''
}

async function goodAnswer(test: TestVerifier, session: VerificationSession): Promise<Form> {
  return answerTo(session, await heldCredential(test), test.clock.now)
}

async function strangersAnswer(test: TestVerifier, session: VerificationSession): Promise<Form> {
  return answerTo(session, await heldCredential(test, { signer: newKey() }), test.clock.now)
}

const declines = (session: VerificationSession, error = 'access_denied'): Form => ({
  state: session.id,
  error,
})

async function viewOf({ verifier }: TestVerifier, id: string) {
  const session = await readVerification(verifier, id)
  if (session === undefined) throw new Error('gone')
  return sessionView(session, verifier.policies)
}

const bring = ({ verifier }: TestVerifier, id: string, code: string) => takeReturn(verifier, id, code)

describe('the way on of a wallet', () => {
  it('has a response code, whatever became of its answer, and the same for the same answer', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, ways)
    const strange = await strangersAnswer(test, session)
    const heard = [
      await send(test, session.id, declines(session)),
      await send(test, session.id, declines(session, 'invalid_request')),
      await send(test, session.id, strange),
      await send(test, session.id, declines(session)),
      await send(test, session.id, strange),
    ]
    const form = await goodAnswer(test, session)
    const taken = [await send(test, session.id, form), await send(test, session.id, form)]
    expect(heard.map(({ reply }) => reply)).toEqual(['noted', 'noted', 'refused', 'noted', 'refused'])
    for (const { redirectUri } of heard)
      expect(redirectUri).toMatch(`https://shop.example/failed/${session.id}?response_code=`)
    for (const { redirectUri } of taken)
      expect(redirectUri).toMatch(/^https:\/\/shop\.example\/done\?order=1&response_code=[\w-]{43}#top$/)
    const codes = [...heard, ...taken].map(({ redirectUri }) => codeIn(redirectUri))
    const [first, , third, , , sixth] = codes
    expect([codes[3], codes[4], codes[6]]).toEqual([first, third, sixth])
    expect(new Set(codes).size).toBe(4)
  })

  it('is none where the relying party named no place', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    expect((await send(test, session.id, declines(session))).redirectUri).toBeUndefined()
    expect((await send(test, session.id, await goodAnswer(test, session))).redirectUri).toBeUndefined()
  })

  it('is not to be read in what is kept', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, ways)
    const declined = await send(test, session.id, declines(session))
    const taken = await send(test, session.id, await goodAnswer(test, session))
    const kept = JSON.stringify(await test.verifier.sessions.get(session.id))
    for (const { redirectUri } of [declined, taken]) expect(kept).not.toContain(codeIn(redirectUri))
  })
})

describe('the return of the browser, where it is required', () => {
  it('comes before any result: no claims and no checks meanwhile, for whoever reads and looks', async () => {
    const test = await testVerifier()
    const { id, ...session } = await started(test.verifier, REQUIRED)
    const form = await goodAnswer(test, { id, ...session } as VerificationSession)
    const { redirectUri, reply } = await send(test, id, form)
    expect(reply).toBe('taken')
    await look(test.verifier, id)
    const waiting = await viewOf(test, id)
    expect(waiting).toMatchObject({
      state: 'answered',
      returned: false,
      missing: [{ name: 'same_device', detail: 'not_returned' }],
    })
    expect(JSON.stringify(waiting)).not.toMatch(/Ada|verificationResult|policyResults|"checks"/)
    expect(await bring(test, id, codeIn(redirectUri))).toMatchObject({ value: { state: 'verified' } })
    expect(await viewOf(test, id)).toMatchObject({
      state: 'verified',
      returned: true,
      verificationResult: true,
      credentials: [{ claims: { given_name: 'Ada' } }],
    })
  })

  it('comes before a refusal too, of which the wallet alone knows', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, REQUIRED)
    const less = await answerTo(session, await heldCredential(test), test.clock.now, { disclose: [] })
    const { redirectUri, reply } = await send(test, session.id, less)
    expect(reply).toBe('refused')
    const waiting = await viewOf(test, session.id)
    expect(waiting).toMatchObject({ state: 'answered', missing: [{ name: 'same_device' }] })
    expect(waiting).not.toHaveProperty('verificationResult')
    const returned = await bring(test, session.id, codeIn(redirectUri))
    expect(returned).toMatchObject({ value: { state: 'rejected' } })
    expect((await send(test, session.id, less)).redirectUri).toBe(redirectUri)
  })

  it('that does not come in time rejects, though nobody reads', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, REQUIRED)
    const { redirectUri } = await send(test, session.id, await goodAnswer(test, session))
    expect(await look(test.verifier, session.id)).toBe(300_000)
    test.clock.now = session.expiresAt
    expect(await look(test.verifier, session.id)).toBeUndefined()
    const ended = await viewOf(test, session.id)
    expect(ended).toMatchObject({ state: 'rejected', verificationResult: false, returned: false })
    expect(ended).toHaveProperty(
      'checks',
      expect.arrayContaining([
        expect.objectContaining({ name: 'same_device', outcome: 'failed', detail: 'not_returned' }),
      ]),
    )
    expect(JSON.stringify(ended)).not.toContain('"Ada"')
    expect(await bring(test, session.id, codeIn(redirectUri))).toMatchObject({
      error: { code: 'returned_too_late' },
    })
  })

  it('that comes in the moment when the time is over is too late, and the end is written', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, REQUIRED)
    const { redirectUri } = await send(test, session.id, await goodAnswer(test, session))
    test.clock.now = session.expiresAt
    expect(await bring(test, session.id, codeIn(redirectUri))).toMatchObject({
      error: { code: 'returned_too_late' },
    })
    expect((await test.verifier.sessions.get(session.id))?.value.state).toBe('rejected')
  })

  it('is waited for beside a status that is away', async () => {
    let status: Check = { name: 'status', outcome: 'undetermined', detail: 'list_unreachable' }
    const test = await testVerifier(undefined, { checkStatus: async () => status })
    const session = await started(test.verifier, REQUIRED)
    const { redirectUri } = await send(test, session.id, await goodAnswer(test, session))
    expect(await viewOf(test, session.id)).toMatchObject({
      missing: [{ name: 'status' }, { name: 'same_device' }],
    })
    status = { name: 'status', outcome: 'passed' }
    test.clock.now += 1
    expect(await viewOf(test, session.id)).toMatchObject({ missing: [{ name: 'same_device' }] })
    const { version } = (await test.verifier.sessions.get(session.id)) ?? {}
    test.clock.now += 1
    await viewOf(test, session.id)
    // Nobody can look for a browser.
    expect((await test.verifier.sessions.get(session.id))?.version).toBe(version)
    expect(await bring(test, session.id, codeIn(redirectUri))).toMatchObject({ value: { state: 'verified' } })
  })
})

describe('a response code', () => {
  it('is exchanged once, by one of twenty at once', async () => {
    const test = await testVerifier()
    for (const settings of [ways, REQUIRED]) {
      const session = await started(test.verifier, settings)
      const { redirectUri } = await send(test, session.id, await goodAnswer(test, session))
      const tries = Array.from({ length: 20 }, () => bring(test, session.id, codeIn(redirectUri)))
      const outcomes = (await Promise.all(tries)).map((one) => (one.ok ? one.value.state : one.error.code))
      expect(outcomes.filter((one) => one === 'verified')).toHaveLength(1)
      expect(outcomes.filter((one) => one === 'already_returned')).toHaveLength(19)
    }
  })

  it('is known to be back where the result was there before', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, ways)
    const { redirectUri } = await send(test, session.id, await goodAnswer(test, session))
    expect(await viewOf(test, session.id)).toMatchObject({ state: 'verified', returned: false })
    test.clock.now = session.expiresAt + 60
    await bring(test, session.id, codeIn(redirectUri))
    expect(await viewOf(test, session.id)).toMatchObject({ state: 'verified', returned: true })
  })

  it('of another session, or of none, is refused and changes nothing', async () => {
    const test = await testVerifier()
    const [session, other] = [await started(test.verifier, REQUIRED), await started(test.verifier, REQUIRED)]
    const theirs = await send(test, other.id, await goodAnswer(test, other))
    const declined = await send(test, other.id, declines(other)).catch(() => undefined)
    expect(declined).toBeUndefined()
    await send(test, session.id, await goodAnswer(test, session))
    const before = await test.verifier.sessions.get(session.id)
    const wrong = [
      codeIn(theirs.redirectUri),
      session.id,
      session.nonce,
      'x',
      'A'.repeat(43),
      'A'.repeat(200),
    ]
    for (const code of wrong)
      expect(await bring(test, session.id, code)).toEqual({
        ok: false,
        error: { code: 'response_code_wrong' },
      })
    expect(await test.verifier.sessions.get(session.id)).toEqual(before)
    expect(await bring(test, 'x'.repeat(22), 'x')).toEqual({ ok: false, error: { code: 'session_unknown' } })
  })

  it('of an answer is not known before the answer is taken', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, REQUIRED)
    const { redirectUri } = await send(test, session.id, await goodAnswer(test, session))
    const again = await started(test.verifier, { ...REQUIRED, id: 'order-4711-zP3kQ9-abcdef' })
    expect(await bring(test, again.id, codeIn(redirectUri))).toMatchObject({
      error: { code: 'response_code_wrong' },
    })
  })
})

describe('the code of an attempt', () => {
  it.each([
    [
      'the first decline',
      (codes: readonly string[]) => codes[0],
      { state: 'declined', reason: 'access_denied' },
    ],
    [
      'a later decline, of which nothing is kept',
      (codes: readonly string[]) => codes[1],
      { state: 'declined' },
    ],
    ['a stranger', (codes: readonly string[]) => codes[2], { state: 'rejected', credentials: [] }],
  ])('decides when it is brought back: %s', async (_name, pick, expected) => {
    const test = await testVerifier()
    const session = await started(test.verifier, ways)
    const heard = [
      await send(test, session.id, declines(session)),
      await send(test, session.id, declines(session, 'server_error')),
      await send(test, session.id, await strangersAnswer(test, session)),
    ]
    const codes = heard.map(({ redirectUri }) => codeIn(redirectUri))
    expect(await bring(test, session.id, pick(codes) ?? '')).toMatchObject({ value: expected })
    expect(await viewOf(test, session.id)).toMatchObject({
      ...expected,
      returned: true,
      verificationResult: false,
    })
    for (const code of codes)
      expect(await bring(test, session.id, code)).toMatchObject({ error: { code: 'already_returned' } })
    const late = await receivePresentation(test.verifier, session.id, await goodAnswer(test, session))
    expect(late).toMatchObject({ error: { code: 'session_expired' } })
  })

  it('decides nothing once an answer was taken, which keeps its own return', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier, REQUIRED)
    const declined = await send(test, session.id, declines(session))
    const taken = await send(test, session.id, await goodAnswer(test, session))
    expect(await bring(test, session.id, codeIn(declined.redirectUri))).toMatchObject({
      error: { code: 'attempt_outranked' },
    })
    expect(await bring(test, session.id, codeIn(taken.redirectUri))).toMatchObject({
      value: { state: 'verified' },
    })
  })
})
