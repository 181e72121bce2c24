/**
 * What `@owf/mdoc` leaves to its user - digests, signatures and certificates - by `node:crypto` alone, and the few calls
 * that the tests make of it. Nothing of ours is in here, so that an agreement is one of two implementations.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto'
import {
  base64url,
  CoseKey,
  Curve,
  DeviceKey,
  DeviceRequest,
  DeviceResponse,
  DocRequest,
  Holder,
  Issuer,
  type IssuerSigned,
  ItemsRequest,
  KeyType,
  type MdocContext,
  SessionTranscript,
  SignatureAlgorithm,
  type VerificationAssessment,
  Verifier,
} from '@owf/mdoc'

export const algorithms = ['ES256', 'ES384', 'EdDSA'] as const
export type Algorithm = (typeof algorithms)[number]

interface AlgorithmFacts {
  readonly cose: SignatureAlgorithm
  readonly keyType: KeyType
  readonly curve: Curve
  readonly crv: string
  readonly hash: string | null
}

const factsOf: Readonly<Record<Algorithm, AlgorithmFacts>> = {
  ES256: {
    cose: SignatureAlgorithm.ES256,
    keyType: KeyType.Ec,
    curve: Curve['P-256'],
    crv: 'P-256',
    hash: 'sha256',
  },
  ES384: {
    cose: SignatureAlgorithm.ES384,
    keyType: KeyType.Ec,
    curve: Curve['P-384'],
    crv: 'P-384',
    hash: 'sha384',
  },
  EdDSA: {
    cose: SignatureAlgorithm.EdDSA,
    keyType: KeyType.Okp,
    curve: Curve.Ed25519,
    crv: 'Ed25519',
    hash: null,
  },
}

/** Not by the library's `fromJwk`, which writes P-384 in lower case and then does not know the curve. */
function coseMembers(jwk: JsonWebKey, isPrivate: boolean) {
  const facts = Object.values(factsOf).find(({ crv }) => crv === jwk.crv)
  if (facts === undefined) throw new Error(`no such curve: ${jwk.crv}`)
  const { keyType, curve, cose: algorithm } = facts
  return {
    keyType,
    curve,
    x: base64url.decode(jwk.x ?? ''),
    ...(jwk.y !== undefined && { y: base64url.decode(jwk.y) }),
    ...(isPrivate && { algorithm, d: base64url.decode(jwk.d ?? '') }),
  }
}

export function privateCoseKey(jwk: JsonWebKey): CoseKey {
  return CoseKey.create(coseMembers(jwk, true))
}

export function deviceKeyOf(jwk: JsonWebKey): DeviceKey {
  return DeviceKey.create(coseMembers(jwk, false))
}

function jwkOf(key: CoseKey): { jwk: JsonWebKey; facts: AlgorithmFacts } {
  const facts = Object.values(factsOf).find(({ curve }) => curve === key.curve)
  if (facts === undefined || key.x === undefined) throw new Error('key not understood')
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const { x, y, d } = key
  return {
    jwk: {
      kty: y === undefined ? 'OKP' : 'EC',
      crv: facts.crv,
      x: text(x),
      ...(y && { y: text(y) }),
      ...(d && { d: text(d) }),
    },
    facts,
  }
}

function withEncoding(key: KeyObject, { hash }: AlgorithmFacts) {
  return hash === null ? key : ({ key, dsaEncoding: 'ieee-p1363' } as const)
}

const noMac = () => {
  throw new Error('OpenID4VP has no MACs')
}

export const context: MdocContext = {
  crypto: {
    random: (length) => new Uint8Array(randomBytes(length)),
    digest: ({ digestAlgorithm, bytes }) =>
      new Uint8Array(createHash(digestAlgorithm.replace('-', '').toLowerCase()).update(bytes).digest()),
    calculateEphemeralMacKey: noMac,
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) => {
        const { jwk, facts } = jwkOf(key)
        const privateKey = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
        return new Uint8Array(sign(facts.hash, toBeSigned, withEncoding(privateKey, facts)))
      },
      verify: ({ key, sign1 }) => {
        const { jwk, facts } = jwkOf(key)
        const { d: _secret, ...publicJwk } = jwk
        if (factsOf[sign1.signatureAlgorithmName as Algorithm] !== facts) return false
        const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' })
        return verify(facts.hash, sign1.toBeSigned, withEncoding(publicKey, facts), sign1.signature)
      },
    },
    mac0: { sign: noMac, verify: noMac },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) =>
      new X509Certificate(certificate).issuer
        .split('\n')
        .filter((line) => line.startsWith(`${field}=`))
        .map((line) => line.slice(field.length + 1)),
    getPublicKey: ({ certificate }) =>
      CoseKey.create(
        coseMembers(new X509Certificate(certificate).publicKey.export({ format: 'jwk' }), false),
      ),
    verifyCertificateChain: ({ trustedCertificates, x5chain }) => {
      const [leaf, ...more] = x5chain.map((der) => new X509Certificate(der))
      const trusted = trustedCertificates.map((der) => new X509Certificate(der))
      const leads = trusted.some((ca) => leaf?.checkIssued(ca) && leaf.verify(ca.publicKey))
      if (!leads || more.length > 0) throw new Error('the chain leads to no trusted certificate')
    },
    getCertificateData: ({ certificate }) => {
      const x509 = new X509Certificate(certificate)
      return {
        issuerName: x509.issuer,
        subjectName: x509.subject,
        serialNumber: x509.serialNumber,
        thumbprint: x509.fingerprint256,
        notBefore: new Date(x509.validFrom),
        notAfter: new Date(x509.validTo),
        pem: x509.toString(),
      }
    },
  },
}

export interface TheirIssue {
  readonly docType: string
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly algorithm: Algorithm
  readonly issuerKey: JsonWebKey
  readonly certificate: Uint8Array
  readonly deviceKey: JsonWebKey
  readonly digestAlgorithm?: 'SHA-256' | 'SHA-384' | 'SHA-512'
  /** Epoch seconds. */
  readonly from: number
  readonly until: number
}

export function issuedByThem(request: TheirIssue): Promise<IssuerSigned> {
  const issuer = new Issuer(request.docType, context)
  for (const [namespace, elements] of Object.entries(request.namespaces)) {
    issuer.addIssuerNamespace(namespace, elements)
  }
  const from = new Date(request.from * 1000)
  return issuer.sign({
    signingKey: privateCoseKey(request.issuerKey),
    algorithm: factsOf[request.algorithm].cose,
    digestAlgorithm: request.digestAlgorithm ?? 'SHA-256',
    validityInfo: { signed: from, validFrom: from, validUntil: new Date(request.until * 1000) },
    deviceKeyInfo: { deviceKey: deviceKeyOf(request.deviceKey) },
    certificates: [request.certificate],
  })
}

export function presentedByThem(
  issuerSigned: IssuerSigned,
  disclose: Readonly<Record<string, readonly string[]>>,
  sessionTranscript: SessionTranscript,
  deviceKey: JsonWebKey,
): Promise<DeviceResponse> {
  const namespaces = Object.fromEntries(
    Object.entries(disclose).map(([namespace, elements]) => [
      namespace,
      Object.fromEntries(elements.map((element) => [element, false])),
    ]),
  )
  const { docType } = issuerSigned.issuerAuth.mobileSecurityObject
  const itemsRequest = ItemsRequest.create({ docType, namespaces })
  return Holder.createDeviceResponseForDeviceRequest(
    {
      deviceRequest: DeviceRequest.create({ docRequests: [DocRequest.create({ itemsRequest })] }),
      sessionTranscript,
      issuerSigned: [issuerSigned],
      signature: { signingKey: privateCoseKey(deviceKey) },
    },
    context,
  )
}

/** What is asked for, in the library's own words. */
export interface TheirSession {
  readonly clientId?: string | undefined
  readonly origin?: string | undefined
  readonly nonce: string
  readonly responseUri?: string | undefined
  readonly jwkThumbprint?: Uint8Array | undefined
}

export function theirTranscript({
  clientId,
  origin,
  nonce,
  responseUri,
  jwkThumbprint,
}: TheirSession): Promise<SessionTranscript> {
  const encryption = jwkThumbprint && { jwkThumbprint }
  if (origin !== undefined) return SessionTranscript.forOid4VpDcApi({ origin, nonce, ...encryption }, context)
  if (clientId === undefined || responseUri === undefined) throw new Error('neither origin nor client')
  return SessionTranscript.forOid4Vp({ clientId, nonce, responseUri, ...encryption }, context)
}

/** The checks of the library that failed; it throws for what it cannot read. */
export async function failedByThem(
  presentation: string,
  sessionTranscript: SessionTranscript,
  trusted: Uint8Array,
): Promise<readonly string[]> {
  const assessments: VerificationAssessment[] = []
  await Verifier.verifyDeviceResponse(
    {
      deviceResponse: DeviceResponse.fromEncodedForOid4Vp(presentation),
      sessionTranscript,
      trustedCertificates: [trusted],
      onCheck: (assessment) => assessments.push(assessment),
    },
    context,
  )
  // Each document has at least these, or nothing was looked at.
  const looked = ['DEVICE_AUTH', 'ISSUER_AUTH'].every((name) =>
    assessments.some(({ category }) => category === name),
  )
  const failed = assessments.filter(({ status }) => status === 'FAILED').map(({ check }) => check)
  return looked ? failed : [...failed, 'nothing was looked at']
}
