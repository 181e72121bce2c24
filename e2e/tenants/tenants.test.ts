/**
 * Two tenants of an issuer that has two instances behind Caddy. Each issues in every format under its own name and keys; who
 * believes one of them believes nothing of the other; and an instance that dies takes nothing of either along.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { issuanceSteps, issue } from '@countersign/testing/client/flows'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { offerUri, readOffer } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, receive, tryToPresent, type WalletUser } from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type WrittenTenant, writeTenant } from './written-tenants.ts'

let folder: string
let cluster: Cluster
let user: WalletUser
let believed: WrittenTenant
let other: WrittenTenant
const served = new Set<string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-tenants-'))
  believed = await writeTenant(folder, 'acme')
  other = await writeTenant(folder, 'b-co')
  cluster = await startCluster({
    ports: 'free',
    flags: {
      issuer: [`--tenantsDir=${join(folder, 'tenants')}`, '--statusListTtlSeconds=1'],
      verifier: [`--trustedIssuers=${JSON.stringify([{ anchorsFile: believed.anchorsFile }])}`],
    },
  })
  user = await newWalletUser(cluster.urls.wallet)
})
afterAll(async () => {
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

const urlOf = ({ name }: WrittenTenant) => `${cluster.urls.issuer}/${name}`

interface Result {
  readonly state: string
  readonly verificationResult?: boolean
  readonly checks?: readonly { readonly name: string; readonly outcome: string }[]
  readonly attempts?: readonly {
    readonly kind: string
    readonly checks?: readonly { readonly name: string; readonly outcome: string }[]
  }[]
}

async function walk(tenant: WrittenTenant, { family, order, query }: FormatCase) {
  const offered = await postJson(`${urlOf(tenant)}/openid4vc/${family}/issue`, order, tenant.headers)
  served.add(offered.instance)
  const { text } = expectStatus(offered, 200)
  const offer = readOffer(expectStatus(await call(offerUri(text)), 200).json())
  const [credential] = await receive(user, text)
  const started = await postJson(
    `${cluster.urls.verifier}/openid4vc/verify`,
    { dcql_query: { credentials: [query] } },
    { accept: 'application/json' },
  )
  const { id, url } = expectStatus(started, 200).json()
  await tryToPresent(user, String(url), [credential?.id ?? ''])
  const read = await call(`${cluster.urls.verifier}/openid4vc/session/${String(id)}`)
  return { issuer: offer.issuer, result: read.json() as unknown as Result }
}

const failed = ({ checks = [] }: Pick<Result, 'checks'>) =>
  checks.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped').map(({ name }) => name)

describe.each(formatCases.map((one) => [one.format, one] as const))('%s', (_format, one) => {
  it('of the tenant that is believed is verified', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const { issuer, result } = await walk(believed, one)
      expect(issuer).toBe(urlOf(believed))
      expect(failed(result)).toEqual([])
      expect(result.verificationResult).toBe(true)
    }
  })

  it('of the other is a stranger’s, and decides nothing', async () => {
    const { issuer, result } = await walk(other, one)
    expect(issuer).toBe(urlOf(other))
    expect(result).toMatchObject({ state: 'requested', attempts: [{ kind: 'stranger' }] })
    expect(failed(result.attempts?.[0] ?? {})).toContain('issuer_trust')
  })
})

it('both instances made offers', () => {
  expect([...served].toSorted()).toEqual(['issuer1', 'issuer2'])
})

describe('each says who it is', () => {
  it.each(['openid-credential-issuer', 'oauth-authorization-server', 'jwt-vc-issuer'])(
    '%s is where the path is inserted, and where it is appended',
    async (name) => {
      const { issuer } = cluster.urls
      for (const tenant of [believed, other]) {
        for (const address of [
          `${issuer}/.well-known/${name}/${tenant.name}`,
          `${urlOf(tenant)}/.well-known/${name}`,
        ]) {
          const document = expectStatus(await call(address), 200).json()
          expect(document['credential_issuer'] ?? document['issuer']).toBe(urlOf(tenant))
        }
      }
      const own = expectStatus(await call(`${issuer}/.well-known/${name}`), 200).json()
      expect(own['credential_issuer'] ?? own['issuer']).toBe(issuer)
      expect((await call(`${issuer}/.well-known/${name}/nobody`)).status).toBe(404)
    },
  )

  it('their keys are different ones, and not those of the deployment', async () => {
    const kids = await Promise.all(
      [cluster.urls.issuer, urlOf(believed), urlOf(other)].map(async (url) => {
        const { jwks } = (await call(`${url}/.well-known/jwt-vc-issuer`)).json()
        return JSON.stringify(jwks)
      }),
    )
    expect(new Set(kids).size).toBe(3)
  })
})

describe('the instance that served the last step is killed', () => {
  it.each(issuanceSteps.slice(1))('before "%s" of a tenant: its credential is issued', async (step) => {
    let last = ''
    let killed: (typeof cluster.services)[number] | undefined
    const held = await issue(urlOf(other), {
      headers: other.headers,
      retries: 1,
      alsoAsked: [cluster.urls.issuer],
      before: async (current) => {
        if (current !== step) return
        killed = cluster.services.find(({ name }) => name === last)
        await killed?.kill('SIGKILL')
      },
      after: (_step, { instance }) => {
        last = instance
      },
    })
    expect(held.credential).toContain('~')
    expect(killed?.name).toMatch(/^issuer/)
    await killed?.restart()
  })
})
