import type {
  IssuerKeyReference,
  IssuerTrust,
  TrustRefusal,
} from '@countersign/credential/contract/trust-port'
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
import {
  anchorsFrom,
  pinsFrom,
  type TrustedCertificate,
  type TrustList,
  type TrustScope,
} from './trust-anchor.ts'
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
    uris: ['https://other.example/issuer', 'did:example:named'],
  })

const trustBy = (list: TrustList) => issuerTrust(chainTrust({ list, crypto: nodeEngine }))

function reasonOf(refusal: TrustRefusal): string {
  return 'reason' in refusal ? refusal.reason : refusal.code
}

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
      value: {
        key: leafKey.publicJwk,
        anchor: 'The Root',
        issuer: 'CN=Issuer of Example',
        jurisdiction: { countries: [], subdivisions: [] },
        trustedUntil: expect.any(Number),
      },
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

  const SUBJECT = 'CN=Issuer of Example'
  const REFUSED = 'issuer_not_in_certificate'

  /** What a credential calls its issuer; who that is where the source binds the name, and where it does not. */
  it.each<[string | undefined, string, string]>([
    [undefined, SUBJECT, SUBJECT],
    ['https://issuer.example', 'https://issuer.example', SUBJECT],
    ['https://issuer.example/tenant', 'https://issuer.example/tenant', SUBJECT],
    ['HTTPS://issuer.example', 'HTTPS://issuer.example', SUBJECT],
    ['https://ISSUER.example:8443/tenant', 'https://ISSUER.example:8443/tenant', SUBJECT],
    ['https://other.example/issuer', 'https://other.example/issuer', SUBJECT],
    // A URI is named to the letter.
    ['https://other.example/', REFUSED, SUBJECT],
    ['https://other.example/issuer?a', REFUSED, SUBJECT],
    // No other host, however it is written.
    ['https://stranger.example', REFUSED, SUBJECT],
    ['HTTPS://stranger.example', REFUSED, SUBJECT],
    ['https://issuer.example@evil.example', REFUSED, SUBJECT],
    ['https://evil.example/issuer.example', REFUSED, SUBJECT],
    ['https://issuer.example.evil.example', REFUSED, SUBJECT],
    ['https://issuer.example\\.evil.example', REFUSED, SUBJECT],
    ['https://issuer.example.', REFUSED, SUBJECT],
    ['https://sub.issuer.example', REFUSED, SUBJECT],
    ['https://', REFUSED, SUBJECT],
    // What is no https URL may be claimed, and is not vouched for.
    ['http://issuer.example', SUBJECT, SUBJECT],
    ['issuer.example', SUBJECT, SUBJECT],
    ['did:web:issuer.example', SUBJECT, SUBJECT],
    ['did:example:named', 'did:example:named', SUBJECT],
    [SUBJECT, SUBJECT, SUBJECT],
  ])('is trust in whom the certificate names: %s', async (issuer, bound, unbound) => {
    const leaf = await makeLeaf()
    const asked = reference(toX5c(leaf), { issuer })
    for (const [bindIssuer, expected] of [
      [true, bound],
      ['if_named', bound === REFUSED ? unbound : bound],
      [false, unbound],
      [undefined, unbound],
    ] as const) {
      for (const list of [await anchored({ bindIssuer }), pinsFrom([leaf], { bindIssuer })]) {
        const judged = await trustBy(list)(asked, NOW)
        expect(judged.ok ? judged.value.issuer : reasonOf(judged.error)).toBe(expected)
      }
    }
  })

  it('binds the name anew for each credential of a chain that is known already', async () => {
    const trust = trustBy(await anchored({ bindIssuer: true }))
    const x5c = toX5c(await makeLeaf())
    const answers = [
      'https://issuer.example',
      'https://stranger.example',
      undefined,
      'https://issuer.example',
    ]
    const judged = await Promise.all(answers.map(async (issuer) => trust(reference(x5c, { issuer }), NOW)))
    expect(judged.map((one) => (one.ok ? one.value.issuer : reasonOf(one.error)))).toEqual([
      'https://issuer.example',
      REFUSED,
      SUBJECT,
      'https://issuer.example',
    ])
  })

  it('asks every source: one that does not bind the name believes whom another refuses', async () => {
    const anchors = [
      ...(await anchored({ name: 'binds', bindIssuer: true })).anchors,
      ...(await anchored({ name: 'does not' })).anchors,
    ]
    for (const list of [anchors, anchors.toReversed()]) {
      const trust = trustBy({ anchors: list, pins: [] })
      const stranger = reference(toX5c(await makeLeaf()), { issuer: 'https://stranger.example' })
      expect(await trust(stranger, NOW)).toMatchObject({ ok: true, value: { anchor: 'does not' } })
    }
  })

  it('binds the name in a status list as that in a credential', async () => {
    const chains = chainTrust({ list: await anchored({ bindIssuer: true }), crypto: nodeEngine })
    const x5c = toX5c(await makeLeaf())
    const list = {
      purpose: 'status_list',
      mechanism: 'bitstring_status_list',
      uri: 'x',
      algorithm: 'ES256',
    } as const
    const named = (issuer: string | undefined) => statusListTrust(chains)({ ...list, x5c, issuer }, NOW)
    expect(await named('https://stranger.example')).toMatchObject({ error: { reason: REFUSED } })
    expect(await named('https://issuer.example')).toMatchObject({
      value: { issuer: 'https://issuer.example' },
    })
    expect(await named(undefined)).toMatchObject({ value: { issuer: SUBJECT } })
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
