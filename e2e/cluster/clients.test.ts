/** Clients of an authorization server of several instances: what one has heard, none hears again. */
import { randomUUID } from 'node:crypto'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import {
  createAttestationPop,
  createClientAssertion,
  createClientAttestation,
} from '@countersign/protocol/oauth/client-authentication/client-proofs'
import { type PresentedClient, writeClient } from '@countersign/protocol/oauth/client-authentication/methods'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { writeTokenRequest } from '@countersign/protocol/openid4vci/token'
import { claims } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import { identityConfiguration, offerUri, readOffer } from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atIssuer } from '../walks/at-instance.ts'

const attester = newKey()
const instanceKey = newKey()
const shopKey = newKey()

let cluster: Cluster
beforeAll(async () => {
  const clients = [{ clientId: 'shop', methods: ['private_key_jwt'], keys: [shopKey.publicJwk] }]
  cluster = await startCluster({
    ports: 'free',
    wallets: 0,
    verifiers: 0,
    flags: {
      issuer: [
        '--publicClients=false',
        '--attestationChallenges=required',
        `--clients=${JSON.stringify(clients)}`,
        `--walletAttesterKeys=${JSON.stringify([attester.publicJwk])}`,
      ],
    },
  })
})
afterAll(() => cluster?.stop())

const seconds = () => Math.floor(Date.now() / 1000)

async function attested(challenge: string): Promise<PresentedClient> {
  const now = seconds()
  const clientId = 'https://wallet.example'
  const attestation = await createClientAttestation({
    signer: attester,
    clientId,
    instanceKey: instanceKey.publicJwk,
    now,
    lifetimeSeconds: 600,
  })
  const { issuer: audience } = cluster.urls
  const made = { signer: instanceKey, clientId, audience, now, jti: randomUUID(), challenge }
  return { method: 'attest_jwt_client_auth', clientId, attestation, pop: await createAttestationPop(made) }
}

async function asserted(): Promise<PresentedClient> {
  const { issuer: audience } = cluster.urls
  const made = { signer: shopKey, clientId: 'shop', audience, now: seconds(), lifetimeSeconds: 60 }
  const assertion = await createClientAssertion({ ...made, jti: randomUUID() })
  return { method: 'private_key_jwt', clientId: 'shop', assertion }
}

async function newCode(): Promise<string> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
  const offered = expectStatus(await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order), 200)
  return readOffer((await call(offerUri(offered.text))).json()).code
}

function token(preAuthorizedCode: string, client: PresentedClient): Promise<Answer> {
  const form = writeTokenRequest({ grantType: PRE_AUTHORIZED_CODE, preAuthorizedCode, client })
  return postForm(`${cluster.urls.issuer}/token`, form, writeClient(client).headers)
}

const at = <T>(index: number, run: () => Promise<T>) => atIssuer(cluster, index, run)

async function challengeAt(index: number): Promise<string> {
  const answer = await at(index, () => call(`${cluster.urls.issuer}/challenge`, { method: 'POST' }))
  return String(expectStatus(answer, 200).json()['attestation_challenge'])
}

describe.each<[string, () => Promise<PresentedClient>, string]>([
  ['is attested', async () => attested(await challengeAt(0)), 'invalid_client_attestation'],
  ['signs an assertion', asserted, 'invalid_client'],
])('a client that %s', (_name, present, error) => {
  it('is heard once, on whichever instance it comes', async () => {
    const client = await present()
    const [first, second] = [await newCode(), await newCode()]
    expectStatus(await at(1, () => token(first, client)), 200)
    const replayed = await at(0, () => token(second, client))
    expect([replayed.status, replayed.json()['error']]).toEqual([401, error])
    // The code is still there for who has shown nothing twice.
    const anew = await present()
    expectStatus(await at(0, () => token(second, anew)), 200)
  })

  it('that sends the same ten times at once is heard once', async () => {
    const client = await present()
    const codes = await Promise.all(Array.from({ length: 10 }, newCode))
    const answers = await Promise.all(codes.map((code, index) => at(index % 2, () => token(code, client))))
    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other)
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 401)])
  })
})

it('a client that shows nothing is not taken, on either', async () => {
  for (const index of [0, 1]) {
    const code = await newCode()
    const answer = await at(index, () => token(code, { method: 'none' }))
    expect([answer.status, answer.json()['error']]).toEqual([401, 'invalid_client'])
  }
})
