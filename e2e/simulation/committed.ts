/**
 * What the store was made to remember, in order: every write to every session, opened as the services would read it.
 * This and the recorded answers are all that the invariants look at.
 */
import type { CredentialAnswer } from '@countersign/issuer/issuer'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { fromStored, type StoredVerification } from '@countersign/verifier/verification-store'
import { sealedView } from './instance.ts'
import type { World } from './network.ts'
import type { Commit } from './store-server.ts'

export interface Written<T> {
  readonly version: number
  readonly value: T
  /** Steps of the scheduler when it was applied. */
  readonly step: number
  /** Milliseconds of virtual time. */
  readonly at: number
}

/** By session id, oldest first. */
export type Writes<T> = ReadonlyMap<string, readonly Written<T>[]>

export interface Committed {
  readonly issuances: Writes<IssuanceSession>
  readonly verifications: Writes<VerificationSession>
  readonly answers: Writes<CredentialAnswer>
}

export async function readCommitted(world: World): Promise<Committed> {
  return {
    issuances: await writesOf<IssuanceSession>(world, 'issuance'),
    verifications: asSessions(await writesOf<StoredVerification>(world, 'verification')),
    answers: await writesOf<CredentialAnswer>(world, 'credential-answer'),
  }
}

function asSessions(writes: Writes<StoredVerification>): Writes<VerificationSession> {
  const opened = [...writes].map(([id, all]) => {
    return [id, all.map((one) => ({ ...one, value: fromStored(one.value, id) }))] as const
  })
  return new Map(opened)
}

/** Of a verification, as it lies in the store; undefined before it is there. */
export async function lastStateOf(world: World, id: string): Promise<string | undefined> {
  const last = world.server.commits.findLast((one) => one.namespace === 'verification' && one.id === id)
  return last && (await open<StoredVerification>(world, last)).state
}

async function writesOf<T>(world: World, namespace: string): Promise<Writes<T>> {
  const writes = new Map<string, Written<T>[]>()
  for (const commit of world.server.commits.filter((one) => one.namespace === namespace)) {
    const written = {
      version: commit.version,
      step: commit.step,
      at: commit.at,
      value: await open<T>(world, commit),
    }
    writes.set(commit.id, [...(writes.get(commit.id) ?? []), written])
  }
  return writes
}

async function open<T>({ deployment }: World, { namespace, id, value, version }: Commit): Promise<T> {
  const view = sealedView<T>(deployment, namespace, {
    create: async () => false,
    compareAndSet: async () => false,
    remove: async () => {},
    get: async () => ({ value, version }),
  })
  const opened = await view.get(id)
  if (opened === undefined) throw new Error('a commit without a value')
  return opened.value
}
