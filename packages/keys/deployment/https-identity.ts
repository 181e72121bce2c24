/**
 * What a development deployment shows over https in a network of its own: a CA for one name or address, kept like the other
 * development authorities so that a phone trusts it once, and a key with a short certificate that is made anew each time. No
 * credential is believed by it, and the authorities of credentials vouch for no server (docs/decisions/057).
 */
import { createPrivateKey, hash } from 'node:crypto'
import { ok, type Result } from '@countersign/core/result'
import { certificatePem } from '@countersign/x509/pem'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { createHostCa, type HostCa, issueServerCertificate } from './development-certificate.ts'
import { MAX_GENERATIONS, readCa } from './development-identity.ts'
import type { RecordRefusal, SealedRecords } from './identity-records.ts'

export interface HttpsIdentity {
  /** PEM: what a phone has to trust. */
  readonly anchor: string
  /** PEM: leaf first, without the anchor. */
  readonly certificates: string
  /** PEM, PKCS #8. */
  readonly key: string
}

const DAY_SECONDS = 86_400
/** More than a server's certificate lasts. */
const MARGIN_SECONDS = 60 * DAY_SECONDS

/** `host`: a name of DNS or an address. */
export async function openHttpsIdentity(
  records: SealedRecords,
  host: string,
  now: number,
): Promise<Result<HttpsIdentity, RecordRefusal>> {
  const ca = await keptHostCa(records, host, now)
  if (!ca.ok) return ca
  const { certificate, root } = ca.value
  const publicJwk = generateSoftwareKey('ES256')
  const server = issueServerCertificate(ca.value, { host, publicJwk, now })
  const key = createPrivateKey({ key: { ...publicJwk }, format: 'jwk' })
  return ok({
    anchor: certificatePem(root),
    certificates: certificatePem(server) + certificatePem(certificate),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
}

async function keptHostCa(
  records: SealedRecords,
  host: string,
  now: number,
): Promise<Result<HostCa, RecordRefusal>> {
  const base = `host-ca.${hash('sha256', host, 'hex').slice(0, 24)}`
  for (let generation = 1; generation <= MAX_GENERATIONS; generation++) {
    const kept = await records.keep(`${base}.${generation}`, () => createHostCa({ host, now }), readHostCa)
    if (!kept.ok || kept.value.expiresAt - now > MARGIN_SECONDS) return kept
  }
  throw new Error('no generation of the CA for https is valid now')
}

function readHostCa(json: unknown): HostCa | undefined {
  const ca = readCa(json)
  const root = typeof json === 'object' && json !== null && 'root' in json ? json.root : undefined
  return ca && typeof root === 'string' ? { ...ca, root } : undefined
}
