import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { openMemoryEngine } from '@countersign/stores/memory'
import { StoreUnavailable } from '@countersign/stores/ports'
import { textSessions } from '@countersign/stores/text-sessions'
import { describe, expect, it } from 'vitest'
import { prometheusMetrics } from '../operation/prometheus.ts'
import { stepSession } from '../sessions/session-transition.ts'
import { observedCreations, observedEngine, observedRemote, observedSigner } from './observed.ts'

const ID = 'session-id-nobody-may-see'

/** The value of a series whose labels, in any order, have these texts. */
async function figure(metrics: ReturnType<typeof prometheusMetrics>, name: string, ...labels: string[]) {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`))
  return Number(
    lines
      .find((line) => labels.every((label) => line.includes(label)))
      ?.split(' ')
      .at(-1),
  )
}

describe('observed ports', () => {
  it('count store operations by outcome, without an id in any label', async () => {
    const metrics = prometheusMetrics('test')
    const engine = observedEngine(openMemoryEngine(), metrics)
    const sessions = textSessions(engine.sessions('things'))
    await sessions.create(ID, 'a', 60)
    await sessions.create(ID, 'a', 60)
    await sessions.get(ID)
    await sessions.get('another-id')
    await sessions.compareAndSet(ID, 1, 'b')
    await sessions.compareAndSet(ID, 1, 'c')
    const claims = engine.once('claims')
    await claims.claim(ID, 60)
    await claims.claim(ID, 60)
    const due = engine.due('things')
    await due.put(ID, 0)
    const [lease] = await due.lease(1, 60_000)
    await due.lease(1, 60_000)
    if (lease) await due.done(lease)
    if (lease) await due.done({ ...lease, endsAt: 0 })
    const count = (operation: string, outcome: string) =>
      figure(
        metrics,
        'countersign_store_operation_duration_seconds_count',
        `operation="${operation}"`,
        `outcome="${outcome}"`,
      )
    expect([await count('create', 'done'), await count('create', 'lost')]).toEqual([1, 1])
    expect([await count('get', 'done'), await count('get', 'absent')]).toEqual([1, 1])
    expect([await count('compare_and_set', 'done'), await count('compare_and_set', 'lost')]).toEqual([1, 1])
    expect([await count('claim', 'done'), await count('claim', 'lost')]).toEqual([1, 1])
    expect([await count('due_put', 'done'), await count('due_lease', 'absent')]).toEqual([1, 1])
    expect([await count('due_done', 'done'), await count('due_done', 'lost')]).toEqual([1, 1])
    expect(await metrics.text()).not.toMatch(new RegExp(`${ID}|another-id|things|claims`))
    await engine.close()
  })

  it('count an operation that fails as unavailable, and let the failure through', async () => {
    const metrics = prometheusMetrics('test')
    const down = () => Promise.reject(new StoreUnavailable('down'))
    const memory = openMemoryEngine()
    const broken = {
      ...memory,
      sessions: () => ({ create: down, get: down, compareAndSet: down, remove: down }),
    }
    await expect(observedEngine(broken, metrics).sessions('x').get(ID)).rejects.toThrow(StoreUnavailable)
    const name = 'countersign_store_operation_duration_seconds_count'
    expect(await figure(metrics, name, 'operation="get"', 'outcome="unavailable"')).toBe(1)
  })

  it('count a session from nothing to each state that was written', async () => {
    const metrics = prometheusMetrics('test')
    const memory = textSessions(openMemoryEngine().sessions('s'))
    type Session = { readonly state: string; readonly events: readonly never[] }
    const typed = {
      create: (id: string, value: Session, ttl: number) => memory.create(id, JSON.stringify(value), ttl),
      get: async (id: string) => {
        const found = await memory.get(id)
        return found && { value: JSON.parse(found.value) as Session, version: found.version }
      },
      compareAndSet: (id: string, version: number, value: Session) =>
        memory.compareAndSet(id, version, JSON.stringify(value)),
      remove: (id: string) => memory.remove(id),
    }
    const sessions = observedCreations(typed, 'verification', metrics)
    const observe = (before: { state: string }, after: { state: string }) =>
      metrics.transition('verification', before.state, after.state)
    await sessions.create(ID, { state: 'created', events: [] }, 60)
    const ports = { sessions, due: { put: async () => {} }, observe }
    await stepSession(ports, ID, () => ({ ok: true, value: { state: 'requested', events: [] } }))
    await stepSession(ports, ID, (same) => ({ ok: true, value: same }))
    const name = 'countersign_session_transitions_total'
    expect(await figure(metrics, name, 'from="none"', 'to="created"')).toBe(1)
    expect(await figure(metrics, name, 'from="created"', 'to="requested"')).toBe(1)
    expect((await metrics.text()).match(/^countersign_session_transitions_total\{/gm)).toHaveLength(2)
  })

  it('count signatures and outgoing requests by what came of them', async () => {
    const metrics = prometheusMetrics('test')
    const signer = observedSigner(softwareSigner(generateSoftwareKey('ES256')), 'status-list', metrics)
    await signer.sign('text')
    const remote = observedRemote(
      {
        request: async ({ url }) =>
          url.includes('good')
            ? { ok: true, value: { status: 204, headers: {}, body: '', bytes: new Uint8Array() } }
            : { ok: false, error: { code: 'address_not_allowed' } },
        close: async () => {},
      },
      metrics,
    )
    await remote.request({ purpose: 'status_list', method: 'GET', url: 'https://good.example/' })
    await remote.request({ purpose: 'did_document', method: 'GET', url: 'https://bad.example/' })
    const signed = 'countersign_signature_duration_seconds_count'
    expect(await figure(metrics, signed, 'purpose="status-list"', 'outcome="signed"')).toBe(1)
    const asked = 'countersign_outgoing_request_duration_seconds_count'
    expect(await figure(metrics, asked, 'purpose="status_list"', 'outcome="2xx"')).toBe(1)
    expect(await figure(metrics, asked, 'purpose="did_document"', 'outcome="address_not_allowed"')).toBe(1)
    expect(await metrics.text()).not.toContain('example')
  })
})
