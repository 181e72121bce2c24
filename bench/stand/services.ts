/**
 * Real services in processes of their own, started by the command of an operator in production mode: everything that
 * production does is on, sessions lie sealed in Redis, and every request writes its log line to a file.
 */
import { get } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bareKey } from '@countersign/crypto/jwk'
import { freePort } from '@countersign/local-servers/ports'
import { untilReady } from '@countersign/local-servers/process/program'
import { type MeasuredProcess, startMeasured } from '../measure/measured-process.ts'
import type { BenchDeployment } from './deployment.ts'

export interface Service extends MeasuredProcess {
  readonly port: number
  /** Wall-clock milliseconds from the start of the process until `/readyz` was 200. */
  readonly readyMs: number
}

export interface ServiceWish {
  readonly name: 'issuer' | 'verifier'
  readonly deployment: BenchDeployment
  readonly redisUrl: string
  readonly profileDir?: string | undefined
  /** The program; that of the checkout when absent. */
  readonly command?: string | undefined
}

const COMMAND = fileURLToPath(new URL('../../apps/countersign/main.mjs', import.meta.url))
const READY_TIMEOUT_MS = 20_000
/** The time until it is ready is a figure: twenty milliseconds between two looks would be a part of it. */
const POLL_MS = 4

export async function startService({
  name,
  deployment,
  redisUrl,
  profileDir,
  command = COMMAND,
}: ServiceWish): Promise<Service> {
  const port = await freePort()
  const { folder, secret, managementApiKey } = deployment
  const startedAt = performance.now()
  const running = startMeasured({
    module: command,
    args: [
      name,
      `--webPort=${port}`,
      `--sessions=${redisUrl}`,
      ...COMMON_FLAGS,
      ...ownFlags(name, deployment),
    ],
    env: { COUNTERSIGN_SECRET: secret, COUNTERSIGN_MANAGEMENT_API_KEY: managementApiKey },
    cwd: folder,
    logFile: join(folder, `${name}-${port}.log`),
    profileDir,
  })
  await untilAnswers(running, port, '/readyz')
  return { ...running, port, readyMs: performance.now() - startedAt }
}

/** Waits until the path is answered with 200. Throws with the log's end when the process ends before, or twenty seconds pass. */
export function untilAnswers(running: MeasuredProcess, port: number, path: string): Promise<void> {
  return untilReady(running, 'a service', () => answersOk(port, path), {
    withinMs: READY_TIMEOUT_MS,
    pollMs: POLL_MS,
  })
}

export { COMMAND }

const COMMON_FLAGS = [
  '--mode=production',
  '--webHost=127.0.0.1',
  '--drainSeconds=0',
  '--logLevel=info',
  // All load comes from one sender, which the limit of senders would refuse.
  '--senderRequestsPerSecond=0',
]

function ownFlags(name: ServiceWish['name'], deployment: BenchDeployment): string[] {
  const { attester, folder, issuerUrl, verifierUrl } = deployment
  const file = (base: string) => join(folder, base)
  if (name === 'issuer') {
    return [
      `--baseUrl=${issuerUrl}`,
      `--signingKeyFile=${file('issuer.json')}`,
      `--signingCertFile=${file('issuer.pem')}`,
      // Every credential gets its place in a status list.
      `--database=sqlite:${file('issuer.sqlite')}`,
      `--statusListKeyFile=${file('status.json')}`,
      `--statusListCertFile=${file('status.pem')}`,
      `--walletAttesterKeys=${JSON.stringify([{ ...bareKey(attester.publicJwk), kid: attester.keyId }])}`,
    ]
  }
  return [
    `--baseUrl=${verifierUrl}`,
    `--requestSigningKeyFile=${file('verifier.json')}`,
    `--requestSigningCertFile=${file('verifier.pem')}`,
    `--trustedIssuerCasFile=${file('ca.pem')}`,
    // Whoever is told of a verification is on this machine.
    '--allowHttp=true',
    '--allowPrivateAddresses=true',
  ]
}

function answersOk(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, path, host: '127.0.0.1', agent: false, timeout: 2000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('error', () => resolve(false)).once('timeout', () => request.destroy())
  })
}
