/**
 * Our issuer as a wallet meets it that is built on `@openid4vc/openid4vci`: offer, metadata, token with DPoP, nonce,
 * credential, and what became of it (OpenID4VCI 1.0 §4 to §8, §11). The library makes and reads every message; keys and
 * signatures are ours.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '@countersign/crypto/engine'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import { claims } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { forgeJws } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { type CallbackContext, clientAuthenticationAnonymous, type Jwk } from '@openid4vc/oauth2'
import { Openid4vciClient, Openid4vciSendNotificationError, setGlobalConfig } from '@openid4vc/openid4vci'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let issuer: { readonly url: string; close(): Promise<unknown> }
let folder: string

beforeAll(async () => {
  // Its schemas want https otherwise.
  setGlobalConfig({ allowInsecureUrls: true })
  folder = await mkdtemp(join(tmpdir(), 'countersign-issuance-'))
  const [port = 0] = await freePorts(1)
  const argv = ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`]
  const running = await startIssuer({ argv, env: {}, cwd: folder, defaultPort: port })
  issuer = { url: `http://localhost:${port}`, close: () => running.close() }
})
afterAll(async () => {
  await issuer?.close()
  await rm(folder, { recursive: true, force: true })
})

/** A wallet with one key for DPoP and one for its credentials. */
function newWallet() {
  const keys = [newKey(), newKey()] as const
  const signJwt: CallbackContext['signJwt'] = async (signer, { header, payload }) => {
    if (signer.method !== 'jwk') throw new Error(`no signer by ${signer.method}`)
    const key = keys.find(({ publicJwk }) => JSON.stringify(publicJwk) === JSON.stringify(signer.publicJwk))
    if (key === undefined) throw new Error('a key that this wallet does not have')
    return { jwt: await forgeJws(header, payload, key), signerJwk: signer.publicJwk }
  }
  const client = new Openid4vciClient({
    callbacks: {
      signJwt,
      hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
      generateRandom: (length) => randomBytes(length),
      clientAuthentication: clientAuthenticationAnonymous(),
    },
  })
  const [sender, holder] = keys.map(signerOf)
  if (sender === undefined || holder === undefined) throw new Error('two keys are needed')
  return { client, sender, holder }
}

function signerOf({ algorithm, publicJwk }: Signer) {
  return { method: 'jwk', alg: algorithm, publicJwk: publicJwk as unknown as Jwk } as const
}

async function received() {
  const { client, sender, holder } = newWallet()
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
  const made = await postJson(`${issuer.url}/openid4vc/sdjwt/issue`, order, { accept: 'application/json' })
  const { id, url } = expectStatus(made, 200).json() as { id: string; url: string }
  const credentialOffer = await client.resolveCredentialOffer(url)
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
  const dpop = { signer: sender }
  const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    dpop,
  })
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
  const [credentialConfigurationId = ''] = credentialOffer.credential_configuration_ids
  const proof = { issuerMetadata, credentialConfigurationId, nonce, signer: holder }
  const { jwt } = await client.createCredentialRequestJwtProof(proof)
  const accessToken = accessTokenResponse.access_token
  const authorized = { issuerMetadata, accessToken, dpop }
  const { credentialResponse } = await client.retrieveCredentials({
    ...authorized,
    credentialConfigurationId,
    proofs: { jwt: [jwt] },
  })
  const { notification_id: notificationId = '' } = credentialResponse
  const tell = (event: 'credential_accepted' | 'credential_failure' | 'credential_deleted') =>
    client.sendNotification({
      ...authorized,
      notification: { notificationId, event, eventDescription: 'why' },
    })
  const tellOf = (other: string) =>
    client.sendNotification({
      ...authorized,
      notification: { notificationId: other, event: 'credential_accepted' },
    })
  const session = async () => expectStatus(await call(`${issuer.url}/openid4vc/session/${id}`), 200).json()
  return { credentialResponse, notificationId, tell, tellOf, session }
}

describe('a wallet on @openid4vc/openid4vci', () => {
  it('receives a credential, and tells that it has it and that it gave it up', async () => {
    const { credentialResponse, tell, session } = await received()
    expect(credentialResponse.credentials).toHaveLength(1)
    for (const event of ['credential_accepted', 'credential_accepted', 'credential_deleted'] as const)
      expect((await tell(event)).response.status).toBe(204)
    expect(await session()).toMatchObject({
      state: 'completed',
      notified: { [identityConfiguration]: 'credential_deleted' },
    })
  })

  it('reads our refusals as what they are', async () => {
    const { tell, tellOf } = await received()
    const refusalOf = async (telling: Promise<unknown>) => {
      const error = await telling.catch((thrown: unknown) => thrown)
      if (!(error instanceof Openid4vciSendNotificationError)) throw new Error('it was not refused')
      return error.response.notificationErrorResponseResult?.data
    }
    expect(await refusalOf(tellOf('made-up'))).toMatchObject({ error: 'invalid_notification_id' })
    await tell('credential_deleted')
    expect(await refusalOf(tell('credential_accepted'))).toMatchObject({
      error: 'invalid_notification_request',
    })
  })
})
