/** An issuer on memory stores for the tests beside the use cases: real keys, real crypto, a clock that the test turns. */

import { randomUUID } from 'node:crypto'
import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { parsePrivateKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import type { GrantRequest } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import type { NotificationRequest } from '@countersign/protocol/openid4vci/notification'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import type { ProofTypeId } from '@countersign/protocol/openid4vci/proof/proof-types'
import { serviceStores } from '@countersign/service/compose/service-stores'
import { openMemoryEngine } from '@countersign/stores/memory'
import { newKey } from '@countersign/testing/people/keys'
import { type Receiver, receiver } from '@countersign/testing/told-callbacks'
import type { Attesters } from '../attesters.ts'
import type { ReceivedClient } from '../authorization/client-authentication.ts'
import { requestToken } from '../authorization/request-token.ts'
import { buildIssuer, type IssuerSettings } from '../build.ts'
import { ISSUER_DEFAULTS } from '../config.ts'
import { createNonce } from '../credential/create-nonce.ts'
import { issueCredential } from '../credential/issue-credential.ts'
import { takeNotification } from '../credential/take-notification.ts'
import type { Issuer } from '../issuer.ts'
import { createOffer, offerOf } from '../offer/create-offer.ts'

export const configurationId = 'identity_credential_dc+sd-jwt'
export const claims: JsonObject = { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' }

export interface TestIssuer {
  readonly issuer: Issuer
  /** Epoch seconds; the test may change it. */
  readonly clock: { now: number }
}

interface TestIssuerWish {
  /** What the instance is called in the events that it writes. */
  readonly servedBy?: string
  readonly told?: Receiver
  readonly settings?: Partial<IssuerSettings>
  readonly attesters?: Attesters
}

export function testIssuer(wish: TestIssuerWish = {}): TestIssuer {
  return testInstances(wish).instance()
}

/** Instances of one deployment: they share the store, the secret and the clock. */
export function testInstances({ attesters, servedBy, settings, told = receiver() }: TestIssuerWish = {}): {
  instance(): TestIssuer
} {
  const clock = { now: 1_800_000_000 }
  const engine = openMemoryEngine({ now: () => clock.now * 1000 })
  const sealing = openSealing(nodeCrypto.randomBytes(32))
  const credentials = newKey()
  const instance = () =>
    buildIssuer(
      {
        stores: serviceStores(engine, sealing, () => clock.now, undefined, servedBy),
        sealing,
        formats: [sdJwtVc],
        crypto: nodeCrypto,
        jwe: joseJwe,
        signers: { credentials },
        ...defined({ attesters }),
        openCallerKey: { open: openKey, signer: openKey },
        callbacks: told.callbacks,
        now: () => clock.now,
      },
      { ...ISSUER_DEFAULTS, ...settings, baseUrl: 'https://issuer.example' },
    )
  return { instance: () => ({ issuer: instance(), clock }) }
}

async function openKey(key: JsonObject): Promise<Result<Signer, { readonly code: string }>> {
  const parsed = parsePrivateKey(key)
  return parsed.ok ? ok(softwareSigner(parsed.value)) : parsed
}

export interface Offered {
  readonly id: string
  /** `''` of an offer that is taken up in a browser. */
  readonly code: string
  /** `''` of an offer that is taken up with a code. */
  readonly issuerState: string
}

export async function offered(
  issuer: Issuer,
  more: Partial<Parameters<typeof createOffer>[1]> = {},
): Promise<Offered> {
  const created = await createOffer(issuer, {
    credentials: [{ configurationId, claims }],
    byValue: false,
    ...more,
  })
  if (!created.ok) throw new Error(created.error.code)
  const session = await issuer.sessions.get(created.value.id)
  if (session === undefined) throw new Error('the session is not there')
  const offer = (await offerOf(issuer, session.value)) as {
    grants: Record<string, { 'pre-authorized_code'?: string; issuer_state?: string }>
  }
  const { issuer_state: issuerState = '', 'pre-authorized_code': code = '' } =
    Object.values(offer.grants)[0] ?? {}
  return { id: created.value.id, code, issuerState }
}

/** One that is taken up in a browser, by whoever says yes there. */
export function offeredInBrowser(issuer: Issuer, more: Parameters<typeof offered>[1] = {}): Promise<Offered> {
  return offered(issuer, { authentication: { method: 'NONE' }, ...more })
}

export async function proofOfSender(
  { issuer, clock }: TestIssuer,
  key: Signer,
  path: string,
  accessToken?: string,
  nonce?: string,
) {
  const { now } = clock
  const proof = await createDpopProof(
    { signer: key, method: 'POST', url: issuer.baseUrl + path, now, jti: randomUUID(), accessToken, nonce },
    nodeCrypto,
  )
  return { proof, method: 'POST', path, accessToken }
}

export function tokenRequest(code: string, txCode?: string): GrantRequest {
  return { grantType: PRE_AUTHORIZED_CODE, preAuthorizedCode: code, txCode }
}

export const anonymousClient: ReceivedClient = { form: {}, headers: {}, path: '/token' }

/** The token endpoint once; the access token or the refusal's code. */
export async function tokenFor(
  test: TestIssuer,
  code: string,
  key?: Signer,
  txCode?: string,
): Promise<string> {
  const dpop = key && (await proofOfSender(test, key, '/token'))
  const answered = await requestToken(test.issuer, tokenRequest(code, txCode), {
    client: anonymousClient,
    dpop,
  })
  if (!answered.ok) return answered.error.code
  const { access_token: accessToken } = answered.value
  return typeof accessToken === 'string' ? accessToken : ''
}

export async function proofOfKey(
  { issuer, clock }: TestIssuer,
  holder: Signer,
  nonce?: string,
): Promise<string> {
  const challenge = nonce ?? (await createNonce(issuer))
  return createKeyProof({
    signer: holder,
    issuer: issuer.baseUrl,
    nonce: challenge,
    now: clock.now,
    keyReference: 'jwk',
  })
}

export function nonceOf({ issuer }: TestIssuer): Promise<string> {
  return createNonce(issuer)
}

interface CredentialWish {
  readonly sender?: Signer
  readonly configuration?: string
  /** `jwt` when absent. */
  readonly proofType?: ProofTypeId
}

/** The credential endpoint once; the credential or the refusal's code. */
export async function credentialFor(
  test: TestIssuer,
  accessToken: string,
  jwt: string,
  wish: CredentialWish = {},
): Promise<string> {
  const issued = await answerFor(test, accessToken, jwt, wish)
  return issued.ok ? (issued.value.credentials[0]?.credential ?? '') : issued.error.code
}

/** The same, with everything that stands in the answer. */
export async function answerFor(
  test: TestIssuer,
  accessToken: string,
  jwt: string | readonly string[],
  { sender, configuration = configurationId, proofType = 'jwt' }: CredentialWish = {},
) {
  const dpop = sender && (await proofOfSender(test, sender, '/credential', accessToken))
  const issued = await issueCredential(
    test.issuer,
    { accessToken, dpop },
    { configurationId: configuration, proofs: { type: proofType, values: [jwt].flat() } },
  )
  return issued.ok ? ok(issued.value as unknown as CredentialAnswer) : issued
}

interface CredentialAnswer {
  readonly credentials: readonly { readonly credential: string }[]
  readonly notification_id: string
}

/** The notification endpoint once; `told` or the refusal's code. */
export async function notify(
  test: TestIssuer,
  accessToken: string,
  notification: NotificationRequest,
  sender?: Signer,
): Promise<string> {
  const dpop = sender && (await proofOfSender(test, sender, '/notification', accessToken))
  const taken = await takeNotification(test.issuer, { accessToken, dpop }, notification)
  return taken.ok ? 'told' : taken.error.code
}
