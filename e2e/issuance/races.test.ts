/**
 * What counts once counts once, however many come for it at the same time, on whichever of two issuers: ten calls at once, past the
 * balancer, in many rounds. `npm test` takes ten rounds, `COUNTERSIGN_EVERY_WAY=yes` fifty. Pre-authorized codes, single nonces and answers
 * to verifiers are in `e2e/cluster/single-use.test.ts`.
 */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { openEventStream } from '@countersign/testing/client/event-stream'
import { claims } from '@countersign/testing/client/flows'
import { expectStatus, postForm } from '@countersign/testing/client/http'
import { newKey } from '@countersign/testing/people/keys'
import { createClient } from '@redis/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { many } from '../cluster/many.ts'
import { makeClientMeans, PUBLIC_CLIENT } from './client-means.ts'
import {
  authorizationCode,
  type Contested,
  collecting,
  credentialCall,
  decideDeferral,
  granted,
  headersOf,
  notifying,
  ORDER,
  refreshing,
} from './contested.ts'
import {
  allHear,
  allRefused,
  atOnce,
  CALLERS,
  halfOf,
  kindOf,
  type Outcome,
  ofCaller,
  oneOf,
  outcomeOf,
  type Send,
} from './outcomes.ts'
import {
  codeFor,
  contradicting,
  decidedByAll,
  deciding,
  differentBatches,
  openedIn,
  pushing,
  requestsForOneOffer,
  underOneKey,
  usedUp,
} from './racers.ts'

const ROUNDS = process.env['COUNTERSIGN_EVERY_WAY'] === 'yes' ? 50 : 10

const means = makeClientMeans()
let cluster: Cluster
let issuer: string
beforeAll(async () => {
  const flags = { issuer: means.issuerFlags }
  cluster = await startCluster({ ports: 'free', wallets: 0, verifiers: 0, flags })
  issuer = cluster.urls.issuer
})
afterAll(() => cluster?.stop())

async function inRounds(round: () => Promise<void>): Promise<void> {
  await many(ROUNDS, 2, round)
}

/** A call of somebody who shows a key, and what is said to whom. */
interface Thing {
  readonly begin: () => Promise<Contested>
  readonly won: string
  /** With a proof of the right key that was there before. */
  readonly replayed: string
  readonly stranger: string
  /** What happens once, whoever comes how often. */
  readonly event: string
}

const atToken = { won: '200', replayed: '400 invalid_dpop_proof', stranger: '400 invalid_grant' }
const atResource = { replayed: '401 invalid_dpop_proof', stranger: '401 invalid_token' }

async function batchOf(count: number, more: object = {}): Promise<Contested> {
  const holders = Array.from({ length: count }, () => newKey())
  return credentialCall(issuer, await granted(issuer, more), holders)
}

async function readyToCollect(): Promise<Contested> {
  const contested = await collecting(issuer)
  expectStatus(await decideDeferral(issuer, contested.sessionId, 'approve'), 200)
  return contested
}

const THINGS: readonly (readonly [string, Thing])[] = [
  [
    'an authorization code',
    { ...atToken, event: 'token_issued', begin: () => authorizationCode(issuer, true) },
  ],
  [
    'a refresh token',
    { ...atToken, event: 'token_refreshed', begin: async () => refreshing(issuer, await granted(issuer)) },
  ],
  [
    'a batch of three credentials',
    { ...atResource, won: '200', event: 'credential_issued', begin: () => batchOf(3) },
  ],
  [
    'a credential that somebody has to agree to first',
    {
      ...atResource,
      won: '202',
      event: 'credential_deferred',
      begin: () => batchOf(1, { issuanceType: 'DEFERRED' }),
    },
  ],
  [
    'a deferred credential that is not ready',
    { ...atResource, won: '202', event: 'credential_deferred', begin: () => collecting(issuer) },
  ],
  [
    'a deferred credential that is ready',
    { ...atResource, won: '200', event: 'credential_issued', begin: readyToCollect },
  ],
  [
    'a notification',
    { ...atResource, won: '204', event: 'accepted', begin: async () => (await notifying(issuer)).accepted },
  ],
]

type Headers = Readonly<Record<string, string>>

/** How all come, and what the outcome is. */
const MANNERS: readonly (readonly [
  string,
  (contested: Contested) => Promise<readonly Headers[]>,
  (thing: Thing) => Outcome,
])[] = [
  [
    'by its key, with a proof each: all hear the same',
    (contested) => Promise.all(CALLERS.map(() => headersOf(contested))),
    ({ won }) => allHear(won),
  ],
  [
    'by its key, with one proof: one is heard',
    async (contested) => [await headersOf(contested)],
    ({ replayed, won }) => oneOf(won, replayed),
  ],
  [
    'by its key and nine others: its own has it',
    (contested) =>
      Promise.all(CALLERS.map((caller) => headersOf(contested, caller === 4 ? contested.key : newKey()))),
    ({ stranger, won }) => oneOf(won, stranger),
  ],
]

describe.each(THINGS)('%s, ten times at once over two issuers', (_what, thing) => {
  it.each(MANNERS)('%s', (_manner, headersFor, outcome) =>
    inRounds(async () => {
      const contested = await thing.begin()
      const headers = await headersFor(contested)
      const answers = await atOnce(cluster, (caller) => contested.send(ofCaller(headers, caller)))
      expect(outcomeOf(answers)).toEqual(outcome(thing))
      // Its owner may have lost the connection: he asks once more, wherever.
      const again = await contested.send(await headersOf(contested))
      const won = answers.find((answer) => kindOf(answer) === thing.won)
      expect([kindOf(again), again.text]).toEqual([thing.won, won?.text])
      const { accessToken = String(won?.json()['access_token']), sessionId } = contested
      const events = await eventsOf(sessionId, accessToken)
      expect(events.filter((name) => name === thing.event)).toEqual([thing.event])
    }),
  )
})

/** What the session tells of itself, as far as the end of its token. */
async function eventsOf(sessionId: string, accessToken: string): Promise<readonly string[]> {
  const form = new URLSearchParams({ token: accessToken, client_id: PUBLIC_CLIENT })
  expectStatus(await postForm(`${issuer}/revoke`, form.toString()), 200)
  const stream = await openEventStream(`${issuer}/openid4vc/session/${sessionId}/events`)
  await stream.until('token_revoked')
  stream.close()
  return stream.events.map(({ event }) => event)
}

const byTurns = (caller: number) => ofCaller(['approve', 'deny'] as const, caller)
const named = (caller: number) => ({ ...ORDER, credentialData: { ...claims, given_name: `Ada ${caller}` } })

/** Each round comes to one of these ends. */
const RACES: readonly (readonly [string, readonly Outcome[], () => Promise<Send> | Send])[] = [
  [
    'a code that is bound to no key',
    [oneOf('200', '400 invalid_grant')],
    () => codeFor(issuer, { keys: false }),
  ],
  [
    'a code that ten keys come with',
    [oneOf('200', '400 invalid_grant')],
    () => codeFor(issuer, { keys: true }),
  ],
  [
    'a code that nine come with who have not its verifier',
    [oneOf('200', '400 invalid_grant')],
    () =>
      codeFor(issuer, {
        keys: false,
        change: (caller) => (caller === 4 ? {} : { codeVerifier: 'v'.repeat(43) }),
      }),
  ],
  [
    'a code whose token has led to a credential',
    [allRefused('400 invalid_grant')],
    async () => usedUp(issuer, await authorizationCode(issuer, true)),
  ],
  [
    'a refresh token whose successor has led to a credential',
    [allRefused('400 invalid_grant')],
    async () => usedUp(issuer, refreshing(issuer, await granted(issuer))),
  ],
  [
    'a pushed request that ten browsers say yes to',
    [oneOf('303 code', '400')],
    async () => deciding(await openedIn(issuer, 10), () => 'approve'),
  ],
  [
    'a pushed request that one browser says yes to',
    [allHear('303 code')],
    async () => deciding(await openedIn(issuer, 1), () => 'approve'),
  ],
  [
    'a pushed request that one browser says yes and no to',
    [halfOf('303 code', '400'), halfOf('303 access_denied', '400')],
    async () => deciding(await openedIn(issuer, 1), byTurns),
  ],
  [
    'an offer that ten requests are approved for',
    [{ told: { '303 code': 1, '303 access_denied': 9 }, different: 2 }],
    async () => deciding(await requestsForOneOffer(issuer), () => 'approve'),
  ],
  [
    'a client assertion that comes with a pushed request',
    [oneOf('201', '401 invalid_client')],
    () => pushing(issuer, means, { method: 'private_key_jwt', shown: 1 }),
  ],
  [
    'a proof of an attested key, with a challenge, that comes with a pushed request',
    [oneOf('201', '401 invalid_client_attestation')],
    () => pushing(issuer, means, { method: 'attest_jwt_client_auth', shown: 1 }),
  ],
  [
    // It is good until it is old; what is good once is the proof.
    'an attestation challenge in ten proofs',
    [{ told: { '201': 10 }, different: 10 }],
    () => pushing(issuer, means, { method: 'attest_jwt_client_auth', shown: 10 }),
  ],
  [
    'a nonce that ten different batches come with',
    [oneOf('200', '400 invalid_nonce')],
    () => differentBatches(issuer),
  ],
  [
    'what became of a credential, told both ways',
    // A failure may be made good; what was accepted has not failed.
    [allHear('204'), halfOf('204', '400 invalid_notification_request')],
    () => contradicting(issuer),
  ],
  ['a deferred credential that is agreed to and refused', [halfOf('200', '409')], () => decidedByAll(issuer)],
  ['an idempotency key of one call', [allHear('200')], () => underOneKey(issuer, () => ORDER)],
  ['an idempotency key of ten calls', [oneOf('200', '422')], () => underOneKey(issuer, named)],
]

it.each(RACES)('%s, ten times at once over two issuers, comes to one end', (_what, ends, begin) =>
  inRounds(async () => {
    const answers = await atOnce(cluster, await begin())
    expect(ends).toContainEqual(outcomeOf(answers))
  }),
)

it('a call that comes ten times at once under one idempotency key makes one offer', async () => {
  const redis = await createClient({ url: cluster.redis?.url ?? '' }).connect()
  try {
    const offers = async () => (await redis.keys('countersign:issuance:*')).length
    const before = await offers()
    await inRounds(
      async () =>
        void (await atOnce(
          cluster,
          underOneKey(issuer, () => ORDER),
        )),
    )
    expect((await offers()) - before).toBe(ROUNDS)
  } finally {
    redis.destroy()
  }
})
