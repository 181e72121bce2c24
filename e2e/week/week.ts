/**
 * The services that the week is about, each started as its own command starts it, on a clock that the test turns: sessions in
 * memory, databases in SQLite. One deployment was made ten years ago, so that its own authorities end soon; another
 * issuer and another verifier have certificates of an operator that end on the sixth day.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { directoryShelf } from '@countersign/keys/deployment/identity-store'
import { freePort } from '@countersign/local-servers/ports'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import { startRepository } from '@countersign/repository/main'
import {
  authority,
  type Certified,
  documentSignerUnder,
  iaca,
  type ListPeriod,
  type Period,
  signerUnder,
  trustedEntities,
  trustListProvider,
  vicalEntry,
  vicalOf,
} from '@countersign/testing/people/authorities'
import { TURNED_CLOCK } from '@countersign/testing/time/turned-clock'
import { startVerifier } from '@countersign/verifier/main'
import { startWallet } from '@countersign/wallet/main'
import { DAY } from './moments.ts'

/** A service, and the same once more with other settings beside the old ones, at the same address. */
export interface Running {
  readonly url: string
  restart(more?: readonly string[]): Promise<void>
}

/** Whom the verifier believes, each for a while; the signers below them would be good for longer. */
export interface Believed {
  readonly endingAuthority: Certified
  readonly pinned: Certified
  readonly onVical: Certified
  readonly onList: Certified
}

export interface Week {
  /** Epoch seconds. */
  readonly start: number
  readonly issuer: Running
  readonly verifier: Running
  readonly wallet: Running
  readonly repository: Running
  /** Those with certificates of an operator. */
  readonly certifiedIssuer: Running
  readonly certifiedVerifier: Running
  /** For callers of the issuer: authorities that the verifier believes for good. */
  readonly callersCa: Certified
  readonly callersIaca: Certified
  readonly believed: Believed
  /** Puts certificates for another quarter in the place of those that ended, and lists of today in that of the old ones. */
  renew(): Promise<void>
  stop(): Promise<void>
}

/** As in production where nothing is configured. */
export const LIST_TTL_SECONDS = 300
export const OPERATORS_DAYS = 6
export const LISTS_DAYS = 4
export const ANCHORS_DAYS = 5
export const LOGIN_DAYS = 3

/** Of the development CA, 3650 days: two days before its next generation begins. */
const MADE_BEFORE = (3650 - 62) * DAY

export function openWeek(): Promise<Week> {
  return startedWhole(openParts)
}

async function openParts(started: StopList): Promise<Week> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-week-'))
  started.add(() => rm(folder, { recursive: true, force: true }))
  const start = TURNED_CLOCK.now()
  const long = { notBefore: start - DAY, notAfter: start + 3000 * DAY }
  await makeIdentity(join(folder, 'made', 'identity'), start - MADE_BEFORE)
  const callersCa = await authority('CA of callers', long)
  const callersIaca = await iaca('IACA of callers', long)
  const operatorsCa = await authority('CA of the operator', long)
  const { believed, publish, sources } = await believedFor(folder, start, long)
  await publish({ issuedAt: start - DAY, nextUpdate: start + LISTS_DAYS * DAY })
  const file = (name: string, text: string | Uint8Array) => written(folder, name, text)
  const anchors = {
    callers: await file('callers.pem', callersCa.made.certificatePem),
    callersIaca: await file('callers-iaca.pem', callersIaca.made.certificatePem),
    operators: await file('operators.pem', operatorsCa.made.certificatePem),
  }
  const operators = await operatorsKeys(folder, operatorsCa)
  await operators.certify({ notBefore: start - DAY, notAfter: start + OPERATORS_DAYS * DAY })
  const trusted = [
    ...sources,
    { anchorsFile: anchors.callers },
    { anchorsFile: anchors.callersIaca, formats: ['mso_mdoc'] },
    { anchorsFile: anchors.operators },
  ]
  const verifierConfig = join(folder, 'config')
  await written(folder, 'config/verifier-service.conf', JSON.stringify({ trustedIssuers: trusted }))
  const run = (service: StartService, data: string, more: readonly string[] = []) =>
    startOne(service, [`--data=${join(folder, data)}`, ...more], folder, started)
  return {
    start,
    issuer: await run(startIssuer, 'made', [`--statusListTtlSeconds=${LIST_TTL_SECONDS}`]),
    verifier: await run(startVerifier, 'made', [`--config=${verifierConfig}`]),
    wallet: await run(startWallet, 'made', [
      `--tokenLifetimeDays=${LOGIN_DAYS}`,
      '--loginFailuresPerMinute=3',
      `--trustedVerifierCasFile=${anchors.operators}`,
    ]),
    repository: await run(startRepository, 'made'),
    certifiedIssuer: await run(startIssuer, 'certified', operators.issuerFlags),
    certifiedVerifier: await run(startVerifier, 'certified', [
      ...operators.verifierFlags,
      `--config=${verifierConfig}`,
    ]),
    callersCa,
    callersIaca,
    believed,
    async renew() {
      const today = TURNED_CLOCK.now()
      await operators.certify({ notBefore: today - DAY, notAfter: today + 90 * DAY })
      await publish({ issuedAt: today - DAY, nextUpdate: today + 90 * DAY })
    },
    stop: started.stop,
  }
}

/** As a deployment of that time left it behind. */
async function makeIdentity(folder: string, moment: number): Promise<void> {
  const opened = await openDeployment({
    mode: 'development',
    shelf: directoryShelf(folder),
    warn: () => undefined,
    now: () => moment,
  })
  if (!opened.ok) throw new Error(opened.error.code)
}

async function believedFor(folder: string, start: number, long: Period) {
  const ending = { ...long, notAfter: start + ANCHORS_DAYS * DAY }
  const endingCa = await authority('CA that ends', ending)
  const unlisted = await authority('CA that nobody lists', long)
  const listedCa = await authority('CA on a list', long)
  const listedIaca = await iaca('IACA on a VICAL', long)
  const year = { ...long, notAfter: start + 365 * DAY }
  const provider = await trustListProvider(unlisted, year)
  const pinned = await signerUnder(unlisted, 'issuer', ending)
  const signerFile = await written(folder, 'provider.pem', provider.made.certificatePem)
  const believed: Believed = {
    endingAuthority: await signerUnder(endingCa, 'issuer', ending),
    pinned,
    onVical: await documentSignerUnder(listedIaca, year),
    onList: await signerUnder(listedCa, 'issuer', year),
  }
  const sources = [
    { anchorsFile: await written(folder, 'ending.pem', endingCa.made.certificatePem) },
    { pinsFile: await written(folder, 'pinned.pem', pinned.made.certificatePem) },
    { vicalFile: join(folder, 'vical.cbor'), signerFile },
    { listFile: join(folder, 'list.jwt'), signerFile, types: ['urn:countersign:identity-credential:1'] },
  ]
  const publish = async (period: ListPeriod) => {
    const vical = await vicalOf([vicalEntry(listedIaca, ['org.iso.18013.5.1.mDL'])], provider, period)
    await written(folder, 'vical.cbor', vical)
    await written(folder, 'list.jwt', await trustedEntities(listedCa, provider, period))
  }
  return { believed, publish, sources }
}

/** Keys stay, certificates come and go. */
async function operatorsKeys(folder: string, ca: Certified) {
  const purposes = {
    signing: 'issuer',
    statusList: 'status_list',
    requestSigning: 'request_signing',
  } as const
  const keys = new Map<string, Certified>()
  const path = (name: string) => join(folder, name)
  const flags = (name: string) => [
    `--${name}KeyFile=${path(`${name}.json`)}`,
    `--${name}CertFile=${path(`${name}.pem`)}`,
  ]
  return {
    issuerFlags: [...flags('signing'), ...flags('statusList')],
    verifierFlags: flags('requestSigning'),
    async certify(period: Period) {
      for (const [name, purpose] of Object.entries(purposes)) {
        const jwk = keys.get(name)?.jwk
        const certified = await signerUnder(ca, purpose, period, jwk && { jwk })
        keys.set(name, certified)
        await written(folder, `${name}.json`, JSON.stringify(certified.jwk))
        await written(folder, `${name}.pem`, certified.made.certificatePem)
      }
    },
  }
}

async function written(folder: string, name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

type StartService = typeof startVerifier | typeof startRepository

async function startOne(
  service: StartService,
  flags: readonly string[],
  cwd: string,
  started: StopList,
): Promise<Running> {
  const defaultPort = await freePort()
  const url = `http://localhost:${defaultPort}`
  const begin = (more: readonly string[] = []) =>
    service({
      argv: [
        `--baseUrl=${url}`,
        '--sessions=memory:',
        '--logLevel=silent',
        // The clock that limits senders does not turn with the others.
        '--senderRequestsPerSecond=0',
        ...flags,
        ...more,
      ],
      env: {},
      cwd,
      defaultPort,
      clock: TURNED_CLOCK,
    })
  let running = await begin()
  started.add(() => running.close())
  return {
    url,
    async restart(more) {
      await running.close()
      running = await begin(more)
    },
  }
}
