/** Everything of one tenant that has an id, a code or a name, as its wallets and its operator hold it. */

import { claims } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  identityConfiguration,
  keyProof,
  notificationIdOf,
  offerUri,
  readOffer,
  requestCredential,
  requestNonce,
  requestToken,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { eventually } from '@countersign/testing/time/eventually'

/** Where somebody calls: a tenant, or the deployment's own issuer. */
export interface Place {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const CALLBACK = { statusCallbackUri: 'http://127.0.0.1:9/told/$id' }
export const PROFILE = { credentialConfigurationId: identityConfiguration, validityDays: 30 }

export function issueAt(at: Place, more: object = {}, headers = {}): Promise<Answer> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims, ...more }
  return postJson(`${at.url}/openid4vc/sdjwt/issue`, order, { ...at.headers, ...CALLBACK, ...headers })
}

export interface Offered {
  readonly id: string
  readonly offerUri: string
  readonly code: string
}

export async function offerAt(at: Place, more: object = {}): Promise<Offered> {
  const uri = offerUri(expectStatus(await issueAt(at, more), 200).text)
  const offer = readOffer(expectStatus(await call(uri), 200).json())
  return { id: new URL(uri).searchParams.get('id') ?? '', offerUri: uri, code: offer.code }
}

export function tokenAt({ url }: Place, code: string): Promise<Answer> {
  return requestToken({ issuer: url, code, configurationIds: [] }, {})
}

export async function newTokenAt(
  at: Place,
  more: object = {},
): Promise<Offered & { readonly token: string }> {
  const offered = await offerAt(at, more)
  return {
    ...offered,
    token: String(expectStatus(await tokenAt(at, offered.code), 200).json()['access_token']),
  }
}

export async function nonceAt({ url }: Place): Promise<string> {
  return String((await requestNonce(url)).json()['c_nonce'])
}

/** With a fresh key, for this place; the nonce may come from elsewhere. */
export async function credentialAt(at: Place, token: string, nonce: string): Promise<Answer> {
  const proof = await keyProof(at.url, nonce, newKey())
  return requestCredential(at.url, {}, { accessToken: token, configurationId: identityConfiguration, proof })
}

export interface Things {
  readonly open: Offered
  readonly token: string
  readonly issued: { readonly id: string; readonly token: string; readonly notificationId: string }
  readonly credentialId: string
  readonly place: { readonly statusListUri: string; readonly statusListIndex: number }
  readonly listId: string
  readonly deferred: { readonly id: string; readonly token: string; readonly transactionId: string }
  readonly requestUri: string
  readonly profile: string
  /** Open to wallets. */
  readonly openProfile: string
  /** A job that has ended. */
  readonly bulkId: string
  readonly apiKeyId: string
}

export async function thingsOf(at: Place): Promise<Things> {
  const begun = await newTokenAt(at)
  const answer = expectStatus(await credentialAt(at, begun.token, await nonceAt(at)), 200)
  const listed = await call(`${at.url}/openid4vc/credentials?sessionId=${begun.id}`, { headers: at.headers })
  const [issued] = JSON.parse(expectStatus(listed, 200).text) as {
    id: string
    statusLists: { uri: string; index: number }[]
  }[]
  const [place] = issued?.statusLists ?? []
  const waits = await newTokenAt(at, { issuanceType: 'DEFERRED' })
  const told = expectStatus(await credentialAt(at, waits.token, await nonceAt(at)), 202).json()
  const profile = 'of-one'
  await writeProfile(at, profile, PROFILE)
  const openProfile = 'open-of-one'
  const constant = { source: 'constant', data: claims }
  const open = { claims: constant, authenticationMethod: 'NONE', openToWallets: true }
  await writeProfile(at, openProfile, { ...PROFILE, ...open })
  const key = await postJson(`${at.url}/api-keys`, { name: 'of-one', scopes: ['audit:read'] }, at.headers)
  return {
    apiKeyId: String(expectStatus(key, 201).json()['id']),
    open: await offerAt(at),
    token: (await newTokenAt(at)).token,
    issued: { id: begun.id, token: begun.token, notificationId: notificationIdOf(answer) },
    credentialId: issued?.id ?? '',
    place: { statusListUri: place?.uri ?? '', statusListIndex: place?.index ?? -1 },
    listId: place?.uri.split('/').at(-1) ?? '',
    deferred: { id: waits.id, token: waits.token, transactionId: String(told['transaction_id']) },
    requestUri: await pushedAt(at),
    profile,
    openProfile,
    bulkId: await bulkAt(at, profile),
  }
}

async function writeProfile({ headers, url }: Place, name: string, profile: object): Promise<void> {
  const answer = await call(`${url}/openid4vc/profiles/${name}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(profile),
  })
  expectStatus(answer, 201)
}

export function giveBulk({ headers, url }: Place, profile: string): Promise<Answer> {
  return call(`${url}/openid4vc/profiles/${profile}/bulk`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/jsonl' },
    body: `${JSON.stringify({ claims })}\n`,
  })
}

/** It has ended: what is done though nobody asks is done for a tenant, too. */
async function bulkAt(at: Place, profile: string): Promise<string> {
  const id = String(expectStatus(await giveBulk(at, profile), 202).json()['id'])
  await eventually('the offers of a tenant are made', async () => {
    const job = (await call(`${at.url}/openid4vc/bulk/${id}`, { headers: at.headers })).json()
    return job['state'] === 'completed' && job['offered'] === 1
  })
  return id
}

async function pushedAt(at: Place): Promise<string> {
  const offered = await issueAt(at, { authenticationMethod: 'NONE' })
  const offer = (await call(offerUri(offered.text))).json() as {
    grants: { authorization_code: { issuer_state: string } }
  }
  const form = new URLSearchParams({
    response_type: 'code',
    client_id: 'https://wallet.example',
    redirect_uri: 'https://wallet.example/back',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    authorization_details: JSON.stringify([
      { type: 'openid_credential', credential_configuration_id: identityConfiguration },
    ]),
    issuer_state: offer.grants.authorization_code.issuer_state,
  })
  return String(expectStatus(await postForm(`${at.url}/par`, form.toString()), 201).json()['request_uri'])
}
