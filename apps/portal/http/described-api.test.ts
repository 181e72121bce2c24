import {
  type ApiDocument,
  bodiesOf,
  gapsOf,
  type Operation,
  operationsOf,
} from '@countersign/testing/client/described-api'
import { beforeAll, expect, it } from 'vitest'
import { demoControl } from '../demo-control.ts'
import { onSqlite, type TestPortal } from '../testing/portal.testing.ts'

onSqlite("the portal's API", (store) => {
  let portal: TestPortal
  let operations: readonly Operation[] = []
  beforeAll(async () => {
    portal = await store().portal({ demo: demoControl('/nowhere/control') })
    operations = operationsOf((await (await fetch(`${portal.url}/api.json`)).json()) as ApiDocument)
  })

  it('has sixteen operations of its own, two of them in a demonstration alone, and leaves nothing of them undescribed', () => {
    expect(operations.map(({ name }) => name).toSorted()).toEqual([
      'GET /api/checklist',
      'GET /api/demo/instances',
      'GET /api/session',
      'POST /api/demo/instances',
      'POST /api/link',
      'POST /api/link/passkey/options',
      'POST /api/link/use',
      'POST /api/login',
      'POST /api/login/passkey',
      'POST /api/login/passkey/options',
      'POST /api/logout',
      'POST /api/passkeys',
      'POST /api/passkeys/options',
      'POST /api/verifications',
      'POST /api/verifications/{id}/answer',
      'POST /api/verifications/{id}/returned',
    ])
    expect(operations.flatMap(gapsOf)).toEqual([])
  })

  it('reads every body that it gives as an example', async () => {
    for (const operation of operations.filter(({ method }) => method === 'POST')) {
      const bodies = bodiesOf(operation)
      expect(bodies.length).toBeGreaterThan(0)
      for (const body of bodies) {
        const answer = await fetch(`${portal.url}${operation.path.replace('{id}', 'x')}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        if (answer.status === 400) expect(await messageOf(answer)).not.toMatch(/^body/)
        expect(Object.keys(operation.responses ?? {})).toContain(String(answer.status))
      }
    }
  })

  it.each([
    ['/api/login', { name: 'x', password: 'y', role: 'admin' }],
    ['/api/link/use', { link: 'x' }],
    ['/api/link/use', { link: 'x', password: 'y', credential: {} }],
    ['/api/login', { name: 'x' }],
    ['/api/link', { link: 7 }],
  ])('%s refuses %j by name', async (path, body) => {
    const answer = await fetch(`${portal.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect([answer.status, await messageOf(answer)]).toEqual([400, expect.stringMatching(/^body/)])
  })
})

async function messageOf(answer: Response): Promise<string> {
  const { message } = (await answer.json()) as { message: string }
  return message
}
