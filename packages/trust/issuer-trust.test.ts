import type { IssuerKeyReference, IssuerTrust } from '@countersign/credential/contract/trust-port'
import { didFromKey, keyOfDidUrl } from '@countersign/did/did'
import type { StatusListKeyReference, StatusListTrust } from '@countersign/status-list/status-list'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  toX5c,
} from '@countersign/testing/forging/certificates'
import { toPem } from '@countersign/x509/pem'
import { describe, expect, it } from 'vitest'
import { chainTrust } from './chain-trust.ts'
import { didIssuerTrust } from './did-trust.ts'
import { issuerTrust, statusListTrust } from './issuer-trust.ts'
import { anchorsFrom, type TrustedCertificate, type TrustList, type TrustScope } from './trust-anchor.ts'
import { trustedByAny } from './trusted-by-any.ts'

const NOW = 1_780_000_000
const root = makeSigner('P-256', 'root')
const leafKey = makeSigner('P-256', 'leaf')

const makeRoot = () =>
  makeCertificate({
    subject: 'Root',
    issuer: 'Root',
    key: root.publicJwk,
    signer: root,
    ca: true,
    keyUsage: [KEY_CERT_SIGN],
  })

const makeLeaf = () =>
  makeCertificate({
    subject: 'Issuer of Example',
    issuer: 'Root',
    key: leafKey.publicJwk,
    signer: root,
    keyUsage: [DIGITAL_SIGNATURE],
    dnsNames: ['issuer.example'],
    uris: ['https://other.example/issuer'],
  })

async function anchored(scope: TrustScope): Promise<TrustList> {
  return anchorsFrom([await makeRoot()], scope)
}

const reference = (
  x5c: readonly string[],
  changes: Partial<IssuerKeyReference> = {},
): IssuerKeyReference => ({
  purpose: 'issuer',
  format: 'dc+sd-jwt',
  signerProfile: 'jose',
  credentialType: 'urn:example',
  algorithm: 'ES256',
  x5c,
  ...changes,
})

describe('trust in an issuer', () => {
  it('comes from the anchor that the chain leads to', async () => {
    const anchors: readonly TrustedCertificate[] = [{ certificate: await makeRoot(), name: 'The Root' }]
    const trust = issuerTrust(chainTrust({ list: { anchors, pins: [] }, crypto: nodeEngine }))
    expect(await trust(reference(toX5c(await makeLeaf())), NOW)).toEqual({
      ok: true,
      value: { key: leafKey.publicJwk, anchor: 'The Root' },
    })
  })

  it('is refused with the key of the leaf, so that its signature can be explained', async () => {
    const trust = issuerTrust(chainTrust({ list: { anchors: [], pins: [] }, crypto: nodeEngine }))
    const leaf = await makeLeaf()
    expect(await trust(reference(toX5c(leaf)), NOW)).toMatchObject({
      error: {
        code: 'untrusted',
        reason: 'anchor_unknown',
        key: leaf.publicKey,
        details: { issuer: 'CN=Root' },
      },
    })
    expect(await trust(reference([]), NOW)).toEqual({ ok: false, error: { code: 'no_key_reference' } })
    expect(await trust({ ...reference([]), x5c: undefined }, NOW)).toMatchObject({
      error: { code: 'no_key_reference' },
    })
    expect(await trust(reference(['AAAA']), NOW)).toMatchObject({ error: { code: 'key_unreadable' } })
  })

  it.each([
    [undefined, true],
    ['https://issuer.example', true],
    ['https://ISSUER.example:8443/tenant', true],
    ['https://other.example/issuer', true],
    ['https://other.example/', false],
    ['http://issuer.example', false],
    ['https://issuer.example@evil.example', false],
    ['https://evil.example/issuer.example', false],
    ['issuer.example', false],
  ])('where the certificate must name the issuer: %s %s', async (issuer, accepted) => {
    const chains = chainTrust({ list: await anchored({}), crypto: nodeEngine })
    const trust = issuerTrust(chains, { issuerInCertificate: true })
    const judged = await trust(reference(toX5c(await makeLeaf()), { issuer }), NOW)
    if (accepted) expect(judged.ok).toBe(true)
    else expect(judged).toMatchObject({ error: { reason: 'issuer_not_in_certificate' } })
  })

  it('is another than that in signers of lists and attestations', async () => {
    const chains = chainTrust({ list: await anchored({ purposes: ['status_list'] }), crypto: nodeEngine })
    const x5c = toX5c(await makeLeaf())
    const list = {
      purpose: 'status_list',
      mechanism: 'token_status_list',
      uri: 'x',
      algorithm: 'ES256',
    } as const
    expect((await statusListTrust(chains)({ ...list, x5c }, NOW)).ok).toBe(true)
    expect(await statusListTrust(chains)(list, NOW)).toMatchObject({ error: { code: 'no_key_reference' } })
    expect((await issuerTrust(chains)(reference(x5c), NOW)).ok).toBe(false)
  })
})

describe('one function for all ways to trust', () => {
  it('serves issuers and signers of status lists', async () => {
    const did = didFromKey('jwk', leafKey.publicJwk)
    const chains = chainTrust({ list: await anchored({}), crypto: nodeEngine })
    const byDid = didIssuerTrust({
      issuers: [{ issuer: did, types: ['urn:example'] }],
      resolveKey: keyOfDidUrl,
    })
    const issuers: IssuerTrust = trustedByAny<IssuerKeyReference>([issuerTrust(chains), byDid])
    const lists: StatusListTrust = trustedByAny<StatusListKeyReference>([statusListTrust(chains), byDid])
    const list = {
      purpose: 'status_list',
      mechanism: 'token_status_list',
      uri: 'x',
      algorithm: 'ES256',
    } as const
    const x5c = toX5c(await makeLeaf())
    expect((await issuers(reference(x5c), NOW)).ok).toBe(true)
    expect((await issuers(reference([], { keyId: `${did}#0` }), NOW)).ok).toBe(true)
    expect((await lists({ ...list, x5c }, NOW)).ok).toBe(true)
    expect((await lists({ ...list, keyId: `${did}#0` }, NOW)).ok).toBe(true)
    expect((await lists({ ...list, keyId: '#0', credentialIssuer: did }, NOW)).ok).toBe(true)
    expect(
      await issuers(reference([], { keyId: `${did}#0`, credentialType: 'urn:other' }), NOW),
    ).toMatchObject({
      error: { reason: 'anchor_not_for_type' },
    })
  })
})

describe('anchors', () => {
  it('are written as PEM, a block each', async () => {
    const pem = toPem([await makeRoot(), await makeLeaf()])
    expect(
      pem.match(/-----BEGIN CERTIFICATE-----\n(?:[\w+/=]{1,64}\n)+-----END CERTIFICATE-----\n/g),
    ).toHaveLength(2)
  })
})
