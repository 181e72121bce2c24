/**
 * One simulated instance: an issuer and a verifier put together as their `main.ts` do, on a line of their own to the
 * shared store. A crash ends its life: whatever it was doing stops where it is, between two store operations, and
 * callers see their connection cut. It comes back with a new life and nothing of the old one.
 */

import { refuse } from '@countersign/core/result'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { buildIssuer, issuerService } from '@countersign/issuer/build'
import { ISSUER_DEFAULTS } from '@countersign/issuer/config'
import type { CallerKeys, Issuer } from '@countersign/issuer/issuer'
import { coreHpke } from '@countersign/keys/engines/hpke'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { serviceStores } from '@countersign/service/compose/service-stores'
import { type DueWork, startDueWork } from '@countersign/service/sessions/due-work'
import type { SessionStore } from '@countersign/stores/ports'
import { sealedSessions } from '@countersign/stores/sealed'
import { buildVerifier, verifierService } from '@countersign/verifier/build'
import { VERIFIER_DEFAULTS } from '@countersign/verifier/config'
import { POLICIES } from '@countersign/verifier/policies/policy-list'
import { statusChecker } from '@countersign/verifier/response/status-checker'
import type { Verifier } from '@countersign/verifier/verifier'
import { type Deployment, epoch } from './deployment.ts'
import { type ToldEvent, toldBy } from './receiver.ts'
import type { Life } from './scheduler.ts'
import { connectStore, type StoreLine } from './simulated-store.ts'
import type { PublishedList } from './status-list.ts'

export const issuerUrl = 'https://issuer.example'
export const verifierUrl = 'https://verifier.example'

export interface Services {
  readonly issuer: Issuer
  readonly verifier: Verifier
}

export interface Instance {
  readonly name: string
  isUp(): boolean
  crash(): void
  comeBack(): void
  /** Rejects with `ConnectionCut` when the instance crashes before its answer is out. */
  serve<T>(label: string, handle: (services: Services) => Promise<T>): Promise<T>
}

export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
}

export interface InstancePlan {
  readonly deployment: Deployment
  readonly line: Omit<StoreLine, 'life'>
  readonly list: PublishedList
  /** Where receivers of callbacks write down what they take. */
  readonly told: ToldEvent[]
  /** How far its clock is off, in seconds. */
  readonly clockOffset: number
}

interface Running {
  readonly life: Life
  readonly services: Services
  readonly inFlight: Set<(cut: ConnectionCut) => void>
}

export function openInstance(plan: InstancePlan): Instance {
  const { name, scheduler } = plan.line
  let running = begin(plan)
  return {
    name,
    isUp: () => !running.life.ended,
    crash: () => {
      running.life.ended = true
      for (const cut of running.inFlight) cut(new ConnectionCut(`${name} crashed`))
    },
    comeBack: () => {
      running = begin(plan)
    },
    serve: async (label, handle) => {
      const { life, services, inFlight } = running
      const { promise: crashed, reject: cut } = Promise.withResolvers<never>()
      const answered = async () => {
        const answer = await handle(services)
        await scheduler.turn(`${name} answers ${label}`, life)
        return answer
      }
      inFlight.add(cut)
      try {
        return await Promise.race([answered(), crashed])
      } finally {
        inFlight.delete(cut)
      }
    },
  }
}

function begin(plan: InstancePlan): Running {
  const life = { ended: false }
  const line = { ...plan.line, life }
  const running = { life, services: services(plan, line), inFlight: new Set<(cut: ConnectionCut) => void>() }
  workOnWhatIsDue(running.services, line)
  return running
}

const DUE_EVERY_MS = 15_000
/** Where nothing is due; often enough for an instance to come upon what others have put. */
const QUIET_MS = 25_000
/** Longer than a slow history takes for a look. */
const LEASE_MS = 120_000

/** Dies with the instance: what waits with its life never resumes. */
function workOnWhatIsDue({ issuer, verifier }: Services, line: StoreLine): void {
  const parts = [verifierService(verifier), issuerService(issuer, { displayName: 'Issuer' })]
  for (const { dueWork } of parts) if (dueWork !== undefined) keepWorking(dueWork, line)
}

function keepWorking(dueWork: DueWork, { name, scheduler, server, life }: StoreLine): void {
  const wait = (ms: number) =>
    scheduler.idle(`${name} waits for what is due`, server.dueSize() > 0 ? ms : QUIET_MS, life)
  const log = { info: () => undefined, warn: () => undefined }
  const time = { now: () => scheduler.now(), wait }
  startDueWork({ ...dueWork, log, time, everyMs: DUE_EVERY_MS, atOnce: 4, leaseMs: LEASE_MS })
}

function services({ deployment, clockOffset, list, told }: InstancePlan, line: StoreLine): Services {
  const { scheduler, life, name } = line
  const engine = connectStore(line)
  const { sealing } = deployment
  const now = () => epoch + clockOffset + Math.floor(scheduler.now() / 1000)
  const shared = {
    stores: serviceStores(engine, sealing, now, undefined, name),
    formats: [sdJwtVc],
    hpke: coreHpke,
    jwe: joseJwe,
    crypto: { ...nodeCrypto, randomBytes: (length: number) => scheduler.random.bytes(length) },
    now,
    backOff: () => scheduler.turn(`${name} lost a race and waits`, life),
    callbacks: toldBy(line, told),
  }
  const issuer = buildIssuer(
    { ...shared, sealing, signers: { credentials: deployment.issuerSigner }, openCallerKey: noCallerKeys },
    { ...ISSUER_DEFAULTS, baseUrl: issuerUrl },
  )
  const verifier = buildVerifier(
    {
      ...shared,
      sealing,
      requestSigner: deployment.requestSigner,
      clients: new Map([['x509_hash', deployment.client]]),
      policies: POLICIES,
      trust: deployment.trust,
      checkStatus: statusChecker({
        formats: formatRegistry(shared.formats),
        lists: list.ask,
        listAnchors: () => [],
        now,
      }),
    },
    { ...VERIFIER_DEFAULTS, baseUrl: verifierUrl },
  )
  return { issuer, verifier }
}

const noCallerKeys: CallerKeys = {
  open: async () => refuse({ code: 'no_caller_keys' }),
  signer: async () => refuse({ code: 'no_caller_keys' }),
}

/** Values as the services see them, over the sealed bytes that the store holds. */
export function sealedView<T>(
  deployment: Deployment,
  namespace: string,
  raw: SessionStore<Uint8Array>,
): SessionStore<T> {
  // What is only opened asks for no day.
  const seal = deployment.sealing.byteSealer(namespace, () => 0)
  return sealedSessions(raw, { seal, namespace, schemaVersion: 1 })
}
