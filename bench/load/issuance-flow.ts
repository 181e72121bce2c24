/**
 * One issuance in six requests: offer, fetch of the offer, token with DPoP, nonce, credential with DPoP, and the word that it
 * was accepted, with DPoP. The wallet of the tests does the same (`testing/client`); this one reads no more of an answer than it
 * needs and sends over connections of its own, because what the client costs is taken from what can be measured.
 */
import { randomUUID } from 'node:crypto'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { ANONYMOUS_CLIENT } from '@countersign/protocol/oauth/client-authentication/none'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { writeTokenRequest } from '@countersign/protocol/openid4vci/token'
import { now } from '@countersign/testing/people/keys'
import type { Flow, Send } from './flows.ts'
import { CLAIMS, inTurn } from './holders.ts'
import { memberOf, pathOf, textMember } from './json-text.ts'

export interface IssuanceLoad {
  /** Two a flow: the sender's key and the holder's. */
  readonly signers: readonly Signer[]
  readonly managementApiKey: string
  /** Credential issuer identifier: what proofs are made for. */
  readonly issuer: string
}

const configurationId = 'identity_credential_dc+sd-jwt'
const sd = { sd: true }

const order = JSON.stringify({
  credentialConfigurationId: configurationId,
  credentialData: CLAIMS,
  selectiveDisclosure: {
    fields: {
      ...Object.fromEntries(Object.keys(CLAIMS).map((name) => [name, sd])),
      address: { sd: true, children: { fields: { locality: sd } } },
    },
  },
})

export function issuanceFlow({ signers, managementApiKey, issuer }: IssuanceLoad): Flow {
  const nextSigner = inTurn(signers)
  return async (send) => {
    const sender = nextSigner()
    const holder = nextSigner()
    const code = await offerAndFetch(send, managementApiKey)
    const token = await requestToken(send, issuer, sender, code)
    const nonce = textMember((await send({ method: 'POST', path: '/nonce', headers: {} })).body, 'c_nonce')
    const proof = await createKeyProof({ signer: holder, issuer, nonce, now: now(), keyReference: 'jwk' })
    const issued = await requestCredential(send, issuer, sender, token, proof)
    await tellAccepted(send, issuer, sender, token, textMember(issued, 'notification_id'))
  }
}

/** Answers the pre-authorized code. */
async function offerAndFetch(send: Send, managementApiKey: string): Promise<string> {
  const headers = { authorization: `Bearer ${managementApiKey}`, 'content-type': 'application/json' }
  const offered = await send({ method: 'POST', path: '/openid4vc/sdjwt/issue', headers, body: order })
  const offerUri = new URL(offered.body).searchParams.get('credential_offer_uri') ?? ''
  const fetched = await send({ method: 'GET', path: pathOf(offerUri), headers: {} })
  const grant = memberOf(memberOf(JSON.parse(fetched.body), 'grants'), PRE_AUTHORIZED_CODE)
  return textMember(JSON.stringify(grant), 'pre-authorized_code')
}

async function requestToken(send: Send, issuer: string, sender: Signer, code: string): Promise<string> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    dpop: await dpop(sender, `${issuer}/token`),
  }
  const body = writeTokenRequest({
    grantType: PRE_AUTHORIZED_CODE,
    preAuthorizedCode: code,
    client: ANONYMOUS_CLIENT,
  })
  return textMember((await send({ method: 'POST', path: '/token', headers, body })).body, 'access_token')
}

/** Answers the credential response. */
async function requestCredential(
  send: Send,
  issuer: string,
  sender: Signer,
  accessToken: string,
  proof: string,
): Promise<string> {
  const headers = await tokenHeaders(sender, `${issuer}/credential`, accessToken)
  const body = JSON.stringify({ credential_configuration_id: configurationId, proofs: { jwt: [proof] } })
  const issued = await send({ method: 'POST', path: '/credential', headers, body })
  credentialOf(issued.body)
  return issued.body
}

async function tellAccepted(
  send: Send,
  issuer: string,
  sender: Signer,
  accessToken: string,
  notificationId: string,
): Promise<void> {
  const headers = await tokenHeaders(sender, `${issuer}/notification`, accessToken)
  const body = JSON.stringify({ notification_id: notificationId, event: 'credential_accepted' })
  await send({ method: 'POST', path: '/notification', headers, body })
}

async function tokenHeaders(
  sender: Signer,
  url: string,
  accessToken: string,
): Promise<Readonly<Record<string, string>>> {
  return {
    'content-type': 'application/json',
    authorization: `DPoP ${accessToken}`,
    dpop: await dpop(sender, url, accessToken),
  }
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
