import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ok, refuse } from '@countersign/core/result'
import type { IssuerKeyReference } from '@countersign/credential/contract/trust-port'
import { signJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { type Authority, newAuthority } from '@countersign/testing/people/authority'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { toPem } from '@countersign/x509/pem'
import pino from 'pino'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { TrustSource } from '../config/trust.ts'
import { openTrustSources } from '../trust/trust-sources.ts'
import { namedLists } from './named-lists.ts'

const NOW = 1_790_000_000
const DAY = 86_400
const CARD = 'urn:example:card'
const ETSI = 'http://uri.etsi.org/19602'
const [ONE, OTHER] = ['https://lists.example/one', 'https://lists.example/other']

const folder = mkdtempSync(join(tmpdir(), 'named-lists-'))
const signerFile = join(folder, 'operator.pem')
const operator = newAuthority('Operators', NOW).vouchFor({ name: 'Operator' })
const certificateOf = (entry = '') => {
  const parsed = parseX5cEntry(entry)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}
writeFileSync(signerFile, toPem([certificateOf(operator.x5c?.[0])]))
afterAll(() => rmSync(folder, { recursive: true }))

interface Issue {
  readonly certificates: readonly string[]
  readonly status?: string
  readonly issue?: number
  readonly nextUpdate?: number
}

/** Public bodies that issue attestations (ETSI TS 119 602 annex H). */
function listOf({ certificates, issue = 1, nextUpdate = NOW + DAY, status = 'notified' }: Issue) {
  const name = (value: string) => [{ lang: 'en', value }]
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '')
  const service = {
    ServiceName: name('Cards'),
    ServiceTypeIdentifier: `${ETSI}/SvcType/PubEAA/Issuance`,
    ServiceStatus: `${ETSI}/PubEAAProvidersList/SvcStatus/${status}`,
    StatusStartingTime: iso(NOW - DAY),
    ServiceDigitalIdentity: { X509Certificates: certificates.map((val) => ({ val })) },
  }
  const information = {
    LoTEVersionIdentifier: 1,
    LoTESequenceNumber: issue,
    SchemeOperatorName: name('Operator'),
    ListIssueDateTime: iso(nextUpdate - 2 * DAY),
    NextUpdate: iso(nextUpdate),
  }
  const entity = {
    TrustedEntityInformation: { TEName: name('Town') },
    TrustedEntityServices: [{ ServiceInformation: service }],
  }
  return signJws(
    { typ: 'JOSE', x5c: operator.x5c ?? [] },
    { LoTE: { ListAndSchemeInformation: information, TrustedEntitiesList: [entity] } },
    operator,
  )
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function opened(served: Map<string, string>, sources: readonly TrustSource[]) {
  const clock = { now: NOW }
  const trusted = await openTrustSources(
    {
      log: pino({ level: 'silent' }),
      now: () => clock.now,
      certificates: { believe: () => undefined },
      metrics: { trustSources: () => undefined, trustLook: () => undefined },
      remote: {
        async request({ url }) {
          const body = served.get(url)
          if (body === undefined) return refuse({ code: 'timeout', timeoutMs: 1 })
          return ok({ status: 200, headers: {}, body, bytes: Buffer.from(body) })
        },
      },
      refreshSeconds: 600,
      random: () => 0,
    },
    sources,
  )
  closing.push(() => trusted.close())
  const lists = namedLists(trusted, { crypto: nodeCrypto })
  const judged = async (
    url: string,
    x5c: readonly string[] | undefined,
    more: Partial<IssuerKeyReference> = {},
  ) => {
    const found = await lists(url)?.({ ...ofCard, x5c, ...more }, clock.now)
    if (found === undefined) return 'no such list'
    if (found.ok) return 'vouched for'
    return 'reason' in found.error ? found.error.reason : found.error.code
  }
  return { clock, lists, judged }
}

const ofCard: IssuerKeyReference = {
  purpose: 'issuer',
  format: 'dc+sd-jwt',
  signerProfile: 'jose',
  credentialType: CARD,
  algorithm: 'ES256',
}
const listAt = (listUrl: string): TrustSource => ({ listUrl, signerFile, types: [CARD] })
const chainOf = (authority: Authority) => authority.vouchFor({ dnsNames: ['issuer.example'] }).x5c ?? []

describe('a list by its address', () => {
  const [listed, elsewhere] = [newAuthority('Listed', NOW), newAuthority('Elsewhere', NOW)]
  const both = async () =>
    opened(
      new Map([
        [ONE, await listOf({ certificates: [listed.certificate] })],
        [OTHER, await listOf({ certificates: [elsewhere.certificate] })],
      ]),
      [listAt(ONE), listAt(OTHER)],
    )

  it('vouches for chains that lead to whom it names, whether or not they have the authority in them', async () => {
    const { judged } = await both()
    expect(await judged(ONE, chainOf(listed))).toBe('vouched for')
    expect(await judged(ONE, [...chainOf(listed), listed.certificate])).toBe('vouched for')
  })

  it('vouches for a signer whom it names itself', async () => {
    const [leaf = ''] = chainOf(elsewhere)
    const { judged } = await opened(new Map([[ONE, await listOf({ certificates: [leaf] })]]), [listAt(ONE)])
    expect(await judged(ONE, [leaf])).toBe('vouched for')
    expect(await judged(ONE, chainOf(elsewhere))).toBe('anchor_unknown')
  })

  it('does not vouch for whom another list names', async () => {
    const { judged } = await both()
    expect(await judged(ONE, chainOf(elsewhere))).toBe('anchor_unknown')
    expect(await judged(OTHER, chainOf(elsewhere))).toBe('vouched for')
    expect(await judged(ONE, [...chainOf(elsewhere), elsewhere.certificate])).toBe('anchor_unknown')
    // The authority of another beside the leaf.
    expect(await judged(ONE, [...chainOf(elsewhere), listed.certificate])).not.toBe('vouched for')
  })

  it.each<[string, readonly string[] | undefined, Partial<IssuerKeyReference>, string]>([
    ['another type', chainOf(listed), { credentialType: 'urn:example:other' }, 'anchor_not_for_type'],
    [
      'a name that its certificate lacks',
      chainOf(listed),
      { issuer: 'https://x.example' },
      'issuer_not_in_certificate',
    ],
    ['a key without a chain', undefined, {}, 'no_key_reference'],
    ['no certificates', ['AAAA'], {}, 'certificate_malformed'],
  ])('does not vouch for %s', async (_, x5c, more, reason) => {
    const { judged } = await both()
    expect(await judged(ONE, x5c, more)).toBe(reason)
  })

  it('does not vouch for a service whose status does not count', async () => {
    const body = await listOf({ certificates: [listed.certificate], status: 'withdrawn' })
    const { judged } = await opened(new Map([[ONE, body]]), [listAt(ONE)])
    expect(await judged(ONE, chainOf(listed))).toBe('anchor_unknown')
  })

  it('is known where it is fetched alone, and by its very address', async () => {
    const file = join(folder, 'list.jws')
    writeFileSync(file, await listOf({ certificates: [listed.certificate] }))
    const { lists } = await opened(new Map(), [listAt(ONE), { listFile: file, signerFile, types: [CARD] }])
    for (const url of [`${ONE}/`, `${ONE}#`, ONE.toUpperCase(), file, signerFile, '', OTHER])
      expect(lists(url)).toBeUndefined()
    expect(lists(ONE)).toBeTypeOf('function')
  })

  it('says nothing while it is not there, or has ended, and judges again when it is', async () => {
    const served = new Map<string, string>()
    const { clock, judged } = await opened(served, [listAt(ONE)])
    expect(await judged(ONE, chainOf(listed))).toBe('trust_list_unavailable')
    served.set(ONE, await listOf({ certificates: [listed.certificate] }))
    clock.now += 61
    expect(await judged(ONE, chainOf(listed))).toBe('vouched for')
    clock.now = NOW + DAY + 1
    expect(await judged(ONE, chainOf(listed))).toBe('trust_list_unavailable')
    served.set(
      ONE,
      await listOf({ certificates: [elsewhere.certificate], issue: 2, nextUpdate: NOW + 3 * DAY }),
    )
    clock.now += 61
    expect(await judged(ONE, chainOf(listed))).toBe('anchor_unknown')
    expect(await judged(ONE, chainOf(elsewhere))).toBe('vouched for')
  })
})
