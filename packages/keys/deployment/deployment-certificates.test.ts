import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { configuredSecret, hosts, now, opened, openShelf, signerOf } from './deployment.testing.ts'
import { createDevelopmentCa, issueCertificate } from './development-certificate.ts'

const day = 86_400
const certificateOf = (base64 = '') => new X509Certificate(Buffer.from(base64, 'base64'))

describe('certificates', () => {
  it.each([
    ['EdDSA', 'Ed25519'],
    ['ES256K', 'secp256k1'],
  ] as const)('are refused for a key that no document signer may have: %s', async (algorithm, keyType) => {
    const deployment = await opened({})
    const purpose = 'caller-document-signer'
    const configuredKey = generateSoftwareKey(algorithm)
    expect(await deployment.signer(purpose, { ...hosts, configuredKey })).toEqual({
      ok: false,
      error: { code: 'key_invalid', purpose, cause: { code: 'key_unsupported', keyType } },
    })
  })

  it('are renewed before they expire, with the same key, the same for all, and a trusted CA', async () => {
    const shelf = openShelf()
    const first = await signerOf(await opened({ shelf }))
    const later = now + 800 * day
    const renewals = await Promise.all(
      Array.from({ length: 10 }, async () => signerOf(await opened({ shelf, now: () => later }))),
    )
    expect(new Set(renewals.map((signer) => signer.x5c?.[0])).size).toBe(1)
    expect(renewals[0]?.keyId).toBe(first.keyId)
    expect(renewals[0]?.x5c).not.toEqual(first.x5c)
    expect(certificateOf(renewals[0]?.x5c?.[0]).validToDate.getTime() / 1000).toBe(later + 825 * day)
  })

  it('are not renewed while they are good', async () => {
    const shelf = openShelf()
    const first = await signerOf(await opened({ shelf }))
    expect((await signerOf(await opened({ shelf, now: () => now + 700 * day }))).x5c).toEqual(first.x5c)
  })

  it('outlive a change of the CA: both generations are anchors', async () => {
    const shelf = openShelf()
    await opened({ shelf })
    const ending = await opened({ shelf, now: () => now + 3620 * day })
    expect(ending.developmentAnchors()).toHaveLength(2)
    expect((await opened({ shelf, now: () => now + 3700 * day })).developmentAnchors()).toHaveLength(1)
  })

  it('of callers are judged at the moment of the call, not at that of the start', async () => {
    const clock = { now }
    const deployment = await opened({ shelf: openShelf(), now: () => clock.now })
    const key = generateSoftwareKey('ES256')
    const ca = createDevelopmentCa({ name: 'CA of a caller', now })
    const names = { publicJwk: key, subject: 's', dnsNames: [], uris: [] }
    const from = (day1: number, days: number) =>
      issueCertificate({ ca, ...names, days, now: now + day1 * day })
    const [fresh, ending] = [from(2, 3), from(0, 1)]
    const judge = async (certificate: string) => {
      const options = { ...hosts, configuredKey: key, configuredCertificates: [certificate] }
      const signer = await deployment.signer('caller-issuer', options)
      return signer.ok ? 'good' : 'cause' in signer.error && signer.error.cause.code
    }
    const table: [days: number, fresh: string, ending: string][] = [
      [0.5, 'certificate_not_valid_now', 'good'],
      [1.5, 'certificate_not_valid_now', 'certificate_not_valid_now'],
      [2.5, 'good', 'certificate_not_valid_now'],
      [5.5, 'certificate_not_valid_now', 'certificate_not_valid_now'],
    ]
    for (const [days, ...outcomes] of table) {
      clock.now = now + days * day
      expect([days, await judge(fresh), await judge(ending)]).toEqual([days, ...outcomes])
    }
  })

  it('made for a key are valid at the moment of the call, and another when that one ends', async () => {
    const clock = { now }
    const deployment = await opened({ shelf: openShelf(), now: () => clock.now })
    for (const days of [0, 100, 790, 1_700, 3_600, 3_649, 4_400]) {
      clock.now = now + days * day
      for (const purpose of ['caller-issuer', 'caller-document-signer']) {
        const { x5c = [] } = await signerOf(deployment, purpose)
        const leaf = certificateOf(x5c[0])
        const [from, until] = [leaf.validFromDate.getTime() / 1000, leaf.validToDate.getTime() / 1000]
        expect([days, purpose, from <= clock.now, until > clock.now + 29 * day]).toEqual([
          days,
          purpose,
          true,
          true,
        ])
      }
    }
  })

  it('of an authority that nears its end give way to the next, on instances that run as on those that start', async () => {
    const clock = { now }
    const shelf = openShelf()
    const running = await opened({ shelf, now: () => clock.now })
    const first = running.developmentAnchors()
    clock.now = now + 3_591 * day
    expect(await running.assertShared()).toEqual({ ok: true, value: undefined })
    const both = running.developmentAnchors()
    expect(both).toEqual([...first, expect.any(String)])
    expect(both).not.toBe(first)
    const issuer = certificateOf((await signerOf(await opened({ shelf, now: () => clock.now }))).x5c?.[0])
    expect(issuer.verify(certificateOf(both.at(-1)).publicKey)).toBe(true)
    expect(await running.assertShared()).toEqual({ ok: true, value: undefined })
    expect(running.developmentAnchors()).toBe(both)
  })

  it('that have ended are signed under no more', async () => {
    const clock = { now }
    const deployment = await opened({ shelf: openShelf(), now: () => clock.now })
    const signer = await signerOf(deployment)
    const end = certificateOf(signer.x5c?.[0]).validToDate.getTime() / 1000
    const verdicts: string[] = []
    for (const moment of [now, end, end + 1]) {
      clock.now = moment
      const attempt = async () => signer.sign('text')
      verdicts.push(
        await attempt().then(
          () => 'signed',
          (error: unknown) => String(error),
        ),
      )
    }
    expect(verdicts).toEqual(['signed', 'signed', 'SignerUnavailable: certificate: not_valid_now'])
    expect((await signerOf(deployment)).x5c).not.toEqual(signer.x5c)
  })

  it('of who attests wallets are below an authority that vouches for nobody else, the same on all instances', async () => {
    const shelf = openShelf()
    const [one, other] = await Promise.all([opened({ shelf }), opened({ shelf })])
    const anchors = await one.walletProviderAnchors()
    expect(anchors).toMatchObject({ ok: true, value: [expect.any(String)] })
    expect(await other.walletProviderAnchors()).toEqual(anchors)
    const [anchor] = anchors.ok ? anchors.value : []
    const signedBy = async (purpose: string, authority = '') => {
      const { x5c = [] } = await signerOf(one, purpose)
      return certificateOf(x5c[0]).verify(certificateOf(authority).publicKey)
    }
    const [general] = one.developmentAnchors()
    expect(await signedBy('wallet-provider', anchor)).toBe(true)
    expect(await signedBy('wallet-provider', general)).toBe(false)
    for (const purpose of ['verifier-request', 'credential-issuer', 'wallet-providers'])
      expect(await signedBy(purpose, anchor)).toBe(false)
    expect((await signerOf(other, 'wallet-provider')).x5c).toEqual(
      (await signerOf(one, 'wallet-provider')).x5c,
    )
    const production = await opened({ mode: 'production', configuredSecret, shelf: openShelf() })
    expect(await production.walletProviderAnchors()).toEqual({ ok: true, value: [] })
  })

  it('are used as configured, and refused with the reason', async () => {
    const deployment = await opened({ mode: 'production', configuredSecret, shelf: openShelf() })
    const ca = createDevelopmentCa({ name: 'Operator CA', now })
    const key = generateSoftwareKey('ES256')
    const certificate = issueCertificate({
      ca,
      publicJwk: key,
      subject: 's',
      dnsNames: [],
      uris: [],
      days: 9,
      now,
    })
    const configured = { configuredKey: key, configuredCertificates: [certificate, ca.certificate] }
    expect((await signerOf(deployment, 'credential-issuer', configured)).x5c).toEqual([certificate])
    const wrong = { ...hosts, ...configured, configuredKey: generateSoftwareKey('ES256') }
    expect(await deployment.signer('credential-issuer', wrong)).toMatchObject({
      error: { code: 'certificates_invalid', cause: { code: 'certificate_of_other_key' } },
    })
  })
})
