/** A verifier on memory stores for the tests beside the use cases: real keys, certificates and presentations. */

import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, CredentialFormat } from '@countersign/credential/contract/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { coreHpke } from '@countersign/keys/engines/hpke'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { clientOf } from '@countersign/protocol/openid4vp/request/client-id'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { serviceStores } from '@countersign/service/compose/service-stores'
import { openMemoryEngine } from '@countersign/stores/memory'
import type { StoreEngine } from '@countersign/stores/ports'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { issueAs, sdJwtKind } from '@countersign/testing/forging/credential-kinds'
import { type Authority, newAuthority } from '@countersign/testing/people/authority'
import { receiver } from '@countersign/testing/told-callbacks'
import { buildVerifier, type VerifierPorts, type VerifierSettings } from '../build.ts'
import { VERIFIER_DEFAULTS } from '../config.ts'
import { POLICIES } from '../policies/policy-list.ts'
import { startVerification } from '../request/start-verification.ts'
import type { Verifier } from '../verifier.ts'

export const vct = 'urn:countersign:identity-credential:1'

const named = { name: 'Test', dnsNames: ['issuer.example'] }

export interface TestVerifier {
  readonly verifier: Verifier
  /** A further instance of it: all that they share is what is kept. */
  another(): Verifier
  /** Epoch seconds; the test may change it. */
  readonly clock: { now: number }
  /** Signs credentials that the verifier trusts. */
  readonly issuer: Signer
  readonly authority: Authority
  /** What lies under all of it, sealed. */
  readonly engine: StoreEngine
}

/** What a test may replace. */
export type TestPorts = Partial<
  Pick<
    VerifierPorts,
    'callbacks' | 'checkStatus' | 'clients' | 'policies' | 'requestSigner' | 'trust' | 'trustLists'
  > &
    Pick<TestVerifier, 'clock'>
>

export async function testVerifier(
  formats: readonly CredentialFormat[] = [sdJwtVc],
  ports: TestPorts = {},
  settings: Partial<VerifierSettings> = {},
): Promise<TestVerifier> {
  const { clock = { now: 1_800_000_000 }, ...replaced } = ports
  const authority = newAuthority('Test CA', clock.now)
  const requestSigner = authority.vouchFor(named)
  const means = { signer: requestSigner, crypto: nodeCrypto, host: 'verifier.example', now: () => clock.now }
  const client = await clientOf('x509_hash', means)
  if (!client.ok) throw new Error(client.error.code)
  const engine = openMemoryEngine({ now: () => clock.now * 1000 })
  const sealing = openSealing(nodeCrypto.randomBytes(32))
  const another = () =>
    buildVerifier(
      {
        stores: serviceStores(engine, sealing, () => clock.now),
        sealing,
        formats,
        crypto: nodeCrypto,
        hpke: coreHpke,
        jwe: joseJwe,
        requestSigner,
        clients: new Map([['x509_hash', client.value]]),
        policies: POLICIES,
        checkStatus: async () => ({ name: 'status', outcome: 'skipped', detail: 'no_status' }),
        trust: authority.trust,
        callbacks: receiver().callbacks,
        now: () => clock.now,
        ...replaced,
      },
      { ...VERIFIER_DEFAULTS, baseUrl: 'https://verifier.example', ...settings },
    )
  return { verifier: another(), another, clock, authority, engine, issuer: authority.vouchFor(named) }
}

export function heldCredential(
  { issuer, clock }: Pick<TestVerifier, 'issuer' | 'clock'>,
  more: { readonly signer?: Signer; readonly expiresAt?: number; readonly claims?: JsonObject } = {},
): Promise<Held> {
  return issueAs(sdJwtKind, more.signer ?? issuer, {
    claims: more.claims ?? { given_name: 'Ada', family_name: 'Example' },
    issuedAt: clock.now,
    expiresAt: more.expiresAt ?? clock.now + 86_400,
  })
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
  { credential, holder }: Held,
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
