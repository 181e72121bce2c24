/** An issuer key with a certificate of an authority that nobody here has heard of, as an issue call brings it along. */
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import { makeDocumentSigner, makeIaca } from '@countersign/x509/make/iso-mdl'
import { newAuthority } from './authority.ts'
import { now } from './keys.ts'

export interface BroughtKey {
  readonly issuerKey: { readonly type: 'jwk'; readonly jwk: object }
  readonly x5Chain: readonly string[]
}

export async function strangersKey(format: FormatId): Promise<BroughtKey> {
  const jwk = generateSoftwareKey('ES256')
  const x5Chain =
    format === 'mso_mdoc' ? [await documentSigner(softwareSigner(jwk).publicJwk)] : attested(jwk)
  return { issuerKey: { type: 'jwk', jwk }, x5Chain }
}

function attested(jwk: PrivateJwk): readonly string[] {
  const authority = newAuthority('Authority of a stranger')
  return authority.vouchFor({ name: 'A stranger', dnsNames: ['stranger.example'], jwk }).x5c ?? []
}

async function documentSigner(publicJwk: PublicJwk): Promise<string> {
  const iacaKey = softwareSigner(generateSoftwareKey('ES256'))
  const authority = {
    country: 'UT',
    commonName: 'Authority of a stranger',
    issuerAlternativeName: { uri: 'https://stranger.example' },
    key: iacaKey,
    now: now(),
  }
  const iaca = await makeIaca(authority, nodeCrypto)
  if (!iaca.ok) throw new Error(iaca.error.code)
  const request = {
    iacaKey,
    iacaPem: iaca.value.certificatePem,
    country: 'UT',
    commonName: 'A stranger',
    publicJwk,
    now: now(),
  }
  const signer = await makeDocumentSigner(request, nodeCrypto)
  if (!signer.ok) throw new Error(signer.error.code)
  return signer.value.certificate
}
