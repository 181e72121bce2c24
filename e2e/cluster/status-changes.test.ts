/**
 * Many change the status of one credential at the same moment, through two issuers: one after the other, none lost, and
 * in the end both issuers say the same, in their management and in the lists that they publish. What is revoked stays so.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { inflateSync } from 'node:zlib'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { getStatus } from '@countersign/status-list/bits'
import { issue } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postJson } from '@countersign/testing/client/http'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let cluster: Cluster
let issuers: readonly string[]
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0, verifiers: 0 })
  issuers = cluster.services.filter(({ service }) => service === 'issuer').map(({ url }) => url)
})
afterAll(() => cluster?.stop())

type Status = 'valid' | 'suspended' | 'revoked'

interface Place {
  readonly uri: string
  readonly index: number
}

/** Where the status of a new credential stands. */
async function newPlace(): Promise<Place> {
  const { credential } = await issue(cluster.urls.issuer)
  const decoded = decodeJws(credential.split('~')[0] ?? '')
  if (!decoded.ok) throw new Error(decoded.error.code)
  const { status_list: list } = decoded.value.payload['status'] as {
    status_list: { uri: string; idx: number }
  }
  return { uri: list.uri, index: list.idx }
}

function change(issuer: string, { uri, index }: Place, status: Status): Promise<Answer> {
  const body = { statusListUri: uri, statusListIndex: index, status }
  return postJson(`${issuer}/openid4vc/credentials/status`, body)
}

/** Through the issuers in turn, all at once. */
function changeAll(places: readonly Place[], statuses: readonly Status[]): Promise<Answer[]> {
  const calls = statuses.flatMap((status, at) =>
    places.map((place, behind) => change(issuers[(at + behind) % issuers.length] ?? '', place, status)),
  )
  return Promise.all(calls)
}

async function managed(issuer: string, { uri, index }: Place): Promise<unknown> {
  const query = new URLSearchParams({ statusListUri: uri, statusListIndex: String(index) })
  const listed = expectStatus(await call(`${issuer}/openid4vc/credentials?${query.toString()}`), 200)
  const [view] = JSON.parse(listed.text) as { status: string }[]
  return view?.status
}

async function published(issuer: string, { uri, index }: Place): Promise<unknown> {
  const answer = expectStatus(await call(issuer + new URL(uri).pathname), 200)
  const decoded = decodeJws(answer.text, { maxLength: answer.text.length })
  if (!decoded.ok) throw new Error(decoded.error.code)
  const { bits, lst } = decoded.value.payload['status_list'] as { bits: number; lst: string }
  const bytes = inflateSync(Buffer.from(lst, 'base64url'))
  return ['valid', 'revoked', 'suspended'][
    getStatus({ bytes, size: bits, order: 'least_significant_first' }, index) ?? 3
  ]
}

/** What both issuers manage and publish; what another instance changed is public a second later. */
async function everywhere(place: Place): Promise<ReadonlySet<unknown>> {
  const said = issuers.flatMap((issuer) => [managed(issuer, place), published(issuer, place)])
  return new Set(await Promise.all(said))
}

function isRevoked(said: ReadonlySet<unknown>): boolean {
  return said.size === 1 && said.has('revoked')
}

function statusesOf(answers: readonly Answer[]): readonly number[] {
  return [...new Set(answers.map(({ status }) => status))].sort((a, b) => a - b)
}

const turns = (count: number): readonly Status[] =>
  Array.from({ length: count }, (_, at) => (at % 2 === 0 ? 'suspended' : 'valid'))

it('goes through two issuers', () => expect(issuers).toHaveLength(2))

describe('20 changes of one credential at once', () => {
  it('end in one status, the same on both issuers and in both lists', async () => {
    const place = await newPlace()
    const answers = await changeAll([place], turns(20))
    expect(statusesOf(answers)).toEqual([200])
    await eventually('there is one status', async () => (await everywhere(place)).size === 1)
  })

  it('end as revoked when one of them revokes, and those that came too late are told', async () => {
    const place = await newPlace()
    const statuses = turns(20).map((status, at) => (at === 9 ? 'revoked' : status))
    const answers = await changeAll([place], statuses)
    expect(answers[9]?.status).toBe(200)
    expect([[200], [200, 409]]).toContainEqual(statusesOf(answers))
    await eventually('all say revoked', async () => isRevoked(await everywhere(place)))
    expect(statusesOf(await changeAll([place], turns(4)))).toEqual([409])
    // Nothing happens; what did would be public by then.
    await delay(1100)
    expect(isRevoked(await everywhere(place))).toBe(true)
  })
})

describe('changes of ten credentials of one list at once', () => {
  it('leave each with its own', async () => {
    const places = await Promise.all(Array.from({ length: 10 }, newPlace))
    const wanted = places.map(
      (_, at): Status => (['valid', 'suspended', 'revoked'] as const)[at % 3] ?? 'valid',
    )
    await changeAll(places, ['suspended'])
    const answers = await Promise.all(
      places.map((place, at) => change(issuers[at % 2] ?? '', place, wanted[at] ?? 'valid')),
    )
    expect(statusesOf(answers)).toEqual([200])
    for (const issuer of issuers) {
      expect(await Promise.all(places.map((place) => managed(issuer, place)))).toEqual(wanted)
      await eventually(`the list of ${issuer} says the same`, async () => {
        expect(await Promise.all(places.map((place) => published(issuer, place)))).toEqual(wanted)
        return true
      })
    }
  })
})
