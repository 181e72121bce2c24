/** Deferred issuance through the issuer's use cases: come again, decided in between, collected once. */
import type { Signer } from '@countersign/crypto/engine'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { stepSession } from '@countersign/service/sessions/session-transition'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { collectDeferred } from './credential/collect-deferred.ts'
import { payloadOf } from './testing/issue-calls.testing.ts'
import {
  answerFor,
  claims,
  configurationId,
  offered,
  proofOfKey,
  proofOfSender,
  type TestIssuer,
  testInstances,
  testIssuer,
  tokenFor,
} from './testing/issuer.testing.ts'

interface Wallet {
  readonly test: TestIssuer
  readonly id: string
  readonly accessToken: string
  readonly sender: Signer
}

async function begun(test: TestIssuer = testIssuer()): Promise<Wallet> {
  const { id, code } = await offered(test.issuer, {
    credentials: [{ configurationId, claims, deferred: true }],
  })
  const sender = newKey()
  return { test, id, accessToken: await tokenFor(test, code, sender), sender }
}

interface ComeAgain {
  readonly transaction_id: string
  readonly interval: number
}

/** The credential endpoint: what the wallet is told, or the refusal's code. */
async function ask({ accessToken, sender, test }: Wallet, holder: Signer): Promise<ComeAgain | string> {
  const answer = await answerFor(test, accessToken, await proofOfKey(test, holder), { sender })
  return answer.ok ? (answer.value as unknown as ComeAgain) : answer.error.code
}

interface Collected {
  readonly transaction_id?: string
  readonly credentials?: readonly { readonly credential: string }[]
  readonly notification_id?: string
}

async function collect(
  { accessToken, sender, test }: Wallet,
  transactionId: string,
  key = sender,
): Promise<Collected | string> {
  const dpop = await proofOfSender(test, key, '/deferred_credential', accessToken)
  const answer = await collectDeferred(test.issuer, { accessToken, dpop }, transactionId)
  return answer.ok ? (answer.value as Collected) : answer.error.code
}

async function decide({ id, test }: Wallet, decision: 'approved' | 'refused'): Promise<string> {
  const message = { type: 'deferral_decided', configurationId, decision } as const
  const moved = await stepSession(test.issuer, id, (session) =>
    stepIssuance(session, message, test.clock.now),
  )
  return moved.ok ? (moved.value.after.events.at(-1)?.type ?? '') : moved.error.code
}

function told(answer: ComeAgain | string): string {
  if (typeof answer === 'string') throw new Error(answer)
  return answer.transaction_id
}

describe('a credential that somebody has to agree to', () => {
  it('is waited for as long as the settings say before it is asked for again', async () => {
    const wallet = await begun(testIssuer({ settings: { deferredIntervalSeconds: 7 } }))
    const answer = await ask(wallet, newKey())
    expect(answer).toEqual({ transaction_id: expect.any(String), interval: 7 })
    expect(await collect(wallet, told(answer))).toEqual(answer)
  })

  it('is issued to the keys of the first request when its wallet comes again', async () => {
    const wallet = await begun()
    const holder = newKey()
    const answer = await ask(wallet, holder)
    expect(answer).toEqual({ transaction_id: expect.any(String), interval: 30 })
    const id = told(answer)
    expect(await collect(wallet, id)).toEqual(answer)
    expect(await decide(wallet, 'approved')).toBe('deferral_approved')
    const collected = (await collect(wallet, id)) as Collected
    const [credential] = collected.credentials ?? []
    const { x, y } = holder.publicJwk as { x: string; y: string }
    expect(payloadOf(credential?.credential ?? '')).toMatchObject({ cnf: { jwk: { x, y } } })
    const { events } = (await wallet.test.issuer.sessions.get(wallet.id))?.value ?? { events: [] }
    expect(events.map(({ type }) => type)).toEqual([
      'offered',
      'token_issued',
      'credential_deferred',
      'deferral_approved',
      'credential_issued',
      'completed',
    ])
  })

  it('is the same for whoever did not hear the answer, and over after that', async () => {
    const wallet = await begun()
    const id = told(await ask(wallet, newKey()))
    await decide(wallet, 'approved')
    const first = await collect(wallet, id)
    expect(await collect(wallet, id)).toEqual(first)
    wallet.test.clock.now += 400
    expect(await collect(wallet, id)).toBe('deferral_over')
  })

  it('is denied where somebody refuses', async () => {
    const wallet = await begun()
    const id = told(await ask(wallet, newKey()))
    await decide(wallet, 'refused')
    expect(await collect(wallet, id)).toBe('deferral_denied')
    expect(await decide(wallet, 'approved')).toBe('deferral_decided')
  })

  it('is issued at once where somebody agreed before', async () => {
    const wallet = await begun()
    await decide(wallet, 'approved')
    expect(await ask(wallet, newKey())).toMatchObject({ credentials: [{ credential: expect.any(String) }] })
  })

  it('is promised to one holder: the same keys hear the same, others nothing', async () => {
    const wallet = await begun()
    const holder = newKey()
    const first = await ask(wallet, holder)
    expect(await ask(wallet, holder)).toEqual(first)
    expect(await ask(wallet, newKey())).toBe('already_issued')
  })

  it('of ten requests at once is promised once, and of ten collectors issued once, on two instances', async () => {
    const deployment = testInstances()
    const one = await begun(deployment.instance())
    const other = { ...one, test: deployment.instance() }
    const holder = newKey()
    const at = (index: number) => (index % 2 === 0 ? one : other)
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(at(index), holder)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    const id = told(answers[0] ?? '')
    await decide(other, 'approved')
    const collected = await Promise.all(Array.from({ length: 10 }, (_, index) => collect(at(index), id)))
    expect(new Set(collected.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(collected[0]).toHaveProperty('credentials')
  })

  it.each<[string, (wallet: Wallet, id: string, strange: Wallet) => Promise<Collected | string>, string]>([
    ['another key', (wallet, id) => collect(wallet, id, newKey()), 'wrong_sender_key'],
    ['another token', (_wallet, id, strange) => collect(strange, id), 'deferral_over'],
    ['an id that was made up', (wallet) => collect(wallet, 'made.up.x'), 'deferral_over'],
    [
      'an id of another session',
      (wallet, id, strange) => collect(wallet, id.replace(wallet.id, strange.id)),
      'deferral_over',
    ],
    ['the access token as id', (wallet) => collect(wallet, wallet.accessToken), 'deferral_over'],
    [
      'a token that was made up',
      (wallet, id) => collect({ ...wallet, accessToken: 'made.up' }, id),
      'token_unknown',
    ],
  ])('is not collected with %s', async (_name, steal, expected) => {
    const wallet = await begun()
    const strange = await begun(wallet.test)
    const id = told(await ask(wallet, newKey()))
    await decide(wallet, 'approved')
    expect(await steal(wallet, id, strange)).toBe(expected)
    expect(await collect(wallet, id)).toHaveProperty('credentials')
  })

  it('waits for days, for a wallet that refreshes its token', async () => {
    const wallet = await begun()
    const session = (await wallet.test.issuer.sessions.get(wallet.id))?.value
    expect(session).toMatchObject({ grant: { refresh: { expiresAt: wallet.test.clock.now + 604_800 } } })
    const id = told(await ask(wallet, newKey()))
    wallet.test.clock.now += 700
    expect(await collect(wallet, id)).toBe('token_expired')
  })
})
