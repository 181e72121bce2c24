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

  it('differ by owner, and are the same on every instance and under a certificate of the same CA', async () => {
    const shelf = openShelf()
    const [one, another] = [await opened({ shelf }), await opened({ shelf })]
    const ownedBy = (deployment: Deployment, owner?: string) =>
      signerOf(deployment, 'credential-issuer', { owner })
    const [acme, other, own] = [await ownedBy(one, 'acme'), await ownedBy(one, 'b-co'), await ownedBy(one)]
    expect(new Set([acme.keyId, other.keyId, own.keyId]).size).toBe(3)
    expect((await ownedBy(another, 'acme')).x5c).toEqual(acme.x5c)
    const [anchor] = one.developmentAnchors()
    for (const { x5c } of [acme, other, own])
      expect(certificateOf(x5c?.[0]).verify(certificateOf(anchor).publicKey)).toBe(true)
    await expect(ownedBy(one, 'a.b')).rejects.toThrow('not an owner')
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
    expect(deployment.developmentAnchors()).toBe(deployment.developmentAnchors())
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
