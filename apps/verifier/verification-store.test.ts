import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { openMemoryEngine } from '@countersign/stores/memory'
import { textSessions } from '@countersign/stores/text-sessions'
import { sessionsOverText } from '@countersign/testing/text-sessions'
import { describe, expect, it } from 'vitest'
import { type StoredVerification, verificationStore } from './verification-store.ts'

/** What the release before wrote, word for word. */
const BEFORE = {
  state: 'requested',
  id: 'session-1',
  createdAt: 1000,
  expiresAt: 1300,
  requestedAt: 1001,
  dcqlQuery: { credentials: [] },
  nonce: 'n',
  clientId: 'x509_hash:h',
  responseUri: 'https://verifier.example/openid4vc/verify/session-1',
  policies: [],
  events: [],
} as const

function memory() {
  const bytes = openMemoryEngine({ now: () => 1_000_000 }).sessions('verification')
  const raw = textSessions(bytes)
  const stored = sessionsOverText<StoredVerification>(bytes)
  return { raw, sessions: verificationStore(stored) }
}

describe('a kept verification', () => {
  it('of the release before is read, with its answer by direct_post', async () => {
    const { raw, sessions } = memory()
    await raw.create('session-1', JSON.stringify(BEFORE), 60)
    const { responseUri, ...rest } = BEFORE
    const value = { ...rest, answerMode: { mode: 'direct_post', responseUri } }
    expect(await sessions.get('session-1')).toMatchObject({ value })
  })

  it('is written so that the release before reads it', async () => {
    const { raw, sessions } = memory()
    const { responseUri, ...rest } = BEFORE
    const answerMode = { mode: 'direct_post', responseUri } as const
    const session: VerificationSession = { ...rest, answerMode, attempts: [] }
    await sessions.create('session-1', session, 60)
    expect(JSON.parse((await raw.get('session-1'))?.value ?? '')).toEqual(BEFORE)
    const { version = 0 } = (await raw.get('session-1')) ?? {}
    expect(await sessions.compareAndSet('session-1', version, { ...session, nonce: 'other' })).toBe(true)
    expect(JSON.parse((await raw.get('session-1'))?.value ?? '')).toEqual({ ...BEFORE, nonce: 'other' })
  })

  it.each([
    ['verified', { decidedAt: 1002, checks: [], credentials: [] }, 'taken'],
    ['rejected', { decidedAt: 1002, checks: [], credentials: [] }, 'refused'],
    ['declined', { decidedAt: 1002, reason: 'access_denied' }, 'noted'],
  ])(
    'that the release before %s says again to the sender what it was told',
    async (state, decided, reply) => {
      const { raw, sessions } = memory()
      const { requestedAt: _requestedAt, ...base } = BEFORE
      await raw.create('session-1', JSON.stringify({ ...base, state, ...decided, answerHash: 'h1' }), 60)
      const value = { state, ...decided, attempts: [], answer: { hash: 'h1', reply } }
      expect(await sessions.get('session-1')).toMatchObject({ value })
    },
  )

  it('that is decided has the hash where the release before looks for it, and its result packed', async () => {
    const { raw, sessions } = memory()
    const { requestedAt: _requestedAt, responseUri, ...base } = BEFORE
    const decided = { decidedAt: 1002, checks: [], credentials: [] }
    for (const [id, state, reply, kept] of [
      ['a', 'verified', 'taken', {}],
      ['b', 'rejected', 'refused', {}],
      ['c', 'rejected', 'taken', { answerReply: 'taken' }],
    ] as const) {
      const answer = { hash: 'h1', reply }
      const answerMode = { mode: 'direct_post', responseUri } as const
      const session: VerificationSession = { ...base, ...decided, state, answerMode, attempts: [], answer }
      await sessions.create(id, session, 60)
      const { dcqlQuery, nonce, clientId } = base
      const packed = [[1000, 300], [], [], []]
      const result = { state, decidedAt: 1002, packed }
      const stored = { dcqlQuery, nonce, clientId, responseUri, answerHash: 'h1', ...result, ...kept }
      expect(JSON.parse((await raw.get(id))?.value ?? '')).toEqual(stored)
      expect(await sessions.get(id)).toMatchObject({ value: { ...session, id } })
    }
  })

  it('that waits keeps what it waits for, bytes too, and the attempts beside it', async () => {
    const { sessions } = memory()
    const { requestedAt: _requestedAt, responseUri, ...base } = BEFORE
    const session: VerificationSession = {
      ...base,
      state: 'answered',
      answeredAt: 1002,
      answerMode: { mode: 'direct_post', responseUri },
      attempts: [{ kind: 'declined', at: 1001, reason: 'access_denied' }],
      answer: { hash: 'h1', reply: 'taken' },
      checks: [],
      credentials: [],
      missing: [
        {
          kind: 'status',
          at: 0,
          format: 'mso_mdoc',
          statuses: [
            { mechanism: 'identifier_list', uri: 'https://i.example', identifier: Uint8Array.of(1, 2, 255) },
            { mechanism: 'token_status_list', uri: 'https://i.example', index: 7 },
          ],
        },
        { kind: 'policy', at: 1, requested: 0 },
      ],
    }
    await sessions.create('session-1', session, 60)
    expect((await sessions.get('session-1'))?.value).toEqual(session)
  })

  it('with something to authorise is not to be read by the release before, which would not look whether it was', async () => {
    const { raw, sessions } = memory()
    const { responseUri, ...base } = BEFORE
    const answerMode = { mode: 'direct_post', responseUri } as const
    const transactionData = ['eyJ0eXBlIjoicGF5In0']
    for (const sameDevice of [undefined, 'required'] as const) {
      const id = `session-${sameDevice}`
      const session = { ...base, answerMode, transactionData, sameDevice, attempts: [] }
      await sessions.create(id, session, 60)
      expect((await sessions.get(id))?.value).toEqual(session)
      const stored = JSON.parse((await raw.get(id))?.value ?? '') as StoredVerification
      for (const known of ['responseUri', 'answerMode', 'sameDeviceAnswerMode'])
        expect(stored).not.toHaveProperty(known)
    }
  })
  it.each([
    { mode: 'dc_api', origins: ['https://shop.example'], protocols: ['openid4vp-v1-signed'] },
    {
      mode: 'dc_api.jwt',
      origins: ['https://shop.example'],
      protocols: ['openid4vp-v1-signed', 'org-iso-mdoc'],
      key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' },
      keyThumbprint: 't',
      mdoc: { key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }, encryptionInfo: 'e' },
    },
  ] as const)(
    'that a page answers by $mode has nothing that the release before answers by',
    async (answerMode) => {
      const { raw, sessions } = memory()
      const { responseUri: _responseUri, ...base } = BEFORE
      const session: VerificationSession = { ...base, answerMode, attempts: [] }
      await sessions.create('session-1', session, 60)
      expect((await sessions.get('session-1'))?.value).toEqual(session)
      expect(JSON.parse((await raw.get('session-1'))?.value ?? '')).toEqual({ ...base, answerMode })
    },
  )

  it('in which the browser has to come back is not to be read by the release before, which would show its result', async () => {
    const { raw, sessions } = memory()
    const { requestedAt: _requestedAt, responseUri, ...base } = BEFORE
    const session: VerificationSession = {
      ...base,
      state: 'answered',
      answeredAt: 1002,
      answerMode: { mode: 'direct_post', responseUri },
      sameDevice: 'required',
      attempts: [],
      answer: { hash: 'h1', reply: 'refused' },
      checks: [{ name: 'same_device', outcome: 'undetermined', detail: 'not_returned' }],
      credentials: [],
      missing: [{ kind: 'return', at: 0 }],
    }
    await sessions.create('session-1', session, 60)
    expect((await sessions.get('session-1'))?.value).toEqual(session)
    const stored = JSON.parse((await raw.get('session-1'))?.value ?? '') as StoredVerification
    // Without one of the two it does not go on.
    expect(stored).not.toHaveProperty('responseUri')
    expect(stored).not.toHaveProperty('answerMode')
  })

  it('whose browser is back says so', async () => {
    const { sessions } = memory()
    const { requestedAt: _requestedAt, responseUri, ...base } = BEFORE
    const session: VerificationSession = {
      ...base,
      state: 'declined',
      decidedAt: 1002,
      returnedAt: 1002,
      reason: 'access_denied',
      answerMode: { mode: 'direct_post', responseUri },
      attempts: [{ kind: 'declined', at: 1001, reason: 'access_denied' }],
    }
    await sessions.create('session-1', session, 60)
    expect((await sessions.get('session-1'))?.value).toEqual(session)
  })
})
