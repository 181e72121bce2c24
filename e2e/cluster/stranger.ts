/** An issuer key with a certificate of an authority that nobody here has heard of, as an issue call brings it along. */
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { makeDocumentSigner, makeIaca } from '@countersign/x509/make/iso-mdl'

export interface BroughtKey {
  readonly issuerKey: { readonly type: 'jwk'; readonly jwk: object }
  readonly x5Chain: readonly string[]
}

export async function strangersKey(format: FormatId): Promise<BroughtKey> {
  const now = Math.floor(Date.now() / 1000)
  const jwk = generateSoftwareKey('ES256')
  const { publicJwk } = softwareSigner(jwk)
  const certificate =
    format === 'mso_mdoc' ? await documentSigner(publicJwk, now) : attestationIssuer(publicJwk, now)
  return { issuerKey: { type: 'jwk', jwk }, x5Chain: [certificate] }
}

function attestationIssuer(publicJwk: PublicJwk, now: number): string {
  const ca = createDevelopmentCa({ name: 'Authority of a stranger', now })
  const names = { subject: 'A stranger', dnsNames: ['stranger.example'], uris: [] }
  return issueCertificate({ ca, publicJwk, ...names, days: 30, now })
}

async function documentSigner(publicJwk: PublicJwk, now: number): Promise<string> {
  const iacaKey = softwareSigner(generateSoftwareKey('ES256'))
  const authority = {
    country: 'UT',
    commonName: 'Authority of a stranger',
    issuerAlternativeName: { uri: 'https://stranger.example' },
    key: iacaKey,
    now,
  }
  const iaca = await makeIaca(authority, nodeCrypto)
  if (!iaca.ok) throw new Error(iaca.error.code)
  const request = {
    iacaKey,
    iacaPem: iaca.value.certificatePem,
    country: 'UT',
    commonName: 'A stranger',
    publicJwk,
    now,
  }
  const signer = await makeDocumentSigner(request, nodeCrypto)
  if (!signer.ok) throw new Error(signer.error.code)
  return signer.value.certificate
}
