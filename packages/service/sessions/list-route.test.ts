import { issuanceList, issuanceListQuery } from '@countersign/api/issuer/session-list'
import { verificationList, verificationListQuery } from '@countersign/api/verifier/session-list'
import { openMemoryEngine } from '@countersign/stores/memory'
import { StoreUnavailable } from '@countersign/stores/ports'
import { textSessions } from '@countersign/stores/text-sessions'
import { describe, expect, it } from 'vitest'
import { builtService } from '../http/http-service.testing.ts'
import { listRoute } from './list-route.ts'

const NOW = 1_800_000_000

interface Thing {
  readonly id: string
  readonly createdAt: number
  readonly state: string
}

const SERVICES = [
  ['issuances', { query: issuanceListQuery, page: issuanceList, states: ['offered', 'completed'] }],
  [
    'verifications',
    { query: verificationListQuery, page: verificationList, states: ['created', 'verified'] },
  ],
] as const

describe.each(SERVICES)('the list of %s', (_name, { page, query, states }) => {
  const [first, last] = states

  async function served() {
    const engine = openMemoryEngine({ now: () => 0 })
    const index = engine.index('things')
    const kept = textSessions(engine.sessions('things'))
    const store = { isAway: false }
    const sessions = {
      get: async (id: string) => {
        if (store.isAway) throw new StoreUnavailable('away')
        const found = await kept.get(id)
        return found && { version: found.version, value: JSON.parse(found.value) as Thing }
      },
    }
    const { app } = await builtService({
      routes: (routes) =>
        listRoute(
          routes,
          { index, sessions, now: () => NOW },
          {
            summary: 'List',
            tag: 'things',
            query,
            page,
            rowOf: ({ id, createdAt, state }: Thing) => ({
              id,
              state,
              types: [],
              createdAt,
              expiresAt: createdAt + 300,
            }),
          },
        ),
    })
    const make = async (at: number, state: string) => {
      const id = `session-${String(at).padStart(5, '0')}`
      await kept.create(id, JSON.stringify({ id, createdAt: NOW + at, state }), 60)
      await index.put(id, NOW + at, 60)
      return id
    }
    const ask = (more = '', host = 'localhost') =>
      app.inject({ url: `/openid4vc/sessions${more}`, headers: { host } })
    const listed = async (more = '') => {
      const answer = await ask(more)
      expect(answer.statusCode, answer.body).toBe(200)
      return page.parse(answer.json())
    }
    return { ask, listed, make, store }
  }

  it('is newest first, and goes on where the page before ended', async () => {
    const { listed, make } = await served()
    const made: string[] = []
    for (let at = 0; at < 5; at += 1) made.unshift(await make(at, first))
    const begin = await listed('?limit=3')
    const end = await listed(`?limit=3&before=${begin.next}`)
    expect([...begin.sessions, ...end.sessions].map(({ id }) => id)).toEqual(made)
    expect(end).not.toHaveProperty('next')
  })

  it('shows those that are in a state', async () => {
    const { listed, make } = await served()
    const [open, done] = [await make(0, first), await make(1, last)]
    expect((await listed(`?state=${first}`)).sessions).toMatchObject([{ id: open, state: first }])
    expect((await listed(`?state=${last}`)).sessions).toMatchObject([{ id: done, state: last }])
  })

  it.each([
    '?limit=0',
    '?limit=101',
    '?limit=-1',
    '?limit=1e1',
    '?limit=5&limit=6',
    '?state=open',
    `?state=${states[0]}&state=expired`,
    '?before=abc',
    `?before=${'a'.repeat(500)}`,
    '?before=..%2F..%2Fetc',
    '?after=5',
    '?page=2',
    `?State=${states[0]}`,
  ])('refuses %s', async (more) => {
    const answer = await (await served()).ask(more)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ exception: true, code: '400' })
  })

  it('is behind the management door', async () => {
    expect((await (await served()).ask('', 'evil.example')).statusCode).toBe(403)
  })

  it('is 503 while the store is away, and no shorter list', async () => {
    const { ask, make, store } = await served()
    await make(0, first)
    store.isAway = true
    expect((await ask()).statusCode).toBe(503)
  })
})
