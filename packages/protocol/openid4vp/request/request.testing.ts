/** For tests: verifiers whose certificates name verifier.example and *.wild.example, and the anchor that vouches for them. */
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
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

const attesterAuthority = makeSigner()
const attester = makeSigner()

/** Vouches for those who say who verifiers are, and for nobody else. */
export const attesterAnchor = await makeCertificate({
  subject: 'Attester Test CA',
  issuer: 'Attester Test CA',
  key: attesterAuthority.publicJwk,
  signer: attesterAuthority,
  ca: true,
  keyUsage: [KEY_CERT_SIGN],
  notAfter: VALID_TO,
})

export const attesterSigner = {
  ...attester,
  x5c: [
    entry(
      await makeCertificate({
        subject: 'Attester',
        issuer: 'Attester Test CA',
        key: attester.publicJwk,
        signer: attesterAuthority,
        keyUsage: [DIGITAL_SIGNATURE],
        notAfter: VALID_TO,
      }),
    ),
  ],
}

/** What the attester says of the verifier (OpenID4VP 1.0 §12). */
export function attest(
  changes: Readonly<Record<string, unknown>> = {},
  signer: Signer = attesterSigner,
  header: JsonObject = {},
): Promise<string> {
  const claims = {
    iss: 'https://attester.example',
    sub: 'shop.example',
    exp: 1_900_000_000,
    cnf: { jwk: leafSigner.publicJwk },
    ...changes,
  }
  const protectedHeader = { typ: 'verifier-attestation+jwt', x5c: signer.x5c ?? [], ...header }
  return signJws(protectedHeader, JSON.parse(JSON.stringify(claims)), signer)
}

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
