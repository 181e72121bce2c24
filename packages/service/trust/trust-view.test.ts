import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BELIEVED_MOST, trustFacts } from '@countersign/api/trust'
import { refuse } from '@countersign/core/result'
import {
  type Certified,
  iaca,
  trustListProvider,
  vicalEntry,
  vicalOf,
} from '@countersign/testing/people/authorities'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import { toPem } from '@countersign/x509/pem'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrustSource } from '../config/trust.ts'
import { NO_METRICS } from '../operation/metrics.ts'
import { openTrustSources } from './trust-sources.ts'
import { trustTelling } from './trust-telling.ts'
import { type ToldSource, trustView } from './trust-view.ts'

const START = 1_790_000_000
const DAY = 86_400
const folder = mkdtempSync(join(tmpdir(), 'trust-view-'))
let first: Certified
let short: Certified

beforeAll(async () => {
  first = await iaca('First IACA', { notBefore: START - DAY, notAfter: START + 300 * DAY })
  short = await iaca('Short IACA', { notBefore: START - DAY, notAfter: START + 10 * DAY })
})
afterAll(() => rmSync(folder, { recursive: true }))

function pemOf(name: string, ...roots: readonly Certified[]): string {
  const path = join(folder, name)
  writeFileSync(path, toPem(roots.map(({ made }) => made.parsed)))
  return path
}

/** What is told of these sources at that time after looks that are due. */
async function told(sources: readonly TrustSource[], now = START) {
  const clock = { now: START }
  const opened = await openTrustSources(
    {
      log: pino({ level: 'silent' }),
      now: () => clock.now,
      certificates: { believe: () => {} },
      metrics: NO_METRICS,
      remote: { request: async () => refuse({ code: 'timeout', timeoutMs: 1 }) },
      refreshSeconds: 600,
      random: () => 0,
    },
    sources,
  )
  clock.now = now
  const telling = trustTelling()
  telling.setSources(() => opened.kept().map((kept): ToldSource => ({ kind: kept.readable.kind, kept })))
  const facts = trustFacts.parse(trustView(telling, { url: 'https://verifier.example', now }))
  await opened.close()
  return facts.believes ?? []
}

describe('what is told of sources', () => {
  it('names each authority, until when it counts, and why it does not any more', async () => {
    const anchorsFile = pemOf('both.pem', first, short)
    const source = {
      anchorsFile,
      name: 'Ministry',
      types: ['urn:example:card'],
      purposes: ['issuer' as const],
    }
    const [now] = await told([source])
    expect(now).toMatchObject({ kind: 'anchorsFile', place: anchorsFile, name: 'Ministry', inForce: true })
    expect(now?.believed).toMatchObject([
      {
        name: 'Ministry',
        as: 'authority',
        subject: 'C=UT, O=Utopia, CN=First IACA',
        notAfter: START + 300 * DAY,
        types: ['urn:example:card'],
        purposes: ['issuer'],
      },
      { subject: 'C=UT, O=Utopia, CN=Short IACA' },
    ])
    expect(now?.believed.map(({ why }) => why)).toEqual([undefined, undefined])
    const [later] = await told([source], START + 11 * DAY)
    expect(later?.believed.map(({ why }) => why)).toEqual([undefined, 'certificate_expired'])
    const [before] = await told([source], START - 2 * DAY)
    expect(before?.believed.map(({ why }) => why)).toEqual([
      'certificate_not_yet_valid',
      'certificate_not_yet_valid',
    ])
  })

  it('says of a list who signed it, its issue and its end, and that it has ended', async () => {
    const provider = await trustListProvider(first, { notBefore: START - DAY, notAfter: START + 300 * DAY })
    const [vicalFile, signerFile] = [join(folder, 'vical.cbor'), join(folder, 'signer.pem')]
    const period = { issuedAt: START, nextUpdate: START + DAY, issue: 7 }
    const entries = [
      vicalEntry(short, ['org.iso.18013.5.1.mDL']),
      { ...vicalEntry(first, ['org.iso.18013.5.1.mDL']), certificate: Uint8Array.of(0x30, 0) },
    ]
    writeFileSync(vicalFile, await vicalOf(entries, provider, period))
    writeFileSync(signerFile, provider.made.certificatePem)
    const source = { vicalFile, signerFile }
    const [now] = await told([source])
    expect(now).toMatchObject({ inForce: true, issue: 7, issuedAt: START, nextUpdate: START + DAY })
    expect(now?.signedBy).toMatch(/CN=/)
    expect(now?.unusable).toEqual([{ reason: 'certificate_malformed', count: 1 }])
    expect(now?.believed).toMatchObject([{ types: ['org.iso.18013.5.1.mDL'] }])
    const [ended] = await told([source], START + DAY + 1)
    expect(ended?.inForce).toBe(false)
    expect(ended?.believed).toMatchObject([{ why: 'anchor_list_outdated' }])
  })

  it('says why a look failed, and that nobody is believed by it', async () => {
    const signerFile = pemOf('signer.pem', first)
    const [source] = await told([{ vicalUrl: 'https://lists.example/vical', signerFile }])
    expect(source).toMatchObject({
      place: 'https://lists.example/vical',
      inForce: false,
      believed: [],
      problem: { code: 'timeout', sentence: expect.stringContaining('cannot be used: timeout') },
    })
  })

  it('shows some of many, and how many more there are', () => {
    const telling = trustTelling()
    const list = anchorsFrom(
      Array.from({ length: BELIEVED_MOST + 5 }, () => first.made.parsed),
      {},
    )
    telling.setSources(() => [{ kind: 'development', place: 'development CA', list }])
    const [source] = trustView(telling, { url: 'https://x.example', now: START }).believes ?? []
    expect([source?.believed.length, source?.more]).toEqual([BELIEVED_MOST, 5])
  })
})

describe('what is told of keys', () => {
  it('is what is public: purpose, id, algorithm and the chain', () => {
    const telling = trustTelling()
    const secret = { d: 'secret', sign: () => new Uint8Array() }
    const x5c = [Buffer.from(first.made.parsed.der).toString('base64')]
    telling.addKey({ ...secret, purpose: 'credential-issuer', keyId: 'k', algorithm: 'ES256', x5c })
    telling.addKey({ purpose: 'bare', keyId: 'b', algorithm: 'ES256' })
    const facts = trustFacts.parse(trustView(telling, { url: 'https://issuer.example', now: START }))
    expect(facts.keys).toEqual([
      {
        purpose: 'credential-issuer',
        keyId: 'k',
        algorithm: 'ES256',
        certificates: [
          {
            subject: 'C=UT, O=Utopia, CN=First IACA',
            issuer: 'C=UT, O=Utopia, CN=First IACA',
            notBefore: START - DAY,
            notAfter: START + 300 * DAY,
          },
        ],
      },
      { purpose: 'bare', keyId: 'b', algorithm: 'ES256', certificates: [] },
    ])
    expect(JSON.stringify(telling.keys)).not.toContain('secret')
    expect(facts).not.toHaveProperty('believes')
  })
})
