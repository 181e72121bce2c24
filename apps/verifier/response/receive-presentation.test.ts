import type { Signer } from '@countersign/crypto/engine'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { newAuthority } from '@countersign/testing/people/authority'
import { describe, expect, it } from 'vitest'
import {
  answerTo,
  heldCredential,
  started,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'
import { readVerification } from './look-again.ts'
import { receivePresentation } from './receive-presentation.ts'

type Form = Readonly<Record<string, string>>

async function kept({ verifier }: TestVerifier, id: string) {
  const found = await verifier.sessions.get(id)
  if (found === undefined) throw new Error('the session is gone')
  return found
}

const key = () => softwareSigner(generateSoftwareKey('ES256'))

async function answerBy(test: TestVerifier, session: VerificationSession, signer?: Signer): Promise<Form> {
  return answerTo(session, await heldCredential(test, { ...(signer && { signer }) }), test.clock.now)
}

/** What it is called, what is sent, and what the sender hears. */
const strangers: readonly (readonly [
  string,
  (test: TestVerifier, session: VerificationSession) => Promise<Form> | Form,
  string,
  'declined' | 'stranger' | 'nothing',
])[] = [
  ['a self-made credential', (test, session) => answerBy(test, session, key()), 'refused', 'stranger'],
  [
    "a copy of the issuer's certificate and a signature that is not his",
    (test, session) => answerBy(test, session, { ...key(), x5c: test.issuer.x5c }),
    'refused',
    'stranger',
  ],
  [
    'a signature in order, of an issuer whom nobody believes',
    (test, session) =>
      answerBy(test, session, newAuthority('Stranger', test.clock.now).vouchFor({ name: 'Stranger' })),
    'refused',
    'stranger',
  ],
  [
    'a believed authority as issuer, whose certificate is none for that',
    (test, session) => answerBy(test, session, test.authority.signer),
    'refused',
    'stranger',
  ],
  ['an error', (_test, { id }) => ({ state: id, error: 'access_denied' }), 'noted', 'declined'],
  [
    'an error of its own making',
    (_test, { id }) => ({ state: id, error: '<b>Mallory</b> was here' }),
    'noted',
    'declined',
  ],
  [
    'a real credential, shown to somebody else',
    async (test, session) =>
      answerTo(session, await heldCredential(test), test.clock.now, { audience: 'x509_hash:other' }),
    'presentation_unbound',
    'nothing',
  ],
  [
    'a real credential without its holder',
    async (test, session) => {
      const form = await answerBy(test, session)
      const vpToken = String(form['vp_token']).replace(/~[^~]*"\]\}$/, '~"]}')
      return { ...form, vp_token: vpToken }
    },
    'presentation_unbound',
    'nothing',
  ],
  [
    'no credential at all',
    (_test, { id }) => ({ state: id, vp_token: '{"id":["x"]}' }),
    'presentation_unbound',
    'nothing',
  ],
  ['no JSON', (_test, { id }) => ({ state: id, vp_token: '{"id"' }), 'vp_token_malformed', 'nothing'],
  ['nothing', (_test, { id }) => ({ state: id }), 'neither_token_nor_error', 'nothing'],
  [
    'an encrypted answer that nobody asked for',
    () => ({ response: 'e30.a.b.c.d' }),
    'state_differs',
    'nothing',
  ],
  [
    'the state of another',
    () => ({ state: 'x'.repeat(22), error: 'access_denied' }),
    'state_differs',
    'nothing',
  ],
]

describe('who decides a verification', () => {
  it.each(strangers)('is not who sends %s', async (_what, send, heard, left) => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const before = await kept(test, session.id)
    const form = await send(test, session)
    for (let turn = 0; turn < 3; turn += 1) {
      const received = await receivePresentation(test.verifier, session.id, form)
      expect(received.ok ? received.value.reply : received.error.code).toBe(heard)
    }
    const { value, version } = await kept(test, session.id)
    const attempts = left === 'nothing' ? [] : [expect.objectContaining({ kind: left, at: test.clock.now })]
    expect(value).toMatchObject({ state: 'created', attempts })
    // The first of its kind is written and told, the others are answered.
    expect(version - before.version).toBe(attempts.length)
    expect(value.events.map(({ type }) => type)).toEqual(['created', ...attempts.map(() => 'attempted')])
    expect(JSON.stringify(value)).not.toContain('Mallory')
    expect(JSON.stringify(value)).not.toContain('"Ada"')

    const honest = await receivePresentation(test.verifier, session.id, await answerBy(test, session))
    expect(honest).toMatchObject({ value: { reply: 'taken', session: { state: 'verified', attempts } } })
  })

  it.each(strangers)('is not who sends %s after the answer', async (_what, send) => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const good = await answerBy(test, session)
    await receivePresentation(test.verifier, session.id, good)
    const before = await kept(test, session.id)
    expect(await receivePresentation(test.verifier, session.id, await send(test, session))).toMatchObject({
      ok: false,
      error: { code: 'already_answered' },
    })
    expect(await kept(test, session.id)).toEqual(before)
  })

  it('is the end of the time where nobody else did, and a decline speaks before a stranger', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    await receivePresentation(test.verifier, session.id, await answerBy(test, session, key()))
    await receivePresentation(test.verifier, session.id, { state: session.id, error: 'access_denied' })
    expect(await readVerification(test.verifier, session.id)).toMatchObject({ state: 'created' })
    test.clock.now = session.expiresAt
    const ended = await readVerification(test.verifier, session.id)
    expect(ended).toMatchObject({ state: 'declined', reason: 'access_denied', decidedAt: session.expiresAt })
    expect((await kept(test, session.id)).value).toEqual(ended)
  })

  it('names no text of a stranger in what it keeps of him', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const subject = { name: 'Mallory <script>', dnsNames: ['mallory.example'] }
    const stranger = newAuthority('Mallory CA', test.clock.now).vouchFor(subject)
    const claims = { given_name: 'Mallory', family_name: 'Mallory' }
    const held = await heldCredential(test, { signer: stranger, claims })
    await receivePresentation(test.verifier, session.id, await answerTo(session, held, test.clock.now))
    const { value } = await kept(test, session.id)
    expect(value.attempts).toHaveLength(1)
    expect(JSON.stringify(value.attempts).toLowerCase()).not.toContain('mallory')
  })

  it('hears no more of one sender than twenty answers a minute, and of others as before', async () => {
    const test = await testVerifier()
    const [session, other] = [await started(test.verifier), await started(test.verifier)]
    const bad = await answerBy(test, session, key())
    const send = (form: Form, sender: string, id = session.id) =>
      receivePresentation(test.verifier, id, form, { sender })
    for (let turn = 0; turn < 20; turn += 1) expect((await send(bad, '10.0.0.1')).ok).toBe(true)
    const tooMany = { error: { code: 'answers_too_many', retryAfterSeconds: 3 } }
    expect(await send(bad, '10.0.0.1')).toMatchObject(tooMany)
    expect(await send({ state: session.id }, '10.0.0.1')).toMatchObject(tooMany)
    expect(await send({ state: other.id, error: 'access_denied' }, '10.0.0.1', other.id)).toMatchObject({
      ok: true,
    })
    const good = await answerBy(test, session)
    expect(await send(good, '10.0.0.2')).toMatchObject({ value: { session: { state: 'verified' } } })
    // The retry of what was taken costs nothing, and is not counted.
    for (let turn = 0; turn < 25; turn += 1) expect((await send(good, '10.0.0.1')).ok).toBe(true)
  })

  it('opens again for a sender after a while', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const bad = { state: session.id, error: 'access_denied' }
    const send = () => receivePresentation(test.verifier, session.id, bad, { sender: 'a' })
    for (let turn = 0; turn < 20; turn += 1) await send()
    expect(await send()).toMatchObject({ ok: false })
    test.clock.now += 3
    expect(await send()).toMatchObject({ ok: true })
    expect(await send()).toMatchObject({ ok: false })
  })
})

describe('an answer', () => {
  it('that passes every check verifies the session, with one event', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const received = await receivePresentation(test.verifier, session.id, await answerBy(test, session))
    expect(received).toMatchObject({ value: { reply: 'taken', session: { state: 'verified' } } })
    const { value } = await kept(test, session.id)
    expect(value.events.map((event) => event.type)).toEqual(['created', 'verified'])
    expect(JSON.stringify(value)).not.toContain('~')
  })

  it('posted ten times at once is decided once', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const form = await answerBy(test, session)
    const all = await Promise.all(
      Array.from({ length: 10 }, () => receivePresentation(test.verifier, session.id, form)),
    )
    expect(all.every((one) => one.ok && one.value.session.state === 'verified')).toBe(true)
    expect((await kept(test, session.id)).value.events).toHaveLength(2)
  })

  it('is the same to the byte: the same reply; another one: refused', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const form = await answerBy(test, session)
    await receivePresentation(test.verifier, session.id, form)
    test.clock.now = session.expiresAt + 1
    expect(await receivePresentation(test.verifier, session.id, form)).toMatchObject({
      value: { reply: 'taken' },
    })
    const other = { ...form, more: 'x' }
    expect(await receivePresentation(test.verifier, session.id, other)).toMatchObject({
      error: { code: 'already_answered' },
    })
  })

  it.each([
    ['with an expired credential', 10, {}, ['validity_period']],
    ['that withholds what was asked for', 86_400, { disclose: [] }, ['query_match', 'query_match']],
  ])('%s is rejected for good, and says so to the byte', async (_what, lifetime, shown, failed) => {
    const test = await testVerifier()
    const expiresAt = test.clock.now + lifetime
    const held = await heldCredential(test, { expiresAt })
    test.clock.now += 100
    const session = await started(test.verifier)
    const form = await answerTo(session, held, test.clock.now, shown)
    for (let turn = 0; turn < 2; turn += 1) {
      const received = await receivePresentation(test.verifier, session.id, form)
      expect(received).toMatchObject({ value: { reply: 'refused', session: { state: 'rejected' } } })
    }
    const { value } = await kept(test, session.id)
    const names = 'checks' in value ? value.checks.filter(({ outcome }) => outcome === 'failed') : []
    expect(names.map(({ name }) => name)).toEqual(failed)
    const good = await answerBy(test, session)
    expect(await receivePresentation(test.verifier, session.id, good)).toMatchObject({
      error: { code: 'already_answered' },
    })
  })

  it('after the time is up is refused', async () => {
    const test = await testVerifier()
    const session = await started(test.verifier)
    const form = await answerBy(test, session)
    test.clock.now += 300
    expect(await receivePresentation(test.verifier, session.id, form)).toMatchObject({
      error: { code: 'session_expired' },
    })
  })

  it("whose issuer's key cannot be had is an attempt, and the wallet comes again", async () => {
    const authority = newAuthority('Root', 1_800_000_000)
    let away = true
    const trust: typeof authority.trust = (reference, now) =>
      away
        ? { ok: false, error: { code: 'key_unavailable', reason: 'did_not_found' } }
        : authority.trust(reference, now)
    const test = await testVerifier(undefined, { trust })
    const session = await started(test.verifier)
    const form = await answerBy(test, session, authority.vouchFor({ dnsNames: ['issuer.example'] }))
    expect(await receivePresentation(test.verifier, session.id, form)).toMatchObject({
      error: { code: 'issuer_key_unavailable' },
    })
    expect((await kept(test, session.id)).value.attempts).toMatchObject([{ kind: 'stranger' }])
    away = false
    expect(await receivePresentation(test.verifier, session.id, form)).toMatchObject({
      value: { reply: 'taken', session: { state: 'verified' } },
    })
  })

  it('to nothing is not found', async () => {
    const { verifier } = await testVerifier()
    expect(await receivePresentation(verifier, 'x'.repeat(22), {})).toEqual({
      ok: false,
      error: { code: 'session_unknown' },
    })
  })
})
