/**
 * The services that are sent bad input: real processes, memory sessions, one development deployment, and beside it a
 * foreign one whose codes, tokens and credentials must be worth nothing here.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Signer } from '@countersign/crypto/engine'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { directoryShelf } from '@countersign/keys/deployment/identity-store'
import { freePort } from '@countersign/local-servers/running-program'
import { issue } from '@countersign/testing/client/flows'
import { call } from '@countersign/testing/client/http'
import type { Held } from '@countersign/testing/client/protocol-wallet'
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
  close(): Promise<void>
}

const COMMAND = fileURLToPath(new URL('../../apps/countersign/main.ts', import.meta.url))
const CLOCK = new URL('./turnable-clock.ts', import.meta.url).href
const READY_MS = 15_000
const guarded = ['--allowHttp=true', '--allowPrivateAddresses=false']

export async function openWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bad-input-'))
  const started: Service[] = []
  const lists = await openListServer()
  const start = async (name: string, log: string, data = 'data', flags: readonly string[] = []) => {
    const places = { folder, data: join(folder, data), log: join(folder, `${log}.log`) }
    const service = await startService(name, places, flags)
    started.push(service)
    return service
  }
  const stopAll = async () => {
    await Promise.all([lists.close(), ...started.map((service) => service.stop())])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
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
    const issuerKey = await keyOfDeployment(data, issuer.url, 'credential-issuer')
    const documentKey = await keyOfDeployment(data, issuer.url, 'document-signer')
    const listKey = await keyOfDeployment(data, issuer.url, 'status-list')
    const held = await issue(issuer.url)
    const login = await register(wallet)
    const named = {
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
    }
    const keys = { issuerKey, documentKey, listKey }
    const database = join(data, 'issuer.sqlite')
    return { ...named, ...keys, services: started, database, lists, held, login, close: stopAll }
  } catch (error) {
    await stopAll()
    throw error
  }
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
): Promise<Service> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const output = openSync(log, 'a')
  const flags = [`--webPort=${port}`, `--baseUrl=${url}`, '--sessions=memory:', `--data=${data}`]
  const child = fork(COMMAND, [name, ...flags, ...more, '--logLevel=warn'], {
    cwd: folder,
    execArgv: ['--import', CLOCK],
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', output, output, 'ipc'],
  })
  closeSync(output)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const isRunning = () => child.exitCode === null && child.signalCode === null
  await untilReady(url, isRunning, log)
  return {
    url,
    isRunning,
    turnClock: (seconds) => turn(child, seconds),
    faults: () => readFileSync(log, 'utf8').split('\n').filter(isFault),
    async stop() {
      if (isRunning()) child.kill('SIGTERM')
      await ended
    },
  }
}

/** Warnings are business as usual; a line that is no log line is an exception that nobody caught. */
function isFault(line: string): boolean {
  return line !== '' && !/^\{"level":"(trace|debug|info|warn)"/.test(line)
}

function turn(child: ChildProcess, seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve())
    child.send({ turnBySeconds: seconds }, (error) => error && reject(error))
  })
}

async function untilReady(url: string, isRunning: () => boolean, log: string): Promise<void> {
  const deadline = Date.now() + READY_MS
  for (;;) {
    const answer = await call(`${url}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    if (!isRunning() || Date.now() > deadline) throw new Error(`not ready: ${readFileSync(log, 'utf8')}`)
    await delay(50)
  }
}

async function keyOfDeployment(data: string, baseUrl: string, purpose: string): Promise<Signer> {
  const shelf = directoryShelf(join(data, 'identity'))
  const now = Math.floor(Date.now() / 1000)
  const opened = await openDeployment({ mode: 'development', shelf, now, warn: () => undefined })
  if (!opened.ok) throw new Error(opened.error.code)
  const signer = await opened.value.signer(purpose, { baseUrl, dnsNames: [] })
  if (!signer.ok) throw new Error(signer.error.code)
  return signer.value
}
