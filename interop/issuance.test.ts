/**
 * Our issuer as a wallet meets it that is built on `@openid4vc/openid4vci`: offer, metadata, token with DPoP, nonce,
 * credential, and what became of it (OpenID4VCI 1.0 §4 to §8, §11); batches and key attestations, too. The library makes and
 * reads every message; keys and signatures are ours.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '@countersign/crypto/engine'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { startIssuer } from '@countersign/issuer/main'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { freePorts } from '@countersign/local-servers/ports'
import { KEY_ATTESTATION_TYP } from '@countersign/protocol/openid4vci/proof/key-attestation'
import { claims } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { forgeJws } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { type CallbackContext, clientAuthenticationAnonymous, type Jwk } from '@openid4vc/oauth2'
import {
  createKeyAttestationJwt,
  Openid4vciClient,
  Openid4vciRetrieveCredentialsError,
  Openid4vciSendNotificationError,
  setGlobalConfig,
} from '@openid4vc/openid4vci'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let issuer: { readonly url: string; close(): Promise<unknown> }
let folder: string

beforeAll(async () => {
  // Its schemas want https otherwise.
  setGlobalConfig({ allowInsecureUrls: true })
  folder = await mkdtemp(join(tmpdir(), 'countersign-issuance-'))
  const [port = 0] = await freePorts(1)
  const authorities = join(folder, 'attesters.pem')
  await writeFile(authorities, pemOf(authority.certificate))
  const argv = [
    '--logLevel=silent',
    '--senderRequestsPerSecond=0',
    `--webPort=${port}`,
    `--trustedKeyAttestersFile=${authorities}`,
  ]
  const running = await startIssuer({ argv, env: {}, cwd: folder, defaultPort: port })
  issuer = { url: `http://localhost:${port}`, close: () => running.close() }
})
afterAll(async () => {
  await issuer?.close()
  await rm(folder, { recursive: true, force: true })
})

const now = Math.floor(Date.now() / 1000)
const authority = createDevelopmentCa({ name: 'Attesters', now })

/** Whoever attests the keys of wallets, with a certificate of the authority. */
function walletProvider(by = authority) {
  const jwk = generateSoftwareKey('ES256')
  const key = softwareSigner(jwk)
  const names = { subject: 'Wallet provider', dnsNames: [], uris: [] }
  const x5c = [issueCertificate({ ca: by, publicJwk: key.publicJwk, now, days: 30, ...names })]
  return { key, signer: { method: 'x5c', alg: 'ES256', x5c } as const }
}

function pemOf(der: string): string {
  return `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`
}

/** A wallet with one key for DPoP and some for its credentials. */
function newWallet(provider = walletProvider(), holders = 1) {
  const keys = Array.from({ length: holders + 1 }, () => newKey())
  const signJwt: CallbackContext['signJwt'] = async (signer, { header, payload }) => {
    if (signer.method === 'x5c') {
      // The library writes the typ of a draft, and reads that of the specification, too.
      const typed = { ...header, typ: KEY_ATTESTATION_TYP }
      return { jwt: await forgeJws(typed, payload, provider.key), signerJwk: jwkOf(provider.key) }
    }
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
  const [sender, holder, ...others] = keys.map(signerOf)
  if (sender === undefined || holder === undefined) throw new Error('two keys are needed')
  const attest = (use: 'proof_type.jwt' | 'proof_type.attestation', nonce: string) =>
    createKeyAttestationJwt({
      callbacks: { signJwt },
      signer: provider.signer,
      use,
      nonce,
      attestedKeys: keys.slice(1).map(jwkOf),
      expiresAt: new Date((now + 600) * 1000),
      keyStorage: ['iso_18045_high'],
    })
  return { client, sender, holder, holders: [holder, ...others], attest }
}

type TestWallet = ReturnType<typeof newWallet>

function signerOf({ algorithm, publicJwk }: Signer) {
  return { method: 'jwk', alg: algorithm, publicJwk: publicJwk as unknown as Jwk } as const
}

function jwkOf({ publicJwk }: Pick<Signer, 'publicJwk'>): Jwk {
  return publicJwk as unknown as Jwk
}

type Proofs = Readonly<Record<string, string[]>>

/** One proof of one key, with a nonce. */
async function oneProof({ holder }: TestWallet, prove: (holder: TestWallet['holder']) => Promise<string>) {
  return { jwt: [await prove(holder)] }
}

async function received(
  wallet = newWallet(),
  proofsOf: (
    wallet: TestWallet,
    prove: (holder: TestWallet['holder'], keyAttestationJwt?: string) => Promise<string>,
    nonce: string,
  ) => Promise<Proofs> = oneProof,
) {
  const { client, sender } = wallet
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
  const prove = async (signer: TestWallet['holder'], keyAttestationJwt?: string) => {
    const proof = {
      issuerMetadata,
      credentialConfigurationId,
      nonce,
      signer,
      ...(keyAttestationJwt !== undefined && { keyAttestationJwt }),
    }
    return (await client.createCredentialRequestJwtProof(proof)).jwt
  }
  const accessToken = accessTokenResponse.access_token
  const authorized = { issuerMetadata, accessToken, dpop }
  const { credentialResponse } = await client.retrieveCredentials({
    ...authorized,
    credentialConfigurationId,
    proofs: await proofsOf(wallet, prove, nonce),
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

function keysOf({ credentials = [] }: { readonly credentials?: readonly unknown[] | undefined }) {
  return credentials.map((entry) => {
    const { credential = '' } = entry as { readonly credential?: string }
    const decoded = decodeJws(credential.split('~')[0] ?? '')
    const { cnf } = (decoded.ok ? decoded.value.payload : {}) as { cnf?: { jwk?: { x?: string } } }
    return cnf?.jwk?.x
  })
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

  it('receives a batch, a credential for each of its keys', async () => {
    const wallet = newWallet(undefined, 5)
    const { credentialResponse, tell, session } = await received(wallet, async ({ holders }, prove) => ({
      jwt: await Promise.all(holders.map((holder) => prove(holder))),
    }))
    expect(keysOf(credentialResponse)).toEqual(wallet.holders.map(({ publicJwk }) => publicJwk.x))
    expect((await tell('credential_accepted')).response.status).toBe(204)
    expect(await session()).toMatchObject({ notified: { [identityConfiguration]: 'accepted' } })
  })

  it.each<[string, Parameters<typeof received>[1]]>([
    [
      'in a key proof',
      async ({ attest, holder }, prove, nonce) => ({
        jwt: [await prove(holder, await attest('proof_type.jwt', nonce))],
      }),
    ],
    [
      'alone',
      async ({ attest }, _prove, nonce) => ({ attestation: [await attest('proof_type.attestation', nonce)] }),
    ],
  ])('receives a credential for each key that its provider attests %s', async (_name, proofsOf) => {
    const wallet = newWallet(walletProvider(), 3)
    const { credentialResponse } = await received(wallet, proofsOf)
    expect(keysOf(credentialResponse)).toEqual(wallet.holders.map(({ publicJwk }) => publicJwk.x))
    const stranger = newWallet(walletProvider(createDevelopmentCa({ name: 'Others', now })), 3)
    const error = await received(stranger, proofsOf).catch((thrown: unknown) => thrown)
    if (!(error instanceof Openid4vciRetrieveCredentialsError)) throw new Error('it was not refused')
    expect(error.response.credentialErrorResponseResult?.data).toMatchObject({ error: 'invalid_proof' })
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
