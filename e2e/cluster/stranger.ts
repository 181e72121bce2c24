/** An issuer key with a certificate of an authority that nobody here has heard of, as an issue call brings it along. */
import type { FormatId } from '@countersign/credential/format'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/certificate'
import { generateSoftwareKey } from '@countersign/keys/software'

export interface BroughtKey {
  readonly issuerKey: { readonly type: 'jwk'; readonly jwk: object }
  readonly x5Chain: readonly string[]
}

export async function strangersKey(_format: FormatId): Promise<BroughtKey> {
  const now = Math.floor(Date.now() / 1000)
  const ca = createDevelopmentCa({ name: 'Authority of a stranger', now })
  const jwk = generateSoftwareKey('ES256')
  const certificate = issueCertificate({
    ca,
    publicJwk: jwk,
    subject: 'A stranger',
    dnsNames: ['stranger.example'],
    uris: [],
    days: 30,
    now,
  })
  return { issuerKey: { type: 'jwk', jwk }, x5Chain: [certificate] }
}
