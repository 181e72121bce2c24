import { ok, refuse } from '@countersign/core/result'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { StatusListTrust } from '@countersign/status-list/status-list'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { describe, expect, it } from 'vitest'
import { nodeCompression } from '../compose/node-compression.ts'
import { createRemote } from './guarded-client.ts'
import { kept, NOW, publish, request, settled, signer, trust, URI } from './kept-status-lists.testing.ts'
import { openStatusLists } from './kept-status-lists.ts'

describe('a status list that is kept', () => {
  it('is fetched, verified and inflated once for all who ask in its time to live', async () => {
    const { at, signatures, state } = kept(await publish({ ttlSeconds: 60, expiresAt: NOW + 3600 }))
    for (let second = 0; second < 48; second++) expect(await at(NOW + second)).toBe('valid')
    expect([state.asked, signatures()]).toEqual([1, 1])
    const rare = kept(await publish({ ttlSeconds: 60, expiresAt: NOW + 3600 }))
    for (const second of [0, 47, 60, 107]) expect(await rare.at(NOW + second)).toBe('valid')
    expect(rare.state.asked).toBe(2)
  })

  it('counts no longer than its signer is believed, however long it may be kept', async () => {
    const end = NOW + 1000
    const believed: StatusListTrust = (_reference, now) =>
      now > end
        ? refuse({ code: 'untrusted', reason: 'anchor_list_outdated', key: signer.publicJwk })
        : ok({ key: signer.publicJwk, anchor: 'Example Root', trustedUntil: end })
    const list = await publish({ ttlSeconds: 7200, expiresAt: NOW + 86_400 })
    const { at, state } = kept(list, { trust: believed })
    expect(await at(NOW)).toBe('valid')
    expect(await at(end)).toBe('valid')
    expect(await at(end + 1)).toContain('signer_untrusted')
    state.answer = { code: 'list_http_status', reason: '503' }
    expect(await at(end + 10)).not.toBe('valid')
  })

  it('is judged again once somebody is believed no longer, and relied upon no more if it was he', async () => {
    let losses = 0
    let believed = true
    const { at, state } = kept(await publish({ ttlSeconds: 600, expiresAt: NOW + 900 }), {
      losses: () => losses,
      trust: (...asked) => (believed ? trust(...asked) : refuse({ code: 'no_key_reference' })),
    })
    expect(await at(NOW)).toBe('valid')
    losses++
    expect(await at(NOW + 1)).toBe('valid')
    expect(state.asked).toBe(2)
    believed = false
    losses++
    expect(await at(NOW + 2)).not.toBe('valid')
    state.answer = { code: 'list_unreachable', reason: 'timeout' }
    expect(await at(NOW + 20)).not.toBe('valid')
  })

  it('is fetched again from four fifths of its time on, once and while those who ask get the one at hand', async () => {
    const { at, state } = kept(await publish({ ttlSeconds: 60 }))
    await at(NOW)
    const newer = await publish({ status: 1, issuedAt: NOW + 30, ttlSeconds: 60 })
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    state.answer = () => promise
    for (const second of [48, 50, 59]) expect(await at(NOW + second)).toBe('valid')
    expect(state.asked).toBe(2)
    resolve(newer)
    await eventually('the newer list is at hand', async () => expect(await at(NOW + 59)).toBe('revoked'))
    state.answer = newer
    // It was fetched at 48, so it is fresh until 108.
    for (const second of [60, 90, 95]) expect(await at(NOW + second)).toBe('revoked')
    expect(state.asked).toBe(2)
  })

  it('stays at hand to its end when it cannot be fetched ahead of it, and is tried for once a second', async () => {
    const { at, state } = kept(await publish({ ttlSeconds: 60 }))
    await at(NOW)
    state.answer = { code: 'list_http_status', reason: '503' }
    for (const second of [48, 48, 49, 49, 50]) {
      expect(await at(NOW + second)).toBe('valid')
      await settled()
    }
    expect(state.asked).toBe(4)
    state.answer = () => {
      throw new Error('a bug')
    }
    expect(await at(NOW + 52)).toBe('valid')
    await settled()
    expect(await at(NOW + 59)).toBe('valid')
    await settled()
    await expect(at(NOW + 60)).rejects.toThrow('a bug')
  })

  it('answers at once', async () => {
    const { lists } = kept(await publish())
    expect(lists(request, NOW)).toBeInstanceOf(Promise)
    await lists(request, NOW)
    expect(lists(request, NOW)).toMatchObject({ ok: true, value: { uri: URI } })
  })

  it('is replaced by the newer one when its time to live is over', async () => {
    const { at, state } = kept(await publish({ ttlSeconds: 60 }))
    expect(await at(NOW)).toBe('valid')
    state.answer = await publish({ status: 1, issuedAt: NOW + 30, ttlSeconds: 60 })
    expect(await at(NOW + 47)).toBe('valid')
    expect(await at(NOW + 60)).toBe('revoked')
  })

  it('is fetched once by a crowd', async () => {
    const list = await publish()
    const { at, state } = kept(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return list
    })
    const answers = await Promise.all(Array.from({ length: 200 }, () => at(NOW)))
    expect(new Set(answers)).toEqual(new Set(['valid']))
    expect(state.asked).toBe(1)
  })

  it('is another one in another form, of another mechanism, and for another issuer', async () => {
    const { lists, state } = kept(await publish())
    await lists(request, NOW)
    await lists({ ...request, accept: ['application/statuslist+jwt', 'application/statuslist+cwt'] }, NOW)
    await lists({ ...request, credentialIssuer: 'a' }, NOW)
    await lists({ ...request, credentialIssuer: 'a b' }, NOW)
    await lists({ ...request, mechanism: 'identifier_list' }, NOW)
    expect(state.asked).toBe(5)
    await lists({ ...request, credentialIssuer: 'a' }, NOW)
    expect(state.asked).toBe(5)
  })
})

describe('somebody with little time', () => {
  const slow = () => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    return { ...kept(() => promise), resolve }
  }

  it('is told in time that there is no list yet; the look-up goes on, and serves who asks next', async () => {
    const { at, lists, state, resolve } = slow()
    const asked = await takesAtMost(1000, async () => lists(request, NOW, 30))
    expect(asked).toEqual(refuse({ code: 'list_unreachable', reason: 'timeout' }))
    expect(await lists(request, NOW, 0)).toMatchObject({ ok: false })
    expect(state.asked).toBe(1)
    resolve(await publish())
    expect(await at(NOW)).toBe('valid')
    expect(state.asked).toBe(1)
    expect(lists(request, NOW, 0)).toMatchObject({ ok: true })
  })

  it('relies on a list past its time to live, as everybody does when there is no newer one', async () => {
    const { lists, state } = kept(await publish({ status: 1, ttlSeconds: 60, expiresAt: NOW + 900 }))
    await lists(request, NOW)
    state.answer = () => new Promise(() => undefined)
    expect(await lists(request, NOW + 60, 20)).toMatchObject({ ok: true })
    expect(await lists(request, NOW + 900, 20)).toMatchObject({ error: { reason: 'timeout' } })
  })
})

describe('a copy that will not do', () => {
  it('is fetched again, and is no copy of then when it cannot be', async () => {
    const { lists, state } = kept(await publish({ ttlSeconds: 60, expiresAt: NOW + 900 }))
    await lists(request, NOW)
    await lists({ ...request, newerThan: NOW - 1 }, NOW + 5)
    expect(state.asked).toBe(1)
    const newer = await lists({ ...request, newerThan: NOW }, NOW + 5)
    expect(newer).toMatchObject({ ok: true, value: { fetchedAt: NOW + 5 } })
    state.answer = { code: 'list_unreachable' }
    const known = await lists({ ...request, newerThan: NOW + 5 }, NOW + 9)
    expect(known).toMatchObject({ ok: true, value: { fetchedAt: NOW + 5 } })
    expect(state.asked).toBe(3)
  })
})

describe('how often and how much', () => {
  it.each([
    ['a tiny time to live', { ttlSeconds: 1 }, { minFreshSeconds: 30 }, 30],
    ['a huge time to live', { ttlSeconds: 1_000_000 }, { maxFreshSeconds: 100 }, 100],
    ['no time to live', {}, {}, 300],
    ['no time to live and an early end', { expiresAt: NOW + 50 }, {}, 50],
    ['an end before its time to live', { expiresAt: NOW + 50, ttlSeconds: 100 }, {}, 50],
  ])('is bounded for %s', async (_what, facts, options, seconds) => {
    const { lists, state } = kept(await publish(facts), options)
    await lists(request, NOW)
    await lists(request, NOW + Math.ceil(seconds * 0.8) - 1)
    expect(state.asked).toBe(1)
    await lists(request, NOW + seconds)
    expect(state.asked).toBe(2)
  })

  it('a list that has just ended, within the tolerance of clocks, is not fetched for every question', async () => {
    const { lists, state } = kept(await publish({ expiresAt: NOW + 10 }), {
      skewSeconds: 60,
      minFreshSeconds: 5,
    })
    await lists(request, NOW)
    for (let second = 10; second < 20; second++) await lists(request, NOW + second)
    expect(state.asked).toBe(3)
  })

  it('entries are kept: the least recently used goes first', async () => {
    const bodies = new Map<string, Uint8Array>()
    for (const uri of ['a:1', 'a:2', 'a:3']) bodies.set(uri, await publish({ uri }))
    const { at, state } = kept((uri) => bodies.get(uri) ?? { code: 'list_malformed' }, { maxEntries: 2 })
    for (const uri of ['a:1', 'a:2', 'a:1', 'a:3', 'a:1']) expect(await at(NOW, { uri })).toBe('valid')
    expect(state.asked).toBe(3)
    await at(NOW, { uri: 'a:2' })
    expect(state.asked).toBe(4)
  })

  it('bytes are kept: what does not fit at all is used and forgotten', async () => {
    const bodies = new Map<string, Uint8Array>()
    const entries = { 'a:1': 4000, 'a:2': 4000, 'a:3': 4000, 'a:4': 40_000 }
    for (const [uri, count] of Object.entries(entries))
      bodies.set(uri, await publish({ uri, entries: count }))
    const { at, state } = kept((uri) => bodies.get(uri) ?? { code: 'list_malformed' }, { maxKeptBytes: 2500 })
    for (const uri of ['a:1', 'a:2', 'a:1', 'a:2']) await at(NOW, { uri })
    expect(state.asked).toBe(2)
    await at(NOW, { uri: 'a:3' })
    await at(NOW, { uri: 'a:1' })
    expect(state.asked).toBe(4)
    for (const _ of [1, 2]) expect(await at(NOW, { uri: 'a:4' })).toBe('valid')
    expect(state.asked).toBe(6)
    await at(NOW, { uri: 'a:1' })
    expect(state.asked).toBe(6)
  })

  it('a bomb is not inflated', async () => {
    const { at } = kept(await publish({ entries: 40_000_000 }), { maxInflatedBytes: 1_000_000 })
    expect(await at(NOW)).toBe('inflated_too_large')
  })
})

describe('lists over the network', () => {
  it('are refused where they may not come from', async () => {
    const remote = createRemote()
    const lists = openStatusLists(remote, { trust, crypto: nodeCrypto, compression: nodeCompression })
    expect(await lists({ ...request, uri: 'http://lists.example/1' }, NOW)).toEqual(
      refuse({ code: 'list_unreachable', reason: 'scheme' }),
    )
    expect(await lists({ ...request, uri: 'https://127.0.0.1/1' }, NOW)).toEqual(
      refuse({ code: 'list_unreachable', reason: 'address_not_allowed' }),
    )
    await remote.close()
  })
})
