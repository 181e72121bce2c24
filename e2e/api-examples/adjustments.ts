/**
 * What is put into an example before it is sent, operation by operation: ids that are real, codes and proofs that are fresh,
 * addresses of the services that run. All else is sent as the document shows it.
 */
import { randomUUID } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { EncryptionKey } from '@countersign/crypto/jwe-engine'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { identityQuery, issue, verify } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { logIn, newWalletUser, receive } from '@countersign/testing/client/wallet-api'
import { eventually } from '@countersign/testing/time/eventually'
import {
  newAuthorized,
  newBrowserRequest,
  newCode,
  newDeferred,
  newDeferredOffer,
  newGrant,
  newIssued,
  newIssuerState,
  newOffer,
  newRequest,
  type RealThings,
  type SentBack,
  sentBack,
} from './real-things.ts'
import type { ServiceName, Stack } from './stack.ts'

export type Values = Readonly<Record<string, string>>

export interface Adjustment {
  /** Parameters of this call, beside those of the service. */
  values?(): Promise<Values>
  body?(example: JsonValue): Promise<JsonValue>
  headers?(): Promise<Values>
  after?(answer: Answer): Promise<unknown>
  /** Where success needs what no example can show. */
  readonly status?: number
}

/** By the names of parameters, for all operations of a service. */
export function valuesOf(real: RealThings): Readonly<Record<ServiceName, Values>> {
  const { user, credentials, issuance } = real
  const listId = issuance.place.statusListUri.split('/').at(-1) ?? ''
  return {
    repository: {},
    issuer: { id: issuance.sessionId, sessionId: issuance.sessionId, listId, purpose: 'revocation' },
    verifier: {},
    wallet: { wallet: user.wallet, credential: credentials[0], method: 'jwk' },
  }
}

/** By the names of operations. */
export type Adjustments = Readonly<Record<string, Adjustment>>

export function adjustments(stack: Stack, real: RealThings): Readonly<Record<ServiceName, Adjustments>> {
  return {
    repository: {},
    issuer: issuerCalls(stack, real),
    verifier: verifierCalls(stack),
    wallet: walletCalls(stack, real),
  }
}

function issuerCalls(stack: Stack, { issuance }: RealThings): Adjustments {
  const { credentialId, place } = issuance
  const ofCredential = { values: async () => ({ id: credentialId }) }
  const ofPlace = { body: async (example: JsonValue) => ({ ...objectOf(example), ...place }) }
  const toldOf = { values: async () => ({ id: (await newOffer(stack, TOLD)).id }) }
  const ofProfile = { values: async () => ({ name: await newProfile(stack) }) }
  const ofBulk = { values: async () => ({ id: await newBulk(stack) }) }
  let grant: Awaited<ReturnType<typeof newGrant>>
  let issued: Awaited<ReturnType<typeof newIssued>>
  let deferred: Awaited<ReturnType<typeof newDeferred>>
  return {
    'GET /openid4vc/credentials/{id}': ofCredential,
    'POST /openid4vc/credentials/{id}/status': ofCredential,
    'PUT /openid4vc/credentials/{id}/status': ofCredential,
    'POST /openid4vc/credentials/status': ofPlace,
    'PUT /openid4vc/credentials/status': ofPlace,
    'GET /credentialOffer': { values: async () => ({ id: (await newOffer(stack)).id }) },
    'POST /par': {
      body: async (example) => ({ ...objectOf(example), issuer_state: await newIssuerState(stack) }),
    },
    'POST /token': {
      body: async (example) => ({ ...objectOf(example), 'pre-authorized_code': await newCode(stack) }),
    },
    'POST /credential': {
      body: async (example) => {
        grant = await newGrant(stack)
        const proofs = { jwt: [grant.proof] }
        return typeof example === 'string'
          ? encrypted(stack, { credential_configuration_id: identityConfiguration, proofs })
          : { ...objectOf(example), proofs }
      },
      headers: async () => ({ authorization: `Bearer ${grant.token}` }),
    },
    'POST /deferred_credential': {
      body: async (example) => {
        deferred = await newDeferred(stack)
        const request = { transaction_id: deferred.transactionId }
        return typeof example === 'string' ? encrypted(stack, request) : { ...objectOf(example), ...request }
      },
      headers: async () => ({ authorization: `Bearer ${deferred.token}` }),
    },
    'POST /openid4vc/session/{id}/deferred': {
      values: async () => ({ id: (await newDeferredOffer(stack)).id }),
    },
    'POST /notification': {
      body: async (example) => {
        issued = await newIssued(stack)
        return { ...objectOf(example), notification_id: issued.notificationId }
      },
      headers: async () => ({ authorization: `Bearer ${issued.token}` }),
    },
    'GET /openid4vc/session/{id}/callback': toldOf,
    'POST /openid4vc/session/{id}/callback/redeliver': toldOf,
    // It is not kept unless somebody says for how long.
    'GET /audit': { status: 404 },
    'DELETE /api-keys/{id}': { values: async () => ({ id: await newApiKey(stack) }) },
    'PUT /openid4vc/profiles/{name}': { values: async () => ({ name: randomUUID() }) },
    'GET /openid4vc/profiles/{name}': ofProfile,
    'DELETE /openid4vc/profiles/{name}': ofProfile,
    'POST /openid4vc/profiles/{name}/offers': ofProfile,
    'POST /openid4vc/profiles/{name}/bulk': ofProfile,
    'GET /openid4vc/offers/{name}': { values: async () => ({ name: await newOpenProfile(stack) }) },
    'GET /openid4vc/bulk/{id}': ofBulk,
    'DELETE /openid4vc/bulk/{id}': ofBulk,
    'GET /openid4vc/bulk/{id}/offers': { values: async () => ({ id: await offeredBulk(stack) }) },
    // Lists of W3C credentials: none was issued.
    'GET /status/bitstring/{listId}/{purpose}': { status: 404 },
  }
}

/** For the key that the issuer names (OpenID4VCI 1.0 §10). */
async function encrypted({ urls }: Stack, request: JsonObject): Promise<string> {
  const metadata = await call(`${urls.issuer}/.well-known/openid-credential-issuer`)
  const { credential_request_encryption: encryption } = metadata.json() as {
    readonly credential_request_encryption: {
      readonly jwks: { readonly keys: readonly (EncryptionKey & { readonly kid: string })[] }
    }
  }
  const [key] = encryption.jwks.keys
  if (key === undefined) throw new Error('the issuer names no key')
  return joseJwe.encrypt(JSON.stringify(request), { key, keyId: key.kid, content: 'A256GCM' })
}

async function newApiKey({ urls }: Stack): Promise<string> {
  const body = JSON.stringify({ name: 'deleted at once', scopes: ['audit:read'] })
  const headers = { 'content-type': 'application/json' }
  const made = await call(`${urls.issuer}/api-keys`, { method: 'POST', headers, body })
  expectStatus(made, 201)
  return (made.json() as { readonly id: string }).id
}

/** As the examples of offers mean it: they bring the claims that it lacks. */
async function newProfile({ urls }: Stack): Promise<string> {
  const name = randomUUID()
  const profile = {
    credentialConfigurationId: 'identity_credential_dc+sd-jwt',
    claims: { source: 'constant', data: { family_name: 'Example' } },
  }
  const headers = { 'content-type': 'application/json' }
  const url = `${urls.issuer}/openid4vc/profiles/${name}`
  expectStatus(await call(url, { method: 'PUT', headers, body: JSON.stringify(profile) }), 201)
  return name
}

/** The same one each time: of those that are open for one thing there is one. */
async function newOpenProfile({ urls }: Stack): Promise<string> {
  const profile = {
    credentialConfigurationId: 'employee_badge_dc+sd-jwt',
    claims: {
      source: 'constant',
      data: { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' },
    },
    authenticationMethod: 'NONE',
    openToWallets: true,
  }
  const headers = { 'content-type': 'application/json' }
  const url = `${urls.issuer}/openid4vc/profiles/open-badge`
  const answer = await call(url, { method: 'PUT', headers, body: JSON.stringify(profile) })
  if (answer.status !== 200) expectStatus(answer, 201)
  return 'open-badge'
}

async function offeredBulk(stack: Stack): Promise<string> {
  const id = await newBulk(stack)
  await eventually('it is offered', async () => {
    const job = expectStatus(await call(`${stack.urls.issuer}/openid4vc/bulk/${id}`), 200)
    return job.json()['state'] === 'completed'
  })
  return id
}

async function newBulk(stack: Stack): Promise<string> {
  const answer = await call(`${stack.urls.issuer}/openid4vc/profiles/${await newProfile(stack)}/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: 'given_name,birthdate\nAda,1990-01-01\n',
  })
  return String(expectStatus(answer, 202).json()['id'])
}

function verifierCalls(stack: Stack): Adjustments {
  const open = { values: async () => ({ id: (await newRequest(stack)).id }) }
  const toldOf = { values: async () => ({ id: (await newRequest(stack, {}, TOLD)).id }) }
  let back: SentBack
  return {
    'GET /openid4vc/session/{id}': open,
    'DELETE /openid4vc/session/{id}': open,
    'GET /openid4vc/session/{id}/presented-credentials': {
      values: async () => ({ id: await decided(stack, { keepPresentations: true }) }),
    },
    'GET /openid4vc/session/{id}/callback': toldOf,
    'POST /openid4vc/session/{id}/callback/redeliver': toldOf,
    'POST /openid4vc/session/{id}/returned': {
      values: async () => {
        back = await sentBack(stack)
        return { id: back.id }
      },
      body: async (example) => ({ ...objectOf(example), responseCode: back.code }),
    },
    'GET /openid4vc/session/{id}/digital-request': {
      values: async () => ({ id: (await newBrowserRequest(stack)).id }),
    },
    'GET /openid4vc/session/{id}/events': { values: async () => ({ id: await decided(stack) }) },
    'GET /openid4vc/request/{id}': open,
    'POST /openid4vc/request/{id}': open,
  }
}

/** A verification that is over: its events come to an end. */
async function decided({ urls }: Stack, more: object = {}): Promise<string> {
  return (await verify(urls.verifier, await issue(urls.issuer), { more })).id
}

/** Nobody is there. */
const TOLD = { statuscallbackuri: 'http://127.0.0.1:9/told' }

function walletCalls(stack: Stack, { user, credentials }: RealThings): Adjustments {
  const wallet = `${user.url}/wallet-api/wallet/${user.wallet}`
  const headers = { authorization: `Bearer ${user.token}` }
  const newKey = async () => {
    const wish = { backend: 'jwk', keyType: 'secp256r1' }
    return expectStatus(await postJson(`${wallet}/keys/generate`, wish, headers), 201).text
  }
  const newDid = async (method: string) => {
    const path = `${wallet}/dids/create/${method}?keyId=${await newKey()}`
    return expectStatus(await call(path, { method: 'POST', headers }), 200).text
  }
  const ofKey = { values: async () => ({ key: await newKey() }) }
  const ofDid = { values: async () => ({ did: await newDid('jwk') }) }
  const ofSecond = { values: async () => ({ credential: credentials[1] }) }
  const offer = { body: async () => (await newOffer(stack)).url }
  const request = { body: async () => (await newRequest(stack)).url }
  const at = '/wallet-api/wallet/{wallet}'
  return {
    'GET /wallet-api/registry/{id}/did.json': {
      values: async () => ({ id: (await newDid('web')).split(':').at(-1) ?? '' }),
    },
    [`POST ${at}/keys/import`]: {
      // The examples are one key in two forms, and a wallet keeps a key once.
      after: ({ text }) => call(`${wallet}/keys/${text}`, { method: 'DELETE', headers }),
    },
    [`GET ${at}/keys/{key}/load`]: ofKey,
    [`GET ${at}/keys/{key}/meta`]: ofKey,
    [`GET ${at}/keys/{key}/export`]: ofKey,
    [`POST ${at}/keys/{key}/sign`]: ofKey,
    [`DELETE ${at}/keys/{key}`]: ofKey,
    [`DELETE ${at}/keys/{key}/remove`]: ofKey,
    [`POST ${at}/dids/default`]: ofDid,
    [`GET ${at}/dids/{did}`]: ofDid,
    [`DELETE ${at}/dids/{did}`]: ofDid,
    [`DELETE ${at}/credentials/{credential}`]: ofSecond,
    [`POST ${at}/credentials/{credential}/restore`]: ofSecond,
    // An issuer gives no refresh token unless it is told to.
    [`POST ${at}/credentials/{credential}/refresh`]: { status: 409 },
    // Our issuer's cards have no logo.
    [`GET ${at}/credentials/{credential}/pictures/{picture}`]: {
      values: async () => ({ picture: 'none' }),
      status: 404,
    },
    [`POST ${at}/exchange/resolveCredentialOffer`]: offer,
    [`POST ${at}/exchange/useOfferRequest`]: offer,
    [`GET ${at}/exchange/resolveIssuerOpenIDMetadata`]: {
      values: async () => ({ issuer: stack.urls.issuer }),
    },
    [`POST ${at}/exchange/resolvePresentationRequest`]: request,
    [`POST ${at}/exchange/matchCredentialsForPresentationRequest`]: request,
    ...exchangesOfPages(stack, user, credentials[0]),
    ...accountCalls(user),
    ...shelfCalls(stack, user, credentials[0]),
    // An authenticator answers a challenge that no example can know.
    'POST /wallet-api/auth/passkeys': { status: 400 },
    'POST /wallet-api/auth/passkeys/login': { status: 400 },
    'DELETE /wallet-api/auth/passkeys/{passkey}': { values: async () => ({ passkey: 'none' }), status: 404 },
    [`POST ${at}/exchange/usePresentationRequest`]: {
      body: async (example) => ({
        ...objectOf(example),
        presentationRequest: (await newRequest(stack)).url,
        selectedCredentials: [credentials[0]],
      }),
    },
  }
}

/** What is for good is done to somebody who is there for nothing else. */
function accountCalls(user: RealThings['user']): Adjustments {
  const api = `${user.url}/wallet-api`
  const authorization = `Bearer ${user.token}`
  const victim = {
    headers: async () => ({ authorization: `Bearer ${(await newWalletUser(user.url)).token}` }),
    body: async (example: JsonValue) => ({
      ...objectOf(example),
      confirmation: { password: 'correct-horse' },
    }),
  }
  const wallets = '/wallet/accounts/wallets'
  const newWallet = async () => {
    const made = await postJson(api + wallets, { name: 'Another' }, { authorization })
    return { wallet: String(expectStatus(made, 201).json()['id']) }
  }
  // Nobody has the link that an example shows.
  const noLink = { status: 404 }
  return {
    'PUT /wallet-api/auth/password': victim,
    'POST /wallet-api/auth/delete-account': victim,
    'POST /wallet-api/auth/recovery-codes/login': {
      body: async (example) => {
        const made = await postJson(`${api}/auth/recovery-codes`, {}, { authorization })
        const { recoveryCodes } = expectStatus(made, 201).json() as { recoveryCodes: string[] }
        return { ...objectOf(example), code: recoveryCodes[0] ?? '' }
      },
    },
    'POST /wallet-api/auth/reset/options': noLink,
    'POST /wallet-api/auth/reset': noLink,
    'DELETE /wallet-api/auth/logins/{login}': {
      values: async () => {
        await logIn(user.url, 'user@email.com', 'password')
        const listed = await call(`${api}/auth/logins`, { headers: { authorization } })
        const { logins } = expectStatus(listed, 200).json() as { logins: { id: string; current: boolean }[] }
        return { login: logins.find(({ current }) => !current)?.id ?? '' }
      },
    },
    [`PUT /wallet-api${wallets}/{wallet}`]: { values: newWallet },
    [`POST /wallet-api${wallets}/{wallet}/delete`]: { values: newWallet },
  }
}

/** Categories, and the history that each reception makes longer. */
function shelfCalls(stack: Stack, user: RealThings['user'], credential: string): Adjustments {
  const wallet = `${user.url}/wallet-api/wallet/${user.wallet}`
  const headers = { authorization: `Bearer ${user.token}` }
  const at = '/wallet-api/wallet/{wallet}'
  const newName = () => `Travel ${randomUUID()}`
  const newCategory = async () => {
    const name = newName()
    await call(`${wallet}/categories/${encodeURIComponent(name)}/add`, { method: 'POST', headers })
    return { name }
  }
  const ofCategory = {
    body: async () => {
      const { name } = await newCategory()
      return [name]
    },
    values: async () => ({ credential }),
  }
  const ofEvent = {
    values: async () => {
      await receive(user, (await newOffer(stack)).url)
      const listed = await call(`${wallet}/eventlog?sortOrder=desc&limit=1`, { headers })
      const { items } = expectStatus(listed, 200).json() as { items: { id: string }[] }
      return { event: items[0]?.id ?? '' }
    },
  }
  return {
    [`POST ${at}/categories/{name}/add`]: { values: async () => ({ name: newName() }) },
    [`DELETE ${at}/categories/{name}`]: { values: newCategory },
    [`PUT ${at}/categories/{name}/rename/{newName}`]: {
      values: async () => ({ ...(await newCategory()), newName: newName() }),
    },
    [`PUT ${at}/credentials/{credential}/category`]: ofCategory,
    [`DELETE ${at}/credentials/{credential}/category`]: ofCategory,
    [`GET ${at}/eventlog/{event}`]: ofEvent,
    [`DELETE ${at}/eventlog/{event}`]: ofEvent,
  }
}

/** What a page opens, and decides about under its id. */
function exchangesOfPages(stack: Stack, user: RealThings['user'], credentialId: string): Adjustments {
  const at = '/wallet-api/wallet/{wallet}/exchange'
  const headers = { authorization: `Bearer ${user.token}` }
  const opened = async (what: 'offers' | 'requests', body: JsonObject) => {
    const url = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/${what}`
    return { exchange: String(expectStatus(await postJson(url, body, headers), 201).json()['id']) }
  }
  const ofOffer = { values: async () => opened('offers', { offer: (await newOffer(stack)).url }) }
  const ofRequest = { values: async () => opened('requests', { request: (await newRequest(stack)).url }) }
  const queryId = String(identityQuery.credentials[0]?.id)
  let brought: Awaited<ReturnType<typeof newAuthorized>>
  return {
    [`POST ${at}/offers`]: { body: async () => ({ offer: (await newOffer(stack)).url }) },
    [`GET ${at}/offers/{exchange}`]: ofOffer,
    // The offer asks for no transaction code.
    [`POST ${at}/offers/{exchange}/use`]: { ...ofOffer, body: async () => ({}) },
    [`POST ${at}/offers/{exchange}/reject`]: ofOffer,
    [`POST ${at}/offers/{exchange}/authorized`]: {
      values: async () => {
        brought = await newAuthorized(stack, user)
        return { exchange: brought.exchange }
      },
      body: async () => ({ query: brought.query }),
    },
    [`POST ${at}/deferred/{deferred}/ask`]: {
      values: async () => {
        const { exchange } = await opened('offers', { offer: (await newDeferredOffer(stack)).url })
        const url = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/offers/${exchange}/use`
        const used = expectStatus(await postJson(url, {}, headers), 200).json()
        const [later] = used['deferred'] as { id: string }[]
        return { deferred: later?.id ?? '' }
      },
    },
    [`POST ${at}/issuances`]: {
      body: async (example) => ({ ...objectOf(example), issuer: stack.urls.issuer }),
    },
    [`POST ${at}/requests`]: { body: async () => ({ request: (await newRequest(stack)).url }) },
    [`GET ${at}/requests/{exchange}`]: ofRequest,
    [`POST ${at}/requests/{exchange}/use`]: {
      ...ofRequest,
      body: async () => ({ selections: [{ queryId, credentialId }] }),
    },
    [`POST ${at}/requests/{exchange}/reject`]: ofRequest,
  }
}

function objectOf(example: JsonValue): JsonObject {
  if (!isJsonObject(example)) throw new Error('the example is no object')
  return example
}
