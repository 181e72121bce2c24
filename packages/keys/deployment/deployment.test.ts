import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../engines/node.ts'
import { generateSoftwareKey } from '../signers/software-key.ts'
import {
  configuredSecret,
  hosts,
  makeRemoteSigner,
  now,
  open,
  opened,
  openShelf,
  signerOf,
} from './deployment.testing.ts'
import type { Deployment } from './deployment.ts'
import { FINGERPRINT_RECORD, SECRET_RECORD } from './deployment-secret.ts'
import { createDevelopmentCa, issueCertificate } from './development-certificate.ts'
import { layeredShelf, memoryShelf } from './identity-store.ts'

const day = 86_400
const certificateOf = (base64 = '') => new X509Certificate(Buffer.from(base64, 'base64'))

describe('twenty instances that start at once on one store', () => {
  it('are one deployment: one secret, one key, one certificate, one CA', async () => {
    const shelf = openShelf()
    const deployments = await Promise.all(Array.from({ length: 20 }, () => opened({ shelf })))
    const signers = await Promise.all(deployments.map((deployment) => signerOf(deployment)))
    const identities = deployments.map((deployment, n) => [
      deployment.sealing.fingerprint,
      signers[n]?.keyId,
      signers[n]?.x5c,
      deployment.developmentAnchors(),
    ])
    expect(new Set(identities.map((identity) => JSON.stringify(identity))).size).toBe(1)
  })

  it('are one deployment also when one comes in between any two accesses of another', async () => {
    // As many accesses as an opening makes; the count proves that the last pauses were reached.
    let reached = 0
    for (let pausesBefore = 1; pausesBefore <= 12; pausesBefore++) {
      const shelf = openShelf()
      let early: Deployment | undefined
      let accesses = 0
      const meanwhile = async () => {
        accesses += 1
        if (accesses !== pausesBefore) return
        reached = pausesBefore
        early = await opened({ shelf })
      }
      const late = await opened({
        shelf: {
          shared: true,
          read: (name) => meanwhile().then(() => shelf.read(name)),
          putIfAbsent: (name, value) => meanwhile().then(() => shelf.putIfAbsent(name, value)),
        },
      })
      if (early) expect(late.sealing.fingerprint).toBe(early.sealing.fingerprint)
    }
    expect(reached).toBeGreaterThanOrEqual(6)
  })

  it('sign what the others verify, under a certificate that the CA issued', async () => {
    const shelf = openShelf()
    const [one, other] = [await signerOf(await opened({ shelf })), await signerOf(await opened({ shelf }))]
    const signature = await one.sign('data')
    expect(nodeCrypto.verify('ES256', other.publicJwk, 'data', signature)).toBe(true)
    const [anchor] = (await opened({ shelf })).developmentAnchors()
    const leaf = certificateOf(one.x5c?.[0])
    expect(leaf.verify(certificateOf(anchor).publicKey)).toBe(true)
    expect(leaf.checkHost('verifier.example')).toBe('verifier.example')
    expect(one.x5c).toHaveLength(1)
  })
})

describe('keys', () => {
  it('differ by purpose', async () => {
    const deployment = await opened({ shelf: openShelf() })
    const issuer = await signerOf(deployment, 'credential-issuer')
    expect(issuer.keyId).not.toBe((await signerOf(deployment)).keyId)
  })

  it('stay when the names in the certificate change', async () => {
    const deployment = await opened({ shelf: openShelf() })
    const [first, second] = [
      await signerOf(deployment),
      await signerOf(deployment, 'verifier-request', { baseUrl: 'http://127.0.0.1:7003' }),
    ]
    expect(second.keyId).toBe(first.keyId)
    expect(second.x5c).not.toEqual(first.x5c)
    expect(certificateOf(second.x5c?.[0]).checkIP('127.0.0.1')).toBe('127.0.0.1')
  })

  it('are not readable on the shelf', async () => {
    const shelf = openShelf()
    await signerOf(await opened({ shelf, configuredSecret }))
    for (const record of shelf.records.values()) {
      expect(record).not.toContain('"d"')
      expect(Buffer.from(record.slice(3), 'base64url').toString('latin1')).not.toContain('"d"')
    }
  })

  it('are used as configured, with the kid of the operator', async () => {
    const deployment = await opened({ shelf: openShelf() })
    const key = { ...generateSoftwareKey('ES384'), kid: 'issuer-2027' }
    const signer = await signerOf(deployment, 'credential-issuer', {
      configuredKey: { type: 'jwk', jwk: key },
    })
    expect(signer).toMatchObject({ keyId: 'issuer-2027', algorithm: 'ES384' })
    expect(certificateOf(signer.x5c?.[0]).checkHost('verifier.example')).toBe('verifier.example')
  })

  it('may live elsewhere: the deployment adds the certificate and never sees the private part', async () => {
    const { privateJwk, signer } = makeRemoteSigner()
    const configured = await signerOf(await opened({ shelf: openShelf() }), 'verifier-request', {
      configuredSigner: signer,
      configuredKey: generateSoftwareKey('ES256'),
    })
    expect(configured.keyId).toBe('slot 7')
    expect(JSON.stringify(configured)).not.toContain(privateJwk.d)
    expect(certificateOf(configured.x5c?.[0]).publicKey.export({ format: 'jwk' })).toMatchObject({
      x: privateJwk.x,
    })
    const production = await opened({ mode: 'production', configuredSecret })
    const { x5c } = await signerOf(production, 'verifier-request', { configuredSigner: signer })
    expect(x5c).toBeUndefined()
  })

  it('that live elsewhere are refused with certificates of another key', async () => {
    const ca = createDevelopmentCa({ name: 'Some CA', now })
    const publicJwk = generateSoftwareKey('ES256')
    const request = { ca, publicJwk, subject: 's', dnsNames: [], uris: [], days: 30, now }
    const production = await opened({ mode: 'production', configuredSecret })
    const signer = await production.signer('verifier-request', {
      ...hosts,
      configuredSigner: makeRemoteSigner().signer,
      configuredCertificates: [issueCertificate(request)],
    })
    expect(signer).toMatchObject({ ok: false, error: { cause: { code: 'certificate_of_other_key' } } })
  })

  it('are refused with the reason when they are configured wrongly', async () => {
    const deployment = await opened({ shelf: openShelf() })
    expect(await deployment.signer('credential-issuer', { ...hosts, configuredKey: '' })).toEqual({
      ok: false,
      error: {
        code: 'key_invalid',
        purpose: 'credential-issuer',
        cause: { code: 'key_malformed', reason: 'neither_json_nor_pem' },
      },
    })
  })

  it('have purposes with plain names', async () => {
    const deployment = await opened({ shelf: openShelf() })
    for (const purpose of ['', '../x', 'A', 'x'.repeat(60)]) {
      expect(() => deployment.signer(purpose, hosts)).toThrow('purpose')
    }
  })
})

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

describe('production', () => {
  it('asks for the secret by name', async () => {
    const shelf = openShelf()
    for (const missing of [undefined, '', ' \n']) {
      const refused = await open({
        mode: 'production',
        shelf,
        ...(missing !== undefined && { configuredSecret: missing }),
      })
      expect(refused).toEqual({ ok: false, error: { code: 'secret_missing' } })
    }
    expect(shelf.records.size).toBe(0)
  })

  it('asks for each key by its purpose, makes none and trusts no CA of its own', async () => {
    const shelf = openShelf()
    const deployment = await opened({ mode: 'production', configuredSecret, shelf })
    expect(await deployment.signer('status-list', hosts)).toEqual({
      ok: false,
      error: { code: 'key_missing', purpose: 'status-list' },
    })
    expect(deployment.developmentAnchors()).toEqual([])
    const signer = await signerOf(deployment, 'status-list', { configuredKey: generateSoftwareKey('ES256') })
    expect(signer.x5c).toBeUndefined()
  })

  it('keeps nothing beside what it seals but the fingerprint of the secret', async () => {
    const shelf = openShelf()
    const { sealing } = await opened({ mode: 'production', configuredSecret, shelf })
    expect([...shelf.records]).toEqual([[FINGERPRINT_RECORD, sealing.fingerprint]])
    expect(sealing.fingerprint).not.toContain(configuredSecret)
  })

  it('does not work on a store that holds a secret, and does not spread one from the directory', async () => {
    const directory = memoryShelf()
    const secret = 'made in development, 0123456789abcdef'
    await directory.putIfAbsent(SECRET_RECORD, secret)
    const store = openShelf()
    const shelf = layeredShelf(store, directory, () => {})
    expect(await open({ mode: 'production', configuredSecret: secret, shelf })).toEqual({
      ok: false,
      error: { code: 'secret_kept_in_store', record: SECRET_RECORD },
    })
    expect(store.records.size).toBe(0)
  })

  it('refuses a secret that could be searched', async () => {
    expect(await open({ mode: 'production', configuredSecret: 'x'.repeat(31), shelf: openShelf() })).toEqual({
      ok: false,
      error: { code: 'secret_too_short', minimumBytes: 32 },
    })
  })
})

describe('the deployment secret', () => {
  it('is the same whether it came with a line feed or without', async () => {
    const shelf = openShelf()
    await opened({ configuredSecret, shelf })
    await opened({ configuredSecret: `${configuredSecret}\n`, shelf })
  })

  it('is refused when another one sealed this store, whoever comes second', async () => {
    const shelf = openShelf()
    const first = await opened({ configuredSecret, shelf })
    const second = await open({ configuredSecret: `other-${configuredSecret}`, shelf })
    expect(second).toMatchObject({
      ok: false,
      error: { code: 'secret_mismatch', recorded: first.sealing.fingerprint },
    })
  })

  it('lets one of two secrets win when both start at once', async () => {
    const shelf = openShelf()
    const attempts = await Promise.all(
      Array.from({ length: 10 }, (_, n) => open({ configuredSecret: `${n % 2}${configuredSecret}`, shelf })),
    )
    expect(attempts.filter((attempt) => attempt.ok)).toHaveLength(5)
  })

  it('is not made up for a store that a configured one sealed', async () => {
    const shelf = openShelf()
    const { sealing } = await opened({ configuredSecret, shelf })
    expect(await open({ shelf })).toEqual({
      ok: false,
      error: { code: 'secret_missing', recorded: sealing.fingerprint },
    })
    expect(shelf.records.has(SECRET_RECORD)).toBe(false)
  })

  it('stays out of a store that belongs to another deployment', async () => {
    const directory = memoryShelf()
    await opened({ shelf: directory })
    const store = openShelf()
    await opened({ mode: 'production', configuredSecret, shelf: store })
    const stray = await open({ shelf: layeredShelf(store, directory, () => {}) })
    expect(stray).toMatchObject({ ok: false, error: { code: 'secret_mismatch' } })
    expect(store.records.has(SECRET_RECORD)).toBe(false)
  })

  it('has at least 256 bits when it is made, and a loud warning when it lies in the shared store', async () => {
    const warnings: string[] = []
    const shelf = openShelf()
    await opened({ shelf, warn: (message) => warnings.push(message) })
    const secret = shelf.records.get(SECRET_RECORD) ?? ''
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('DEVELOPMENT ONLY')
    expect(warnings[0]).not.toContain(secret)
  })

  it('is kept in a directory without a warning, and not at all without a shelf', async () => {
    const warnings: string[] = []
    const warn = (message: string) => warnings.push(message)
    await opened({ shelf: openShelf(false), warn })
    expect(warnings).toEqual([])
    await opened({ warn })
    expect(warnings).toHaveLength(1)
  })
})

describe('a directory beside the shared store', () => {
  it('gives an emptied store its identity back', async () => {
    const store = openShelf()
    const directory = memoryShelf()
    const shelf = () => layeredShelf(store, directory, () => {})
    const before = await signerOf(await opened({ shelf: shelf() }))
    store.records.clear()
    const after = await signerOf(await opened({ shelf: shelf() }))
    expect(after.keyId).toBe(before.keyId)
    expect(after.x5c).toEqual(before.x5c)
  })

  it('with another identity yields to the shared store, its sealed records included', async () => {
    const directory = memoryShelf()
    await signerOf(await opened({ shelf: directory }))
    const store = openShelf()
    const theirs = await opened({ shelf: store })
    const warnings: string[] = []
    const shelf = layeredShelf(store, directory, (message) => warnings.push(message))
    // The fingerprint of the directory is not offered: the store has one.
    const ours = await opened({ shelf })
    expect(ours.sealing.fingerprint).toBe(theirs.sealing.fingerprint)
    expect((await signerOf(ours)).keyId).toBe((await signerOf(theirs)).keyId)
    expect(warnings).toHaveLength(2)
  })
})

describe('the readiness check', () => {
  it('puts back what an emptied store has lost', async () => {
    const shelf = openShelf()
    const deployment = await opened({ shelf })
    const before = await signerOf(deployment)
    shelf.records.clear()
    expect(await deployment.assertShared()).toEqual({ ok: true, value: undefined })
    expect((await signerOf(await opened({ shelf }))).x5c).toEqual(before.x5c)
  })

  it('tells when another deployment has taken the store', async () => {
    const shelf = openShelf()
    const deployment = await opened({ shelf })
    shelf.records.clear()
    await opened({ shelf })
    expect(await deployment.assertShared()).toEqual({
      ok: false,
      error: { code: 'identity_mismatch', record: SECRET_RECORD },
    })
  })

  it('puts back the identity in use, not another one that a directory holds', async () => {
    const directory = memoryShelf()
    await opened({ shelf: directory })
    const store = openShelf()
    const deployment = await opened({ shelf: layeredShelf(store, directory, () => {}) })
    await opened({ shelf: store })
    store.records.clear()
    expect((await deployment.assertShared()).ok).toBe(true)
    expect(store.records.get(FINGERPRINT_RECORD)).toBe(deployment.sealing.fingerprint)
  })
})

describe('a damaged record', () => {
  it('is named, and never replaced', async () => {
    const shelf = openShelf()
    const deployment = await opened({ shelf })
    await signerOf(deployment)
    const name = `verifier-request-key.${deployment.sealing.fingerprint}`
    const whole = shelf.records.get(name) ?? ''
    for (const damaged of ['', 'v1.AAAA', whole.slice(0, -1), shelf.records.get(SECRET_RECORD) ?? '']) {
      shelf.records.set(name, damaged)
      expect(await (await opened({ shelf })).signer('verifier-request', hosts)).toEqual({
        ok: false,
        error: { code: 'identity_unreadable', record: name },
      })
      expect(shelf.records.get(name)).toBe(damaged)
    }
  })

  it('moved to another name does not become another key', async () => {
    const shelf = openShelf()
    const deployment = await opened({ shelf })
    await signerOf(deployment, 'status-list')
    const { fingerprint } = deployment.sealing
    shelf.records.set(
      `credential-issuer-key.${fingerprint}`,
      shelf.records.get(`status-list-key.${fingerprint}`) ?? '',
    )
    expect((await deployment.signer('credential-issuer', hosts)).ok).toBe(false)
  })
})
