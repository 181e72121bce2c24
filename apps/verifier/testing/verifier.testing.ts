/** A verifier on memory stores for the tests beside the use cases: real keys, certificates and presentations. */

import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, CredentialFormat } from '@countersign/credential/contract/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { clientIdOf } from '@countersign/protocol/openid4vp/request/client-id'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { serviceStores } from '@countersign/service/compose/service-stores'
import { openMemoryEngine } from '@countersign/stores/memory'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { buildVerifier } from '../build.ts'
import { VERIFIER_DEFAULTS } from '../config.ts'
import { POLICIES } from '../policies/policy-list.ts'
import { startVerification } from '../request/start-verification.ts'
import type { Verifier } from '../verifier.ts'

export const vct = 'urn:countersign:identity-credential:1'

export interface TestVerifier {
  readonly verifier: Verifier
  /** Epoch seconds; the test may change it. */
  readonly clock: { now: number }
  /** Signs credentials that the verifier trusts. */
  readonly issuer: Signer
}

export async function testVerifier(formats: readonly CredentialFormat[] = [sdJwtVc]): Promise<TestVerifier> {
  const clock = { now: 1_800_000_000 }
  const ca = createDevelopmentCa({ name: 'Test CA', now: clock.now })
  const requestSigner = certified(ca, clock.now)
  const clientId = await clientIdOf('x509_hash', requestSigner, nodeCrypto)
  if (!clientId.ok) throw new Error(clientId.error.code)
  const anchor = parseX5cEntry(ca.certificate)
  if (!anchor.ok) throw new Error(anchor.error.code)
  const engine = openMemoryEngine({ now: () => clock.now * 1000 })
  const sealing = openSealing(nodeCrypto.randomBytes(32))
  const verifier = buildVerifier(
    {
      stores: serviceStores(engine, sealing),
      formats,
      crypto: nodeCrypto,
      requestSigner,
      clientId: clientId.value,
      policies: POLICIES,
      checkStatus: async () => ({ name: 'status', outcome: 'skipped', detail: 'no_status' }),
      trust: issuerTrust(
        chainTrust({
          list: { anchors: [{ certificate: anchor.value, name: 'Test CA' }], pins: [] },
          crypto: nodeCrypto,
        }),
      ),
      now: () => clock.now,
    },
    { ...VERIFIER_DEFAULTS, baseUrl: 'https://verifier.example' },
  )
  return { verifier, clock, issuer: certified(ca, clock.now) }
}

function certified(ca: ReturnType<typeof createDevelopmentCa>, now: number): Signer {
  const key = generateSoftwareKey('ES256')
  const names = { dnsNames: ['issuer.example'], uris: [] }
  const certificate = issueCertificate({ ca, publicJwk: key, subject: 'Test', ...names, days: 30, now })
  return softwareSigner(key, { x5c: [certificate] })
}

export interface HeldForTest {
  readonly credential: string
  readonly holder: Signer
}

export async function heldCredential(
  { issuer, clock }: Pick<TestVerifier, 'issuer' | 'clock'>,
  more: { readonly signer?: Signer; readonly expiresAt?: number; readonly claims?: JsonObject } = {},
): Promise<HeldForTest> {
  const holder = softwareSigner(generateSoftwareKey('ES256'))
  const issued = await sdJwtVc.issue(
    {
      type: vct,
      claims: more.claims ?? { given_name: 'Ada', family_name: 'Example' },
      selectivelyDisclosable: [['given_name'], ['family_name']],
      holderKey: holder.publicJwk,
      signer: more.signer ?? issuer,
      issuer: 'https://issuer.example',
      issuedAt: clock.now,
      expiresAt: more.expiresAt ?? clock.now + 86_400,
    },
    nodeCrypto,
  )
  if (!issued.ok) throw new Error(issued.error.code)
  return { credential: issued.value, holder }
}

export const query = {
  credentials: [
    { id: 'id', format: 'dc+sd-jwt', meta: { vct_values: [vct] }, claims: [{ path: ['given_name'] }] },
  ],
}

export async function started(
  verifier: Verifier,
  more: Partial<Parameters<typeof startVerification>[1]> = {},
): Promise<VerificationSession> {
  const request = { dcqlQuery: query, policies: [], authorizeBaseUrl: 'openid4vp://authorize', ...more }
  const begun = await startVerification(verifier, request)
  if (!begun.ok) throw new Error(begun.error.code)
  const found = await verifier.sessions.get(begun.value.id)
  if (found === undefined) throw new Error('the session is not there')
  return found.value
}

export async function answerTo(
  session: VerificationSession,
  { credential, holder }: HeldForTest,
  now: number,
  more: {
    readonly audience?: string
    readonly nonce?: string
    readonly disclose?: readonly ClaimPath[]
  } = {},
): Promise<Record<string, string>> {
  const binding = {
    signer: holder,
    audience: more.audience ?? session.clientId,
    nonce: more.nonce ?? session.nonce,
    issuedAt: now,
  }
  const made = await sdJwtVc.present(
    { credential, disclose: more.disclose ?? [['given_name']], binding },
    nodeCrypto,
  )
  if (!made.ok) throw new Error(made.error.code)
  return { state: session.id, vp_token: JSON.stringify({ id: [made.value] }) }
}
