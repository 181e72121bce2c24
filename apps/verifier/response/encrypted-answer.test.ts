import { decodeJws } from '@countersign/crypto/jose/jws'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  type AnswerParameters,
  errorAnswer,
} from '@countersign/protocol/openid4vp/response/authorization-response'
import { responseModeNamed } from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { describe, expect, it } from 'vitest'
import { serveRequest } from '../request/serve-request.ts'
import {
  answerTo,
  heldCredential,
  started,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'
import { receivePresentation } from './receive-presentation.ts'

const ports = { crypto: nodeCrypto, jwe: joseJwe }
const mode = responseModeNamed('direct_post.jwt')

async function begun(test: TestVerifier): Promise<VerificationSession> {
  return started(test.verifier, { responseMode: 'direct_post.jwt' })
}

/** As a wallet does, from the request object that the verifier signed. */
async function encrypted(test: TestVerifier, id: string, answer: AnswerParameters) {
  const served = await serveRequest(test.verifier, id)
  const decoded = decodeJws(served.ok ? served.value : '', { maxLength: 65_536 })
  if (!decoded.ok) throw new Error(decoded.error.code)
  const asked = await mode.readRequest(decoded.value.payload, 'https_only', ports)
  if (!asked.ok) throw new Error(asked.error.code)
  return mode.writeAnswer(answer, asked.value, ports)
}

async function presented(test: TestVerifier, session: VerificationSession): Promise<AnswerParameters> {
  const form = await answerTo(session, await heldCredential(test), test.clock.now)
  return { state: session.id, vp_token: JSON.parse(form['vp_token'] ?? '') }
}

const stateOf = async ({ verifier }: TestVerifier, id: string) =>
  (await verifier.sessions.get(id))?.value.state

describe('an encrypted answer', () => {
  it('is verified, and is answered the same when the same bytes come again', async () => {
    const test = await testVerifier()
    const session = await begun(test)
    const form = await encrypted(test, session.id, await presented(test, session))
    const first = await receivePresentation(test.verifier, session.id, form)
    expect(first).toMatchObject({ ok: true, value: { reply: 'taken', session: { state: 'verified' } } })
    expect(await receivePresentation(test.verifier, session.id, form)).toMatchObject({
      ok: true,
      value: { reply: 'taken' },
    })
  })

  it('that was encrypted anew is another answer, and comes too late', async () => {
    const test = await testVerifier()
    const session = await begun(test)
    const answer = await presented(test, session)
    const [one, other] = [
      await encrypted(test, session.id, answer),
      await encrypted(test, session.id, answer),
    ]
    expect(one['response']).not.toBe(other['response'])
    expect(await receivePresentation(test.verifier, session.id, one)).toMatchObject({ ok: true })
    expect(await receivePresentation(test.verifier, session.id, other)).toEqual({
      ok: false,
      error: { code: 'already_answered' },
    })
  })

  it('is refused in the clear, for another session and altered, and the session stays open for the right one', async () => {
    const test = await testVerifier()
    const [session, another] = [await begun(test), await begun(test)]
    const answer = await presented(test, session)
    const form = await encrypted(test, session.id, answer)
    const clear = await answerTo(session, await heldCredential(test), test.clock.now)
    const wrong = [
      ['response_not_encrypted', clear],
      ['response_undecryptable', await encrypted(test, another.id, answer)],
      ['response_undecryptable', { response: `${form['response']?.slice(0, -4)}AAAA` }],
      ['response_undecryptable', { response: 'a.b.c.d.e' }],
      ['state_differs', await encrypted(test, session.id, { ...answer, state: another.id })],
      ['neither_token_nor_error', { state: session.id }],
    ] as const
    for (const [code, given] of wrong) {
      const received = await receivePresentation(test.verifier, session.id, given)
      expect(received).toMatchObject({ ok: false, error: { code } })
    }
    expect(await stateOf(test, session.id)).toBe('requested')
    expect(await receivePresentation(test.verifier, session.id, form)).toMatchObject({
      ok: true,
      value: { session: { state: 'verified' } },
    })
    expect(await stateOf(test, another.id)).toBe('requested')
  })

  it.each([
    [
      'encrypted',
      (test: TestVerifier, id: string) => encrypted(test, id, errorAnswer({ state: id }, 'access_denied')),
    ],
    ['in the clear', async (_test: TestVerifier, id: string) => ({ state: id, error: 'access_denied' })],
  ])('may be the error of a wallet, %s', async (_, said) => {
    const test = await testVerifier()
    const { id } = await begun(test)
    const received = await receivePresentation(test.verifier, id, await said(test, id))
    expect(received).toMatchObject({ ok: true, value: { reply: 'noted' } })
  })
})

describe('the request for it', () => {
  it('is the same for whoever asks again, and shows no secret', async () => {
    const test = await testVerifier()
    const { answerMode, id } = await begun(test)
    const payloads = []
    for (const _ of [1, 2]) {
      const served = await serveRequest(test.verifier, id)
      const decoded = decodeJws(served.ok ? served.value : '', { maxLength: 65_536 })
      payloads.push(decoded.ok ? decoded.value.payload : {})
    }
    expect(payloads[0]).toEqual(payloads[1])
    const secret = 'key' in answerMode ? answerMode.key.d : ''
    expect(secret).toHaveLength(43)
    expect(JSON.stringify(payloads[0])).not.toContain(secret)
  })
})
