/** For tests: verifiers whose certificates name verifier.example and *.wild.example, and the anchor that vouches for them. */
import type { PublicJwk } from '@countersign/crypto/jwk'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import {
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  toX5c,
} from '@countersign/testing/forging/certificates'
import type { Certificate } from '@countersign/x509/certificate'

export { nodeEngine as testCrypto } from '@countersign/testing/engines/node-engine'

const AUTHORITY = 'Verifier Test CA'
const VALID_TO = 2_000_000_000

const authority = makeSigner()
const verifier = makeSigner()
const other = makeSigner()

export const anchor = await makeCertificate({
  subject: AUTHORITY,
  issuer: AUTHORITY,
  key: authority.publicJwk,
  signer: authority,
  ca: true,
  keyUsage: [KEY_CERT_SIGN],
  notAfter: VALID_TO,
})

/** Entries of `x5c`. */
export const ANCHOR = entry(anchor)
export const LEAF = entry(await leaf(verifier.publicJwk))
export const OTHER_LEAF = entry(await leaf(other.publicJwk))
/** Has the key of the leaf and the same name. */
export const SELF_SIGNED = entry(await leaf(verifier.publicJwk, 'Example Verifier'))

export const leafSigner = { ...verifier, x5c: [LEAF] }
export const otherSigner = { ...other, x5c: [OTHER_LEAF] }

function leaf(key: PublicJwk, issuer = AUTHORITY): Promise<Certificate> {
  return makeCertificate({
    subject: 'Example Verifier',
    issuer,
    key,
    signer: issuer === AUTHORITY ? authority : verifier,
    keyUsage: [DIGITAL_SIGNATURE],
    dnsNames: ['verifier.example', '*.wild.example'],
    notAfter: VALID_TO,
  })
}

function entry(certificate: Certificate): string {
  const [text = ''] = toX5c(certificate)
  return text
}
