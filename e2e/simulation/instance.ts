/**
 * One simulated instance: an issuer and a verifier put together as their `main.ts` do, on a line of their own to the
 * shared store. A crash ends its life: whatever it was doing stops where it is, between two store operations, and
 * callers see their connection cut. It comes back with a new life and nothing of the old one.
 */

import { refuse } from '@countersign/core/result'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { CredentialAnswer, Issuer } from '@countersign/issuer/issuer'
import { catalogueTypes } from '@countersign/issuer/types/issuable-types'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { SessionStore } from '@countersign/stores/ports'
import { sealedSessions } from '@countersign/stores/sealed'
import { POLICIES } from '@countersign/verifier/policies/policy-list'
import { verificationStore } from '@countersign/verifier/verification-store'
import type { Verifier } from '@countersign/verifier/verifier'
import { type Deployment, epoch } from './deployment.ts'
import type { Life } from './scheduler.ts'
import { connectStore, type StoreLine } from './simulated-store.ts'

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
  return { life, services: services(plan, { ...plan.line, life }), inFlight: new Set() }
}

function services({ deployment, clockOffset }: InstancePlan, line: StoreLine): Services {
  const { scheduler, life, name } = line
  const engine = connectStore(line)
  const shared = {
    formats: formatRegistry([sdJwtVc]),
    crypto: { ...nodeCrypto, randomBytes: (length: number) => scheduler.random.bytes(length) },
    now: () => epoch + clockOffset + Math.floor(scheduler.now() / 1000),
    backOff: () => scheduler.turn(`${name} lost a race and waits`, life),
  }
  const sealed = <T>(namespace: string): SessionStore<T> =>
    sealedView(deployment, namespace, engine.sessions(namespace))
  const { sealing } = deployment
  const issuer: Issuer = {
    ...shared,
    sessions: sealed<IssuanceSession>('issuance'),
    answers: sealed<CredentialAnswer>('credential-answer'),
    proofs: engine.once('dpop'),
    signals: engine.signals('issuance'),
    signerFor: () => deployment.issuerSigner,
    openCallerKey: {
      open: async () => refuse({ code: 'no_caller_keys' }),
      signer: async () => refuse({ code: 'no_caller_keys' }),
    },
    macs: { grant: sealing.mac('grant'), nonce: sealing.mac('c-nonce'), txCode: sealing.mac('tx-code') },
    baseUrl: issuerUrl,
    types: catalogueTypes(['dc+sd-jwt']),
    limits: {
      offerTtlSeconds: 300,
      resultRetentionSeconds: 600,
      bearerTtlSeconds: 300,
      boundTtlSeconds: 600,
      nonceTtlSeconds: 300,
      proofMaxAgeSeconds: 300,
      skewSeconds: 60,
    },
  }
  const verifier: Verifier = {
    ...shared,
    sessions: verificationStore(sealed('verification')),
    signals: engine.signals('verification'),
    requestSigner: deployment.requestSigner,
    clientId: deployment.clientId,
    policies: POLICIES,
    trust: deployment.trust,
    checkStatus: async () => ({ name: 'status', outcome: 'skipped', detail: 'no_status' }),
    baseUrl: verifierUrl,
    limits: {
      sessionTtlSeconds: 300,
      resultRetentionSeconds: 600,
      skewSeconds: 60,
      bindingWindowSeconds: 300,
    },
  }
  return { issuer, verifier }
}

/** Values as the services see them, over the sealed texts that the store holds. */
export function sealedView<T>(
  deployment: Deployment,
  namespace: string,
  raw: SessionStore<string>,
): SessionStore<T> {
  return sealedSessions(raw, { seal: deployment.sealing.sealer(namespace), namespace, schemaVersion: 1 })
}
