import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { openMemoryEngine } from '@countersign/stores/memory'
import type { SessionStore } from '@countersign/stores/ports'
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
  const raw = openMemoryEngine({ now: () => 1_000_000 }).sessions('verification')
  const stored: SessionStore<StoredVerification> = {
    create: (id, value, ttlSeconds) => raw.create(id, JSON.stringify(value), ttlSeconds),
    compareAndSet: (id, version, value) => raw.compareAndSet(id, version, JSON.stringify(value)),
    get: async (id) => {
      const found = await raw.get(id)
      return found && { version: found.version, value: JSON.parse(found.value) as StoredVerification }
    },
  }
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
    const session: VerificationSession = { ...rest, answerMode: { mode: 'direct_post', responseUri } }
    await sessions.create('session-1', session, 60)
    expect(JSON.parse((await raw.get('session-1'))?.value ?? '')).toEqual(BEFORE)
    const { version = 0 } = (await raw.get('session-1')) ?? {}
    expect(await sessions.compareAndSet('session-1', version, { ...session, nonce: 'other' })).toBe(true)
    expect(JSON.parse((await raw.get('session-1'))?.value ?? '')).toEqual({ ...BEFORE, nonce: 'other' })
  })
})
