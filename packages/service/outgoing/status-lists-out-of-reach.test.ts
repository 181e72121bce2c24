import { refuse } from '@countersign/core/result'
import type { StatusListRefusal } from '@countersign/status-list/status-list'
import { eventually } from '@countersign/testing/time/eventually'
import { describe, expect, it } from 'vitest'
import { kept, NOW, publish, request } from './kept-status-lists.testing.ts'

describe('a list that cannot be had again', () => {
  const down: StatusListRefusal = { code: 'list_unreachable', reason: 'timeout' }

  it('is relied upon until its own end, and tried for again every few seconds', async () => {
    const { at, state } = kept(await publish({ status: 2, ttlSeconds: 60, expiresAt: NOW + 100 }))
    expect(await at(NOW)).toBe('suspended')
    state.answer = down
    expect(await at(NOW + 80)).toBe('suspended')
    expect(await at(NOW + 80)).toBe('suspended')
    expect(state.asked).toBe(2)
    expect(await at(NOW + 81)).toBe('suspended')
    expect(state.asked).toBe(3)
    expect(await at(NOW + 99)).toBe('suspended')
    expect(await at(NOW + 100)).toBe('list_unreachable: timeout')
    state.answer = await publish({ issuedAt: NOW + 101, expiresAt: NOW + 900 })
    expect(await at(NOW + 101)).toBe('valid')
  })

  it('lets nobody wait while tries for it follow each other', async () => {
    const { at, state } = kept(await publish({ ttlSeconds: 60, expiresAt: NOW + 900 }))
    await at(NOW)
    state.answer = down
    await at(NOW + 60)
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    state.answer = () => promise
    expect(await at(NOW + 62)).toBe('valid')
    expect(state.asked).toBe(3)
    resolve(await publish({ status: 1, issuedAt: NOW + 62, ttlSeconds: 60 }))
    await eventually('the newer list is at hand', async () => expect(await at(NOW + 62)).toBe('revoked'))
  })

  it('and states no end, ends with its time to live', async () => {
    const { at, state } = kept(await publish({ ttlSeconds: 60 }))
    expect(await at(NOW)).toBe('valid')
    state.answer = down
    expect(await at(NOW + 59)).toBe('valid')
    expect(await at(NOW + 60)).toBe('list_unreachable: timeout')
  })

  it('is relied upon longer only by policy', async () => {
    const list = await publish({ ttlSeconds: 60, expiresAt: NOW + 100 })
    const { at, state } = kept(list, { maxStaleSeconds: 30 })
    await at(NOW)
    state.answer = down
    expect(await at(NOW + 129)).toBe('valid')
    expect(await at(NOW + 135)).toBe('list_unreachable: timeout')
    const endless = kept(await publish({ ttlSeconds: 60 }), { maxStaleSeconds: 30 })
    await endless.at(NOW)
    endless.state.answer = down
    expect(await endless.at(NOW + 89)).toBe('valid')
    expect(await endless.at(NOW + 95)).toBe('list_unreachable: timeout')
  })

  it('is given up after a day, however far its end is', async () => {
    const { at, state } = kept(await publish({ ttlSeconds: 60, expiresAt: NOW + 10_000_000 }))
    await at(NOW)
    state.answer = down
    expect(await at(NOW + 86_399)).toBe('valid')
    expect(await at(NOW + 86_405)).toBe('list_unreachable: timeout')
  })

  it('is not replaced by rubbish, nor by an older list that somebody serves again', async () => {
    const older = await publish({ issuedAt: NOW - 500, ttlSeconds: 60, expiresAt: NOW + 900 })
    const { at, state } = kept(await publish({ status: 1, ttlSeconds: 60, expiresAt: NOW + 900 }))
    expect(await at(NOW)).toBe('revoked')
    state.answer = older
    expect(await at(NOW + 60)).toBe('revoked')
    state.answer = Buffer.from('rubbish')
    expect(await at(NOW + 70)).toBe('revoked')
    state.answer = await publish({ issuedAt: NOW + 75, ttlSeconds: 60, expiresAt: NOW + 900 })
    expect(await at(NOW + 80)).toBe('valid')
  })

  it('is not taken from the cache after its end, not even when the server still shows it', async () => {
    const { at } = kept(await publish({ ttlSeconds: 600, expiresAt: NOW + 100 }))
    expect(await at(NOW + 99)).toBe('valid')
    expect(await at(NOW + 100)).toBe('list_expired')
  })
})

describe('a failure', () => {
  it('is the answer for a moment, with its reason, and then tried again', async () => {
    const { at, state } = kept({ code: 'list_http_status', reason: '503' })
    for (let ask = 0; ask < 5; ask++) expect(await at(NOW)).toBe('list_http_status: 503')
    expect(state.asked).toBe(1)
    state.answer = await publish({ status: 1 })
    expect(await at(NOW + 1)).toBe('revoked')
  })

  it('that is what is published is the answer a little longer', async () => {
    const { at, state } = kept(Buffer.from('rubbish'))
    for (let second = 0; second < 5; second++) expect(await at(NOW + second)).toMatch(/^list_malformed/)
    expect(state.asked).toBe(1)
    state.answer = await publish()
    expect(await at(NOW + 5)).toBe('valid')
  })

  it('of the source is not the end: the next one asks again', async () => {
    const list = await publish()
    let broken = true
    const { at } = kept(() => {
      if (broken) throw new Error('a bug')
      return list
    })
    await expect(at(NOW)).rejects.toThrow('a bug')
    broken = false
    expect(await at(NOW)).toBe('valid')
  })

  it('of a signature is never kept as a list', async () => {
    const list = await publish()
    const { at, lists } = kept(list, { trust: () => refuse({ code: 'no_key_reference' }) })
    expect(await at(NOW)).toBe('signer_unknown: no_key_reference')
    expect(lists(request, NOW)).toEqual(refuse({ code: 'signer_unknown', reason: 'no_key_reference' }))
  })
})
