/**
 * The services that are sent bad input: real processes, memory sessions, one development deployment, and beside it a
 * foreign one whose codes, tokens and credentials must be worth nothing here.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Signer } from '@countersign/crypto/engine'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { directoryShelf } from '@countersign/keys/deployment/identity-store'
import { answersOk, freePort } from '@countersign/local-servers/ports'
import { startProgram, untilReady } from '@countersign/local-servers/process/program'
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
import { now } from '@countersign/testing/people/keys'
import { type ListServer, openListServer } from './list-server.ts'
import type { Service } from './service.ts'
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

const COMMAND = fileURLToPath(new URL('../../apps/countersign/main.mjs', import.meta.url))
const CLOCK = new URL('./turnable-clock.ts', import.meta.url).href
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
    start('issuer', 'issuer'),
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
    issuerKey: await keyOfDeployment(data, issuer.url, 'credential-issuer'),
    documentKey: await keyOfDeployment(data, issuer.url, 'document-signer'),
    listKey: await keyOfDeployment(data, issuer.url, 'status-list'),
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

interface Places {
  readonly folder: string
  readonly data: string
  readonly log: string
}

async function startService(
  name: string,
  { folder, data, log }: Places,
  more: readonly string[],
  started: StopList,
): Promise<Service> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // All cases come from one sender.
  const flags = [
    `--webPort=${port}`,
    `--baseUrl=${url}`,
    '--sessions=memory:',
    `--data=${data}`,
    '--senderRequestsPerSecond=0',
  ]
  const program = startProgram({
    program: process.execPath,
    args: ['--import', CLOCK, COMMAND, name, ...flags, ...more, '--logLevel=warn'],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    logFile: log,
    takesMessages: true,
  })
  started.add(program.stop)
  await untilReady(program, name, () => answersOk(`${url}/readyz`))
  return {
    url,
    isRunning: program.isRunning,
    turnClock: async (seconds) => void (await program.ask({ turnBySeconds: seconds })),
    faults: () => readFileSync(log, 'utf8').split('\n').filter(isFault),
    stop: program.stop,
  }
}

/** Warnings are business as usual; a line that is no log line is an exception that nobody caught. */
function isFault(line: string): boolean {
  return line !== '' && !/^\{"level":"(trace|debug|info|warn)"/.test(line)
}

async function keyOfDeployment(data: string, baseUrl: string, purpose: string): Promise<Signer> {
  const shelf = directoryShelf(join(data, 'identity'))
  const opened = await openDeployment({ mode: 'development', shelf, now, warn: () => undefined })
  if (!opened.ok) throw new Error(opened.error.code)
  const signer = await opened.value.signer(purpose, { baseUrl, dnsNames: [] })
  if (!signer.ok) throw new Error(signer.error.code)
  return signer.value
}
