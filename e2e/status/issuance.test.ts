/**
 * Credentials issued by three instances at once, one of which is killed every now and then: each has a place of its own
 * in a list, each can be found and revoked afterwards, and every instance publishes that.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { inflateSync } from 'node:zlib'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { getStatus } from '@countersign/status-list/bits'
import { readTokenStatusListJwt } from '@countersign/status-list/token-status-list'
import { issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { many } from '../cluster/many.ts'

const CREDENTIALS = 200
const AT_ONCE = 8

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0, verifiers: 0, issuers: 3 })
})
afterAll(() => cluster?.stop())

interface Place {
  readonly uri: string
  readonly idx: number
}

function placeIn(credential: string): Place {
  const decoded = decodeJws(credential.split('~')[0] ?? '')
  const status = decoded.ok && (decoded.value.payload['status'] as { status_list?: Place } | undefined)
  if (!status || status.status_list === undefined) throw new Error('the credential has no status')
  return status.status_list
}

/** What was cut is sent again. */
async function issueAll(stop: AbortController): Promise<readonly Place[]> {
  try {
    return await many(CREDENTIALS, AT_ONCE, async () =>
      placeIn((await issue(cluster.urls.issuer, { retries: 20 })).credential),
    )
  } finally {
    stop.abort()
  }
}

async function killEveryNowAndThen(signal: AbortSignal): Promise<number> {
  const issuers = cluster.services.filter(({ service }) => service === 'issuer')
  let kills = 0
  while (!signal.aborted) {
    await delay(300)
    const victim = issuers[kills % issuers.length]
    await victim?.kill('SIGKILL')
    await victim?.restart()
    kills += 1
  }
  return kills
}

/** What each instance says at a place, asked past the balancer. */
async function statusesAt({ uri, idx }: Place): Promise<readonly (number | undefined)[]> {
  const issuers = cluster.services.filter(({ service }) => service === 'issuer')
  const lists = issuers.map(async ({ url }) => {
    const answer = await fetch(url + new URL(uri).pathname)
    const read = readTokenStatusListJwt(new Uint8Array(await answer.arrayBuffer()), nodeCrypto)
    if (!read.ok || read.value.packed.mechanism !== 'token_status_list') throw new Error('no list')
    expect(read.value.uri).toBe(uri)
    const { deflated, size } = read.value.packed
    return getStatus({ bytes: inflateSync(deflated), size, order: 'least_significant_first' }, idx)
  })
  return Promise.all(lists)
}

describe('credentials of instances that are killed while they issue', () => {
  let places: readonly Place[]

  it('have each a place of their own', async () => {
    const stop = new AbortController()
    const [issued, kills] = await Promise.all([issueAll(stop), killEveryNowAndThen(stop.signal)])
    places = issued
    expect(kills).toBeGreaterThan(0)
    expect(places).toHaveLength(CREDENTIALS)
    expect(new Set(places.map(({ uri, idx }) => `${uri} ${idx}`)).size).toBe(CREDENTIALS)
  })

  it('are all in the log, and revoked by one instance are revoked in the lists of all', async () => {
    const [one, other] = [places[0], places.at(-1)]
    if (one === undefined || other === undefined) throw new Error('nothing was issued')
    expect(await statusesAt(one)).toEqual([0, 0, 0])
    for (const { uri, idx } of places) {
      const query = new URLSearchParams({ statusListUri: uri, statusListIndex: String(idx) })
      const found = await call(`${cluster.urls.issuer}/openid4vc/credentials?${query.toString()}`)
      expect(JSON.parse(expectStatus(found, 200).text)).toHaveLength(1)
    }
    const change = { statusListUri: one.uri, statusListIndex: one.idx, status: 'revoked' }
    expectStatus(await postJson(`${cluster.urls.issuer}/openid4vc/credentials/status`, change), 200)
    await eventually('every instance publishes it', async () => {
      expect(await statusesAt(one)).toEqual([1, 1, 1])
      return true
    })
    expect(await statusesAt(other)).toEqual([0, 0, 0])
  })
})
