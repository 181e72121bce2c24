/**
 * One issuance in six requests: offer, fetch of the offer, token with DPoP, nonce, credential with DPoP, and the word that it
 * was accepted, with DPoP. The wallet of the tests does the same (`testing/client`); this one reads no more of an answer than it
 * needs and sends over connections of its own, because what the client costs is taken from what can be measured.
 */
import { randomUUID } from 'node:crypto'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  createAttestationPop,
  createClientAttestation,
} from '@countersign/protocol/oauth/client-authentication/client-proofs'
import { type PresentedClient, writeClient } from '@countersign/protocol/oauth/client-authentication/methods'
import { ANONYMOUS_CLIENT } from '@countersign/protocol/oauth/client-authentication/none'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { writeTokenRequest } from '@countersign/protocol/openid4vci/token'
import { now } from '@countersign/testing/people/keys'
import type { Flow, Send } from './flows.ts'
import { CLAIMS, inTurn } from './holders.ts'
import { memberOf, pathOf, textMember } from './json-text.ts'

export interface IssuanceLoad extends IssuanceWay {
  /** Two a flow: the sender's key and the holder's. */
  readonly signers: readonly Signer[]
  readonly managementApiKey: string
  /** Credential issuer identifier: what proofs are made for. */
  readonly issuer: string
}

/** Where it differs from the plain way. */
export interface IssuanceWay {
  /** Tokens are bound to no key. */
  readonly bearer?: boolean
  /** Who vouches for each client, whose own key is the sender's; clients are anonymous when absent. */
  readonly attester?: Signer
  /** Whether the credential gets a place in a list; it does when absent. */
  readonly status?: boolean
  /** How many credentials at once, each for a key of its own; one when absent. */
  readonly copies?: number
}

const configurationId = 'identity_credential_dc+sd-jwt'
const sd = { sd: true }

const order = {
  credentialConfigurationId: configurationId,
  credentialData: CLAIMS,
  selectiveDisclosure: {
    fields: {
      ...Object.fromEntries(Object.keys(CLAIMS).map((name) => [name, sd])),
      address: { sd: true, children: { fields: { locality: sd } } },
    },
  },
}

export function issuanceFlow(load: IssuanceLoad): Flow {
  const { attester, bearer = false, copies = 1, issuer, managementApiKey, signers, status } = load
  const nextSigner = inTurn(signers)
  const body = JSON.stringify({ ...order, ...(status !== undefined && { status }) })
  return async (send) => {
    const sender = nextSigner()
    const bound = bearer ? undefined : sender
    const code = await offerAndFetch(send, managementApiKey, body)
    const client = attester === undefined ? ANONYMOUS_CLIENT : await attested(attester, sender, issuer)
    const token = await requestToken(send, issuer, bound, { code, client })
    const nonce = textMember((await send({ method: 'POST', path: '/nonce', headers: {} })).body, 'c_nonce')
    const proofs: string[] = []
    for (let copy = 0; copy < copies; copy++) {
      const signer = nextSigner()
      proofs.push(await createKeyProof({ signer, issuer, nonce, now: now(), keyReference: 'jwk' }))
    }
    const issued = await requestCredential(send, issuer, bound, token, proofs)
    await tellAccepted(send, issuer, bound, token, textMember(issued, 'notification_id'))
  }
}

const CLIENT_ID = 'https://wallet.example'

/** An attestation is made anew for each flow, as it would be for each wallet. */
async function attested(attester: Signer, instance: Signer, issuer: string): Promise<PresentedClient> {
  const made = { clientId: CLIENT_ID, now: now() }
  const attestation = await createClientAttestation({
    ...made,
    signer: attester,
    instanceKey: instance.publicJwk,
    lifetimeSeconds: 3600,
  })
  const pop = await createAttestationPop({ ...made, signer: instance, audience: issuer, jti: randomUUID() })
  return { method: 'attest_jwt_client_auth', clientId: CLIENT_ID, attestation, pop }
}

/** Answers the pre-authorized code. */
async function offerAndFetch(send: Send, managementApiKey: string, body: string): Promise<string> {
  const headers = { authorization: `Bearer ${managementApiKey}`, 'content-type': 'application/json' }
  const offered = await send({ method: 'POST', path: '/openid4vc/sdjwt/issue', headers, body })
  const offerUri = new URL(offered.body).searchParams.get('credential_offer_uri') ?? ''
  const fetched = await send({ method: 'GET', path: pathOf(offerUri), headers: {} })
  const grant = memberOf(memberOf(JSON.parse(fetched.body), 'grants'), PRE_AUTHORIZED_CODE)
  return textMember(JSON.stringify(grant), 'pre-authorized_code')
}

async function requestToken(
  send: Send,
  issuer: string,
  bound: Signer | undefined,
  { client, code }: { readonly code: string; readonly client: PresentedClient },
): Promise<string> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...writeClient(client).headers,
    ...(bound && { dpop: await dpop(bound, `${issuer}/token`) }),
  }
  const body = writeTokenRequest({ grantType: PRE_AUTHORIZED_CODE, preAuthorizedCode: code, client })
  return textMember((await send({ method: 'POST', path: '/token', headers, body })).body, 'access_token')
}

/** Answers the credential response. */
async function requestCredential(
  send: Send,
  issuer: string,
  bound: Signer | undefined,
  accessToken: string,
  proofs: readonly string[],
): Promise<string> {
  const headers = await tokenHeaders(bound, `${issuer}/credential`, accessToken)
  const body = JSON.stringify({ credential_configuration_id: configurationId, proofs: { jwt: proofs } })
  const issued = await send({ method: 'POST', path: '/credential', headers, body })
  credentialOf(issued.body)
  return issued.body
}

async function tellAccepted(
  send: Send,
  issuer: string,
  bound: Signer | undefined,
  accessToken: string,
  notificationId: string,
): Promise<void> {
  const headers = await tokenHeaders(bound, `${issuer}/notification`, accessToken)
  const body = JSON.stringify({ notification_id: notificationId, event: 'credential_accepted' })
  await send({ method: 'POST', path: '/notification', headers, body })
}

async function tokenHeaders(
  bound: Signer | undefined,
  url: string,
  accessToken: string,
): Promise<Readonly<Record<string, string>>> {
  const type = { 'content-type': 'application/json' }
  if (bound === undefined) return { ...type, authorization: `Bearer ${accessToken}` }
  return { ...type, authorization: `DPoP ${accessToken}`, dpop: await dpop(bound, url, accessToken) }
}

/** The credential of a credential response. */
export function credentialOf(body: string): string {
  const credentials = memberOf(JSON.parse(body), 'credentials')
  return textMember(JSON.stringify(Array.isArray(credentials) ? credentials[0] : null), 'credential')
}

function dpop(signer: Signer, url: string, accessToken?: string): Promise<string> {
  const token = accessToken === undefined ? {} : { accessToken }
  return createDpopProof({ signer, method: 'POST', url, now: now(), jti: randomUUID(), ...token }, nodeCrypto)
}
