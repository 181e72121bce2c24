import { randomUUID } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { decodeBase64url, decodeUtf8 } from '@countersign/core/base64url'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { getStatus } from '@countersign/status-list/bits'
import { readTokenStatusListJwt } from '@countersign/status-list/token-status-list'
import { readTokenStatusListCwt } from '@countersign/status-list/token-status-list-cwt'
import { StoreUnavailable } from '@countersign/stores/ports'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { expect, it } from 'vitest'
import type { IssuerDatabase } from '../database/schema.ts'
import {
  newDeployment,
  onBothDatabases,
  recordIssuance,
  type TestDeployment,
  watched,
} from '../testing/durable.testing.ts'
import { changeStatus } from './change-status.ts'
import type { PublishedList, PublishedLists } from './published-lists.ts'

interface Recorded {
  readonly id: string
  readonly listId: string
  readonly index: number
}

async function recorded(issuer: ReturnType<TestDeployment['instance']>): Promise<Recorded> {
  const facts = { sessionId: randomUUID(), configurationId: 'c', format: sdJwtVc, issuedAt: 1 } as const
  const { credentialId: id = '', statuses } = await recordIssuance(issuer, facts)
  const [status] = statuses
  if (status?.mechanism !== 'token_status_list') throw new Error('no place')
  return { id, listId: status.uri.split('/').at(-1) ?? '', index: status.index }
}

async function tokenList(published: PublishedLists, listId: string): Promise<PublishedList> {
  const list = await published.read('token', listId, 'statuslist+jwt')
  if (list === undefined) throw new Error('no list')
  return list
}

/** What a verifier reads at a place, after it checked the signature. */
async function statusIn(
  { publicJwk }: TestDeployment,
  { body }: PublishedList,
  index: number,
): Promise<number | undefined> {
  const read = readTokenStatusListJwt(body, nodeCrypto)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  expect(await read.value.verify(publicJwk)).toMatchObject({ ok: true })
  const { packed } = read.value
  if (packed.mechanism !== 'token_status_list') throw new Error('another mechanism')
  const bytes = inflateSync(packed.deflated)
  return getStatus({ bytes, size: packed.size, order: 'least_significant_first' }, index)
}

onBothDatabases('a published list', (database) => {
  const setup = async (seen: IssuerDatabase = database()) => {
    const deployment = newDeployment(database())
    const clock = { ms: 0 }
    const instance = () => deployment.instance({ database: seen, monotonicMs: () => clock.ms })
    const issuer = instance()
    return { deployment, clock, instance, issuer, credential: await recorded(deployment.instance()) }
  }

  it('says of every credential what it is now', async () => {
    const { deployment, issuer, clock } = await setup()
    const [valid, suspended, revoked] = [
      await recorded(issuer),
      await recorded(issuer),
      await recorded(issuer),
    ]
    await changeStatus(database(), suspended.id, 'suspended', 1)
    await changeStatus(database(), revoked.id, 'revoked', 1)
    const list = await tokenList(issuer.statusLists.published, valid.listId)
    expect(await statusIn(deployment, list, valid.index)).toBe(0)
    expect(await statusIn(deployment, list, suspended.index)).toBe(2)
    expect(await statusIn(deployment, list, revoked.index)).toBe(1)
    await changeStatus(database(), suspended.id, 'valid', 1)
    clock.ms += 1000
    const later = await tokenList(issuer.statusLists.published, valid.listId)
    expect(await statusIn(deployment, later, suspended.index)).toBe(0)
    expect(await statusIn(deployment, later, revoked.index)).toBe(1)
  })

  it('shows a change of another instance within a second, and one of its own at once', async () => {
    const { deployment, issuer, instance, credential, clock } = await setup()
    const [here, there] = [issuer.statusLists.published, instance().statusLists.published]
    for (const published of [here, there]) await tokenList(published, credential.listId)
    await changeStatus(database(), credential.id, 'suspended', 1)
    here.changed(credential.listId)
    const statusAt = async (published: PublishedLists) =>
      statusIn(deployment, await tokenList(published, credential.listId), credential.index)
    expect(await statusAt(here)).toBe(2)
    expect(await statusAt(there)).toBe(0)
    clock.ms += 999
    expect(await statusAt(there)).toBe(0)
    clock.ms += 1
    expect(await statusAt(there)).toBe(2)
  })

  it('is not signed anew because many ask for lists that do not exist', async () => {
    const { issuer, credential } = await setup()
    const { published } = issuer.statusLists
    const before = await tokenList(published, credential.listId)
    const strangers = Array.from({ length: 200 }, (_, at) => String(at).padStart(22, 'x'))
    const answers = await Promise.all(strangers.map((id) => published.read('token', id, 'statuslist+jwt')))
    expect(answers.every((answer) => answer === undefined)).toBe(true)
    expect(await tokenList(published, credential.listId)).toBe(before)
  })

  it('shows a change of its own although it was looking for changes just then', async () => {
    let gate: Promise<void> | undefined
    const slow = watched(database(), { after: () => gate })
    const { deployment, issuer, credential } = await setup(slow)
    const { published } = issuer.statusLists
    // The list itself is found before the gate closes: what waits is the look for changes.
    await published.read('bitstring', credential.listId, 'revocation')
    const { promise, resolve: open } = Promise.withResolvers<void>()
    gate = promise
    const early = tokenList(published, credential.listId)
    await changeStatus(database(), credential.id, 'suspended', 1)
    published.changed(credential.listId)
    const late = tokenList(published, credential.listId)
    gate = undefined
    open()
    await early
    expect(await statusIn(deployment, await late, credential.index)).toBe(2)
  })

  it('is signed once for all who ask, again after a change, and at half of its life', async () => {
    const { deployment, issuer, credential, clock } = await setup()
    const ask = () =>
      Promise.all(
        Array.from({ length: 20 }, () => tokenList(issuer.statusLists.published, credential.listId)),
      )
    const revisions = async () => [...new Set((await ask()).map(({ revision }) => revision))]
    deployment.clock.now = 86_400 * 20_000
    const first = await revisions()
    expect(first).toHaveLength(1)
    expect(deployment.signed.count).toBe(1)
    clock.ms += 5000
    deployment.clock.now += 43_199
    expect(await revisions()).toEqual(first)
    expect(deployment.signed.count).toBe(1)
    // The time of day goes on by itself: the machine slept.
    deployment.clock.now += 2
    expect(await revisions()).not.toEqual(first)
    expect(deployment.signed.count).toBe(2)
    await changeStatus(database(), credential.id, 'revoked', 1)
    clock.ms += 1000
    await ask()
    expect(deployment.signed.count).toBe(3)
  })

  it('has half of its life before it whenever it is given out', async () => {
    const { deployment, issuer, credential, clock } = await setup()
    for (let step = 0; step < 30; step++) {
      deployment.clock.now += 10_007
      clock.ms += 2000
      const { body } = await tokenList(issuer.statusLists.published, credential.listId)
      const read = readTokenStatusListJwt(body, nodeCrypto)
      expect(read).toMatchObject({ ok: true, value: { ttlSeconds: 300 } })
      const expiresAt = read.ok ? (read.value.expiresAt ?? 0) : 0
      expect(expiresAt - deployment.clock.now).toBeGreaterThanOrEqual(43_200)
    }
  })

  it('has one revision on all instances, though each signs for itself', async () => {
    const { issuer, instance, credential } = await setup()
    await changeStatus(database(), credential.id, 'revoked', 1)
    const lists = await Promise.all(
      [issuer, instance()].map(({ statusLists }) => tokenList(statusLists.published, credential.listId)),
    )
    expect(lists[0]?.revision).toBe(lists[1]?.revision)
    expect(lists[0]?.body).not.toEqual(lists[1]?.body)
  })

  it('asks the database once a second, and then for what changed only', async () => {
    let statements = 0
    const { issuer, credential, clock } = await setup(
      watched(database(), { before: () => (statements += 1) }),
    )
    await tokenList(issuer.statusLists.published, credential.listId)
    statements = 0
    for (let ask = 0; ask < 50; ask++) await tokenList(issuer.statusLists.published, credential.listId)
    expect(statements).toBe(0)
    clock.ms += 1000
    for (let ask = 0; ask < 50; ask++) await tokenList(issuer.statusLists.published, credential.listId)
    expect(statements).toBe(1)
  })

  it('that nobody has changed for long is complete for an instance that starts late', async () => {
    const { deployment, issuer, instance, credential } = await setup()
    const rows = Array.from({ length: 5001 }, (_, at) => ({
      at,
      index: (credential.index + 1 + at) % 131_072,
    }))
    for (let from = 0; from < rows.length; from += 100) {
      const values = rows.slice(from, from + 100).map(({ at, index }) => {
        return { list_id: credential.listId, version: at + 1, idx: index, status: 1, changed_at: 1 }
      })
      await database().db.insertInto('status_changes').values(values).execute()
    }
    for (const { statusLists } of [issuer, instance()]) {
      const list = await tokenList(statusLists.published, credential.listId)
      for (const { index } of [rows[0], rows[2500], rows[4999], rows[5000]].filter(
        (row) => row !== undefined,
      ))
        expect(await statusIn(deployment, list, index)).toBe(1)
      expect(await statusIn(deployment, list, credential.index)).toBe(0)
    }
  })

  /** A database that can be away, or silent. */
  function outage() {
    const state = { away: false, silent: undefined as Promise<void> | undefined }
    const seen = watched(database(), {
      before: () => {
        if (state.away) throw new StoreUnavailable('away')
      },
      after: () => state.silent,
    })
    return { state, seen }
  }

  it('is the last one signed while the database is away, and none where there was none', async () => {
    const { state, seen } = outage()
    const { deployment, issuer, instance, credential, clock } = await setup(seen)
    const late = instance().statusLists.published
    const { published } = issuer.statusLists
    const first = await tokenList(published, credential.listId)
    await late.read('bitstring', credential.listId, 'revocation')
    await changeStatus(database(), credential.id, 'revoked', 1)
    state.away = true
    for (const wait of [1000, 0, 500, 1000]) {
      clock.ms += wait
      expect(await tokenList(published, credential.listId)).toEqual(first)
      // This one found the list before, and has never seen its statuses: to it every credential would be valid.
      await expect(tokenList(late, credential.listId)).rejects.toThrow(StoreUnavailable)
    }
    state.away = false
    clock.ms += 1000
    for (const lists of [published, late])
      expect(await statusIn(deployment, await tokenList(lists, credential.listId), credential.index)).toBe(1)
  })

  it('is the same while the database is away, over half of its life and to its end', async () => {
    const { state, seen } = outage()
    const { deployment, issuer, credential, clock } = await setup(seen)
    const { published } = issuer.statusLists
    const first = await tokenList(published, credential.listId)
    expect(first.expiresAt).toBe(deployment.clock.now + 86_400)
    state.away = true
    for (const seconds of [43_200, 43_199]) {
      deployment.clock.now += seconds
      clock.ms += 1000 * seconds
      expect(await tokenList(published, credential.listId)).toBe(first)
    }
    expect(deployment.signed.count).toBe(1)
    deployment.clock.now += 1
    await expect(tokenList(published, credential.listId)).rejects.toThrow(StoreUnavailable)
    expect(deployment.signed.count).toBe(1)
  })

  it('is signed in another form while the database is away, as of when it was seen', async () => {
    const { state, seen } = outage()
    const { deployment, issuer, credential, clock } = await setup(seen)
    const { published } = issuer.statusLists
    const seenAt = deployment.clock.now
    await tokenList(published, credential.listId)
    state.away = true
    deployment.clock.now += 5000
    clock.ms += 5000
    const list = await published.read('token', credential.listId, 'statuslist+cwt')
    expect(list?.expiresAt).toBe(seenAt + 86_400)
    expect(readTokenStatusListCwt(list?.body ?? new Uint8Array(), nodeCrypto)).toMatchObject({
      ok: true,
      value: { issuedAt: seenAt, expiresAt: seenAt + 86_400 },
    })
    // Past the end of what was seen a form that was never asked for is not signed any more.
    deployment.clock.now = seenAt + 86_400
    await expect(published.read('token', credential.listId, 'statuslist+jwt')).rejects.toThrow(
      StoreUnavailable,
    )
  })

  it('is told in a second while the database is silent, and at once to those who come later', async () => {
    const { state, seen } = outage()
    const { deployment, issuer, credential, clock } = await setup(seen)
    const { published } = issuer.statusLists
    const first = await tokenList(published, credential.listId)
    const { promise, resolve } = Promise.withResolvers<void>()
    state.silent = promise
    await changeStatus(database(), credential.id, 'suspended', 1)
    clock.ms += 1000
    expect(await takesAtMost(2000, () => tokenList(published, credential.listId))).toBe(first)
    const later = async () => {
      for (let ask = 0; ask < 10; ask++) expect(await tokenList(published, credential.listId)).toBe(first)
    }
    await takesAtMost(200, later)
    state.silent = undefined
    resolve()
    await eventually('the change is public', async () => {
      const list = await tokenList(published, credential.listId)
      return (await statusIn(deployment, list, credential.index)) === 2
    })
  })

  it('is the one before while its key cannot be used, as long as it says the same', async () => {
    const { deployment, issuer, credential, clock } = await setup()
    const { published } = issuer.statusLists
    const { clock: wall, signed } = deployment
    wall.now = 86_400 * 20_000
    const first = await tokenList(published, credential.listId)
    for (const fault of ['fails', 'hangs'] as const) {
      signed.fault = fault
      wall.now += 43_200
      clock.ms += 1000
      if (fault === 'hangs') wall.now -= 3600
      expect(await tokenList(published, credential.listId)).toBe(first)
    }
    signed.fault = 'fails'
    await changeStatus(database(), credential.id, 'revoked', 1)
    clock.ms += 1000
    // It says something that is known to be wrong.
    await expect(tokenList(published, credential.listId)).rejects.toThrow('key service')
    signed.fault = undefined
    expect(await statusIn(deployment, await tokenList(published, credential.listId), credential.index)).toBe(
      1,
    )
  })

  it('keeps the address it was made under when the issuer moves', async () => {
    const { deployment, credential } = await setup()
    const moved = deployment.instance({ baseUrl: 'https://moved.example' })
    const { body } = await tokenList(moved.statusLists.published, credential.listId)
    const read = readTokenStatusListJwt(body, nodeCrypto)
    expect(read).toMatchObject({
      ok: true,
      value: { uri: `https://issuer.example/status/token/${credential.listId}` },
    })
  })

  it('is not there under another kind or an id that nobody gave', async () => {
    const { issuer, credential } = await setup()
    const { published } = issuer.statusLists
    expect(await published.read('bitstring', credential.listId, 'revocation')).toBeUndefined()
    expect(await published.read('token', 'A'.repeat(22), 'statuslist+jwt')).toBeUndefined()
  })

  it('is found again after many others were asked for', async () => {
    const { deployment, credential } = await setup()
    // Room for 64 of these lists.
    const small = deployment.instance({ maxKeptBytes: 64 * 6 * (131_072 / 4) })
    const { published } = small.statusLists
    await changeStatus(database(), credential.id, 'revoked', 1)
    await tokenList(published, credential.listId)
    const others = await Promise.all(
      Array.from({ length: 70 }, async (_, number) => {
        const other = deployment.instance({ baseUrl: `https://issuer-${number}.example` })
        return (await recorded(other)).listId
      }),
    )
    for (const listId of others) await tokenList(published, listId)
    expect(deployment.signed.count).toBe(71)
    const again = await tokenList(published, credential.listId)
    expect(deployment.signed.count).toBe(72)
    expect(await statusIn(deployment, again, credential.index)).toBe(1)
  })

  it('carries no more than the statuses in its text', async () => {
    const { issuer, credential } = await setup()
    const { body } = await tokenList(issuer.statusLists.published, credential.listId)
    const [header = '', payload = ''] = (decodeUtf8(body) ?? '').split('.')
    const read = (part: string) => JSON.parse(decodeUtf8(decodeBase64url(part) ?? new Uint8Array()) ?? '')
    expect(Object.keys(read(header)).toSorted()).toEqual(['alg', 'kid', 'typ'])
    expect(Object.keys(read(payload)).toSorted()).toEqual(['exp', 'iat', 'iss', 'status_list', 'sub', 'ttl'])
  })
})
