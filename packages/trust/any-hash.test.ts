import type { SignatureScheme } from '@countersign/crypto/signature-algorithm'
import type { CertifierKey } from '@countersign/testing/engines/certifier'
import { makeCertifier, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  CRL_SIGN,
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  toX5c,
} from '@countersign/testing/forging/certificates'
import { EXTENDED_KEY_USAGE } from '@countersign/x509/certificate-profile'
import { describe, expect, it } from 'vitest'
import { chainTrust } from './chain-trust.ts'
import { issuerTrust, statusListTrust } from './issuer-trust.ts'
import { vicalSignerTrust } from './lists/vical.ts'
import { anchorsFrom } from './trust-anchor.ts'

const NOW = 1_780_000_000

const HASHES = ['sha-256', 'sha-384', 'sha-512'] as const
const PAIRS: readonly (readonly [CertifierKey, SignatureScheme])[] = [
  ...(['P-256', 'P-384', 'P-521'] as const).flatMap((curve) =>
    HASHES.map((hash) => [curve, { kind: 'ecdsa', hash }] as const),
  ),
  ...HASHES.map((hash) => ['RSA', { kind: 'rsa-pkcs1', hash }] as const),
  ...HASHES.map((hash) => ['RSA', { kind: 'rsa-pss', hash, saltLength: 32 }] as const),
]

/** An authority as OpenSSL makes it, and somebody on P-256 below it: the hash is the authority's own choice. */
async function below(kind: CertifierKey, scheme: SignatureScheme) {
  const signer = makeCertifier(kind, scheme)
  const ca = await makeCertificate({
    subject: 'PID Issuer CA',
    issuer: 'PID Issuer CA',
    key: signer.publicJwk,
    signer,
    ca: true,
    pathLength: 0,
    keyUsage: [KEY_CERT_SIGN, CRL_SIGN],
  })
  const leaf = await makeCertificate({
    subject: 'Signer',
    issuer: 'PID Issuer CA',
    key: makeSigner('P-256').publicJwk,
    signer,
    keyUsage: [DIGITAL_SIGNATURE],
    extendedKeyUsage: [EXTENDED_KEY_USAGE.vicalSigner],
    extendedKeyUsageCritical: false,
  })
  return { list: anchorsFrom([ca], {}), x5c: toX5c(leaf) }
}

const CREDENTIAL = {
  purpose: 'issuer',
  format: 'dc+sd-jwt',
  signerProfile: 'jose',
  credentialType: 'urn:example',
  algorithm: 'ES256',
} as const
const STATUS_LIST = {
  purpose: 'status_list',
  mechanism: 'token_status_list',
  uri: 'https://issuer.example/status/1',
  algorithm: 'ES256',
} as const

describe('an authority', () => {
  it.each(
    PAIRS.map(([kind, scheme]) => ({
      kind,
      scheme,
      what: `${kind} with ${Object.values(scheme).join(' ')}`,
    })),
  )('on $what is believed about credentials, status lists and lists of trust', async ({ kind, scheme }) => {
    const { list, x5c } = await below(kind, scheme)
    const chains = chainTrust({ list, crypto: nodeEngine })
    const verdicts = {
      credential: await issuerTrust(chains)({ ...CREDENTIAL, x5c }, NOW),
      statusList: await statusListTrust(chains)({ ...STATUS_LIST, x5c }, NOW),
      listOfTrustedEntities: await chains(x5c, { purpose: 'trust_list' }, NOW),
      vical: await vicalSignerTrust(list, nodeEngine)(x5c, { purpose: 'trust_list' }, NOW),
    }
    expect(Object.entries(verdicts).map(([door, { ok }]) => [door, ok])).toEqual(
      Object.keys(verdicts).map((door) => [door, true]),
    )
    // Another authority of the same name did not sign it.
    const other = await below(kind, scheme)
    const stranger = await issuerTrust(chainTrust({ list: other.list, crypto: nodeEngine }))(
      { ...CREDENTIAL, x5c },
      NOW,
    )
    expect(stranger).toMatchObject({ error: { reason: 'certificate_signature_invalid' } })
  })
})
