import { clusterInstances } from '@countersign/api/cluster/instances'
import { type Checklist, checklist } from '@countersign/api/portal/checklist'
import { trustFacts } from '@countersign/api/trust'
import { afterEach, expect, it } from 'vitest'
import { type Behind, type HeardRequest, onSqlite, startBehind } from '../testing/portal.testing.ts'

const [facts] = (trustFacts.meta()?.['examples'] ?? []) as Record<string, unknown>[]
const [view] = (clusterInstances.meta()?.['examples'] ?? []) as { instances: object[] }[]

const running: Behind[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

async function behind(answer: (request: HeardRequest) => { status: number; body: unknown }): Promise<Behind> {
  const started = await startBehind(answer)
  running.push(started)
  return started
}

const notThere = { status: 404, body: {} }

/** A service as ours answer: what it says of itself, whose instances, and at which public address it is found. */
async function service(options: {
  facts?: object
  shared?: boolean
  processes?: readonly string[]
  url?: string
}) {
  let asked = 0
  const one: Behind = await behind(({ url }) => {
    if (url === '/trust')
      return { status: 200, body: { ...facts, ...options.facts, url: options.url ?? one.url } }
    if (url === '/livez') return { status: 200, body: [{ name: 'http', healthy: true }] }
    if (url !== '/cluster/instances') return notThere
    const { processes = ['a', 'b'], shared = true } = options
    const told = shared ? processes : [processes[asked++ % processes.length]]
    const instances = told.map((process) => ({ ...view?.instances[0], process }))
    return { status: 200, body: { ...view, shared, instances } }
  })
  return one
}

onSqlite('the checklist', (store) => {
  async function look(issuer: Behind | undefined, verifier: Behind | undefined): Promise<Checklist> {
    const upstreams = {
      ...(issuer && { issuer: { name: 'issuer', url: issuer.url, apiKey: 'i'.repeat(16) } as const }),
      ...(verifier && { verifier: { name: 'verifier', url: verifier.url, apiKey: 'v'.repeat(16) } as const }),
    }
    const portal = await store().portal({ login: false, upstreams })
    const answer = await fetch(`${portal.url}/api/checklist`)
    expect(answer.status).toBe(200)
    return checklist.parse(await answer.json())
  }

  it('tells of keys, trust, sessions and the public address of each service, asked with its key', async () => {
    const issuer = await service({ facts: { believes: undefined } })
    const verifier = await service({})
    const { services } = await look(issuer, verifier)
    const address = { reached: true, ms: expect.any(Number) }
    const keys = [{ purpose: 'verifier-request', algorithm: 'ES256', endsAt: 1_821_536_000 }]
    expect(services).toEqual([
      {
        service: 'issuer',
        answers: 'yes',
        keys,
        sessions: { shared: true, processes: 2 },
        address: { url: issuer.url, ...address },
      },
      {
        service: 'verifier',
        answers: 'yes',
        keys,
        trust: { sources: 2, failing: 0, endsAt: 1_800_036_400 },
        sessions: { shared: true, processes: 2 },
        address: { url: verifier.url, ...address },
      },
    ])
    const sent = (one: Behind, path: string) =>
      one.heard.find(({ url }) => url === path)?.headers['x-api-key']
    expect(sent(issuer, '/trust')).toBe('i'.repeat(16))
    expect(sent(verifier, '/cluster/instances')).toBe('v'.repeat(16))
    // The public address may be a stranger's: no key goes there.
    expect(sent(issuer, '/livez')).toBeUndefined()
  })

  it('sees two instances that keep sessions for themselves, through their balancer', async () => {
    const split = await service({ shared: false, processes: ['a', 'b'] })
    const alone = await service({ shared: false, processes: ['a'] })
    const { services } = await look(split, alone)
    expect(services.map(({ sessions }) => sessions)).toEqual([
      { shared: false, processes: 2 },
      { shared: false, processes: 1 },
    ])
  })

  it('counts sources that fail', async () => {
    const source = { kind: 'listUrl', place: 'https://x.example', believed: [], unusable: [], inForce: true }
    const problem = { code: 'timeout', sentence: 'x cannot be used: timeout' }
    const believes = [source, { ...source, inForce: false }, { ...source, problem }]
    const { services } = await look(undefined, await service({ facts: { believes } }))
    expect(services[1]?.trust).toEqual({ sources: 3, failing: 2 })
  })

  it('says of a service that it is away, or refuses the key', async () => {
    const strict = await behind(() => ({ status: 401, body: {} }))
    const { services } = await look(undefined, strict)
    expect(services).toEqual([
      { service: 'issuer', answers: 'silent' },
      { service: 'verifier', answers: 'key_refused' },
    ])
  })

  it.each([
    ['nobody', 'http://127.0.0.1:9'],
    ['somebody else', 'elsewhere'],
  ])('says that %s answers at the public address', async (_who, url) => {
    const other = await behind(() => ({ status: 200, body: { hello: 'world' } }))
    const one = await service({ url: url === 'elsewhere' ? other.url : url })
    const { services } = await look(one, one)
    for (const { address } of services) expect(address).toMatchObject({ reached: false })
  })

  it('is there although a service answers nonsense', async () => {
    const odd = await behind(({ url }) => ({ status: 200, body: url === '/trust' ? { at: 'now' } : [] }))
    expect((await look(odd, odd)).services.map(({ answers }) => answers)).toEqual(['silent', 'silent'])
  })
})
