/**
 * The services that are sent bad input: real processes, memory sessions, one development deployment, and beside it a
 * foreign one whose codes, tokens and credentials must be worth nothing here.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '@countersign/crypto/engine'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import { claims, identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import {
  type Held,
  identityConfiguration,
  offerUri,
  readOffer,
  requestToken,
} from '@countersign/testing/client/protocol-wallet'
import { keyOfDeployment } from '../deployment-keys.ts'
import { type ListServer, openListServer } from './list-server.ts'
import { type Service, startService } from './service.ts'
import { type Login, register } from './wallet-login.ts'

export interface World {
  readonly issuer: Service
  readonly verifier: Service
  readonly repository: Service
  readonly wallet: Service
  /** One that may not go to private addresses. */
  readonly guardedWallet: Service
  /** Of the same deployment, with clocks that the cases of expiry turn. */
  readonly hurriedIssuer: Service
  readonly hurriedVerifier: Service
  readonly foreignIssuer: Service
  /** Like the guarded wallet. */
  readonly guardedVerifier: Service
  /** One whose management wants a key. */
  readonly lockedIssuer: Service & { readonly apiKey: string }
  readonly services: readonly Service[]
  /** The key that the deployment signs credentials with: what a case forges is true in all but one respect. */
  readonly issuerKey: Signer
  /** The same for mdocs. */
  readonly documentKey: Signer
  /** The same for status lists. */
  readonly listKey: Signer
  /** File of the issuer's log of issued credentials. */
  readonly database: string
  /** Where the cases publish status lists of their own. */
  readonly lists: ListServer
  /** An identity credential in good order. */
  readonly held: Held
  /** An account at the wallet. */
  readonly login: Login
  /** One that the issuer gave, over or not. */
  readonly accessToken: string
  /** A verification that nobody answers. */
  readonly verificationId: string
  close(): Promise<void>
}

const guarded = ['--allowHttp=true', '--allowPrivateAddresses=false']

/** As a whole or not at all: when one of them does not start, the others are stopped. */
export function openWorld(): Promise<World> {
  return startedWhole(openParts)
}

async function openParts(started: StopList): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bad-input-'))
  started.add(() => rm(folder, { recursive: true, force: true }))
  const lists = await openListServer()
  started.add(lists.close)
  const services: Service[] = []
  const start = async (name: string, log: string, data = 'data', flags: readonly string[] = []) => {
    const places = { folder, data: join(folder, data), log: join(folder, `${log}.log`) }
    const service = await startService(name, places, flags, started)
    services.push(service)
    return service
  }
  const [issuer, verifier, repository, wallet, guardedWallet] = await Promise.all([
    start('issuer', 'issuer', 'data', ['--bulkMaxBytes=1000000']),
    start('verifier', 'verifier'),
    start('repository', 'repository'),
    start('wallet', 'wallet'),
    start('wallet', 'guarded-wallet', 'guarded', guarded),
  ])
  const apiKey = 'a-key-for-management-calls'
  const [hurriedIssuer, hurriedVerifier, foreignIssuer, guardedVerifier, locked] = await Promise.all([
    start('issuer', 'hurried-issuer'),
    start('verifier', 'hurried-verifier'),
    start('issuer', 'foreign-issuer', 'foreign'),
    start('verifier', 'guarded-verifier', 'data', guarded),
    start('issuer', 'locked-issuer', 'locked', [`--managementApiKey=${apiKey}`]),
  ])
  const data = join(folder, 'data')
  const kept = { folder: data, baseUrl: issuer.url }
  return {
    issuer,
    verifier,
    repository,
    wallet,
    guardedWallet,
    hurriedIssuer,
    hurriedVerifier,
    foreignIssuer,
    guardedVerifier,
    lockedIssuer: { ...locked, apiKey },
    services,
    issuerKey: await keyOfDeployment(kept, 'credential-issuer'),
    documentKey: await keyOfDeployment(kept, 'document-signer'),
    listKey: await keyOfDeployment(kept, 'status-list'),
    database: join(data, 'issuer.sqlite'),
    lists,
    held: await issue(issuer.url),
    login: await register(wallet),
    accessToken: await anyAccessToken(issuer.url),
    verificationId: await anyVerification(verifier.url),
    close: started.stop,
  }
}

async function anyAccessToken(issuerUrl: string): Promise<string> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
  const made = expectStatus(await postJson(`${issuerUrl}/openid4vc/sdjwt/issue`, order), 200)
  const offer = readOffer(expectStatus(await call(offerUri(made.text)), 200).json())
  return String(expectStatus(await requestToken(offer, {}), 200).json()['access_token'])
}

async function anyVerification(verifierUrl: string): Promise<string> {
  const json = { accept: 'application/json' }
  const body = { dcql_query: identityQuery }
  return String(expectStatus(await postJson(`${verifierUrl}/openid4vc/verify`, body, json), 200).json()['id'])
}
