/** Keys and certificates with a beginning and an end, and the lists that name them, as operators and callers have them. */
import { encodeBase64 } from '@countersign/core/base64url'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf, tagged } from '@countersign/crypto/cbor/value'
import { HEADER, writeX5chain } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import { EXTENDED_KEY_USAGE } from '@countersign/x509/certificate-profile'
import type { MadeCertificate } from '@countersign/x509/make/certificate-request'
import { makeDocumentSigner, makeIaca } from '@countersign/x509/make/iso-mdl'
import {
  makeAuthority,
  makeSignerCertificate,
  type SignerPurpose,
} from '@countersign/x509/make/signer-certificate'

/** Epoch seconds. */
export interface Period {
  readonly notBefore: number
  readonly notAfter: number
}

export interface Certified {
  readonly jwk: PrivateJwk
  readonly signer: Signer
  readonly made: MadeCertificate
}

type Making = ReturnType<typeof makeAuthority>

async function certified(jwk: PrivateJwk, making: Making): Promise<Certified> {
  const made = await making
  if (!made.ok) throw new Error(made.error.code)
  return { jwk, signer: softwareSigner(jwk), made: made.value }
}

const newJwk = () => generateSoftwareKey('ES256')

export function authority(commonName: string, period: Period): Promise<Certified> {
  const jwk = newJwk()
  const request = { name: { commonName }, key: softwareSigner(jwk), now: period.notBefore, ...period }
  return certified(jwk, makeAuthority(request, nodeCrypto))
}

export function signerUnder(
  { made, signer: key }: Certified,
  purpose: SignerPurpose,
  period: Period,
  more: { readonly jwk?: PrivateJwk; readonly extendedKeyUsage?: readonly string[] } = {},
): Promise<Certified> {
  const { jwk = newJwk(), extendedKeyUsage } = more
  const request = {
    purpose,
    authority: { key, certificatePem: made.certificatePem },
    name: { commonName: `Signer for ${purpose}` },
    publicJwk: softwareSigner(jwk).publicJwk,
    dnsNames: ['signer.example'],
    extendedKeyUsage,
    now: period.notBefore,
    ...period,
  }
  return certified(jwk, makeSignerCertificate(request, nodeCrypto))
}

const UTOPIA = {
  country: 'UT',
  organizationName: 'Utopia',
  crlDistributionPointUri: 'https://utopia.example/crl',
}

export function iaca(commonName: string, period: Period): Promise<Certified> {
  const jwk = newJwk()
  const issuerAlternativeName = { uri: 'https://utopia.example' }
  const request = { ...UTOPIA, commonName, issuerAlternativeName, key: softwareSigner(jwk) }
  return certified(jwk, makeIaca({ ...request, now: period.notBefore, ...period }, nodeCrypto))
}

export function documentSignerUnder(
  { made, signer: iacaKey }: Certified,
  period: Period,
): Promise<Certified> {
  const jwk = newJwk()
  const request = {
    ...UTOPIA,
    iacaKey,
    iacaPem: made.certificatePem,
    commonName: 'Document signer',
    publicJwk: softwareSigner(jwk).publicJwk,
    now: period.notBefore,
    ...period,
  }
  return certified(jwk, makeDocumentSigner(request, nodeCrypto))
}

/** As an issue call brings it along. */
export function brought({ jwk, made }: Certified): object {
  return { issuerKey: { type: 'jwk', jwk }, x5Chain: [made.certificate] }
}

/** When a list was issued, and until when it counts; epoch seconds. */
export interface ListPeriod {
  readonly issuedAt: number
  readonly nextUpdate: number
  /** 1 when absent. */
  readonly issue?: number
}

export function trustListProvider(root: Certified, period: Period): Promise<Certified> {
  return signerUnder(root, 'trust_list', period, { extendedKeyUsage: [EXTENDED_KEY_USAGE.vicalSigner] })
}

/** Of a VICAL: one root, as the entry repeats it. */
export type VicalEntry = Readonly<Record<string, CborInput>>

export function vicalEntry({ made }: Certified, types: readonly string[]): VicalEntry {
  const { parsed } = made
  const serial = parsed.serial.padStart(parsed.serial.length + (parsed.serial.length % 2), '0')
  return {
    certificate: parsed.der,
    serialNumber: tagged(2, Buffer.from(serial, 'hex')),
    ski: Buffer.from(parsed.subjectKeyId ?? '', 'base64url'),
    docType: [...types],
  }
}

/** As one provider writes it: the key identifier as the whole value of its extension. */
export function withWrappedKeyId(entry: VicalEntry): VicalEntry {
  const { ski } = entry
  if (!(ski instanceof Uint8Array)) throw new TypeError('no key identifier')
  return { ...entry, ski: Buffer.from([0x04, ski.length + 2, 0x04, ski.length, ...ski]) }
}

/** ISO/IEC 18013-5 annex C. */
export async function vicalOf(
  entries: readonly VicalEntry[],
  provider: Certified,
  { issuedAt, nextUpdate, issue = 1 }: ListPeriod,
): Promise<Uint8Array> {
  const payload = encodeCbor(
    mapOf({
      version: '1.0',
      vicalProvider: 'Utopia',
      date: tagged(0, isoTime(issuedAt)),
      vicalIssueID: issue,
      nextUpdate: tagged(0, isoTime(nextUpdate)),
      certificateInfos: entries.map(mapOf),
    }),
  )
  const unprotectedHeader = new Map([[HEADER.x5chain, writeX5chain([provider.made.parsed.der])] as const])
  return encodeCbor(
    await signCoseSign1({ protectedHeader: new Map(), unprotectedHeader, payload }, provider.signer),
  )
}

const PUBLIC_ATTESTATIONS = 'http://uri.etsi.org/19602/SvcType/PubEAA/Issuance'
const NOTIFIED = 'http://uri.etsi.org/19602/PubEAAProvidersList/SvcStatus/notified'

/** A list of trusted entities (ETSI TS 119 602): one authority that issues public attestations. */
export function trustedEntities(
  root: Certified,
  provider: Certified,
  { issuedAt, nextUpdate, issue = 1 }: ListPeriod,
): Promise<string> {
  const named = (value: string) => [{ lang: 'en', value }]
  const service = {
    ServiceName: named('Attestations'),
    ServiceTypeIdentifier: PUBLIC_ATTESTATIONS,
    ServiceStatus: NOTIFIED,
    StatusStartingTime: isoTime(issuedAt),
    ServiceDigitalIdentity: { X509Certificates: [{ val: root.made.certificate }] },
  }
  const payload = {
    LoTE: {
      ListAndSchemeInformation: {
        LoTEVersionIdentifier: 1,
        LoTESequenceNumber: issue,
        LoTEType: 'http://uri.etsi.org/19602/LoTEType/EUPubEAAProvidersList',
        SchemeOperatorName: named('Operator'),
        SchemeName: named('Public attestations'),
        ListIssueDateTime: isoTime(issuedAt),
        NextUpdate: isoTime(nextUpdate),
      },
      TrustedEntitiesList: [
        {
          TrustedEntityInformation: { TEName: named('Ministry') },
          TrustedEntityServices: [{ ServiceInformation: service }],
        },
      ],
    },
  }
  return signJws({ typ: 'JOSE', x5c: [encodeBase64(provider.made.parsed.der)] }, payload, provider.signer)
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
