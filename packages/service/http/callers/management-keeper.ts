/**
 * Keeps the management door of a service: the one key that opens everything, further keys of the configuration, and whatever kinds of
 * credential the service has judges for. Why a credential is not good is said to nobody. Wrong ones are counted by address, so that
 * nobody makes a service ask its database, or check signatures, as often as he likes.
 */
import { timingSafeEqual } from 'node:crypto'
import type { ServiceConfig } from '../../config/schema.ts'
import { tokenBuckets } from '../../operation/token-buckets.ts'
import {
  type DoorConfig,
  type Entered,
  fingerprint,
  type Knock,
  loopbackKeeper,
  type ManagementCaller,
  type ManagementKeeper,
  managementClosed,
  noManagementKey,
  openDoorProblem,
  presentedKey,
  wrongManagementKey,
} from '../access.ts'
import { tooManyRequests, type WireError } from '../answers/wire-errors.ts'
import type { CallerJudge } from './caller-judge.ts'
import type { KnownCallers } from './known-callers.ts'

export interface KeeperConfig extends DoorConfig, Partial<Pick<ServiceConfig, 'managementApiKeys'>> {
  /** 0 or absent: wrong credentials are not counted either. */
  readonly senderRequestsPerSecond?: number
}

export interface KeeperOptions {
  /** One for each kind of credential beside the keys of the configuration. */
  readonly judges: readonly CallerJudge[]
  /** Milliseconds that never go back. */
  readonly nowMs: () => number
}

const WRONG_A_MINUTE = 20

export function managementKeeper(config: KeeperConfig, options: KeeperOptions): ManagementKeeper {
  if (openDoorProblem(config) !== undefined) return () => ({ refusal: managementClosed })
  const { baseUrl, managementApiKey } = config
  const judged = judgedBy(config, options)
  if (managementApiKey === undefined) return loopbackDoor(baseUrl, judged, options.judges)
  const own = ownKeys(managementApiKey, config)
  return (knock) => {
    const presented = presentedKey(knock.headers)
    if (presented === undefined) return { refusal: noManagementKey }
    const caller = own(fingerprint(presented))
    return caller === undefined ? judged(presented, knock) : { caller }
  }
}

type Judged = (presented: string, knock: Knock) => Promise<Entered>

/** No credential is needed; one of a kind that there is a judge for is for no more than elsewhere, so that it can be tried. */
function loopbackDoor(baseUrl: string, judged: Judged, judges: readonly CallerJudge[]): ManagementKeeper {
  const keep = loopbackKeeper(baseUrl)
  return (knock) => {
    const refusal = keep(knock)
    if (refusal !== undefined) return { refusal }
    const presented = presentedKey(knock.headers)
    if (presented !== undefined && judges.some((judge) => judge.takes(presented)))
      return judged(presented, knock)
    return { caller: root(presented === undefined ? '' : fingerprint(presented).toString('base64url')) }
  }
}

function root(id: string, name?: string): ManagementCaller {
  return { id, name, scopes: 'every' }
}

/** By their hashes, all of which are compared, whichever it is. */
function ownKeys(managementApiKey: string, { managementApiKeys = [] }: KeeperConfig) {
  const expected = fingerprint(managementApiKey)
  // As releases before have named whoever has this key.
  const owner = root(expected.toString('base64url'), 'managementApiKey')
  const others = managementApiKeys.map(({ name, scopes, sha256 }) => ({
    hash: Buffer.from(sha256, 'hex'),
    caller: { id: `configured ${name}`, name: `managementApiKeys ${name}`, scopes: new Set(scopes) },
  }))
  return (hash: Buffer): ManagementCaller | undefined => {
    if (timingSafeEqual(hash, expected)) return owner
    return others.filter((one) => timingSafeEqual(hash, one.hash))[0]?.caller
  }
}

function judgedBy({ senderRequestsPerSecond = 0 }: KeeperConfig, { judges, nowMs }: KeeperOptions): Judged {
  let opened: Promise<KnownCallers> | undefined
  // A start is mostly loading.
  const open = async () => (await import('./known-callers.ts')).knownCallers(nowMs)
  const wrong = tokenBuckets({ perSecond: WRONG_A_MINUTE / 60, atOnce: WRONG_A_MINUTE, nowMs })
  const counted = senderRequestsPerSecond > 0
  const tooMany = (waitSeconds: number | undefined): WireError | undefined =>
    counted && waitSeconds !== undefined ? tooManyRequests(waitSeconds) : undefined
  return async (presented, { sender }) => {
    const judge = judges.find((one) => one.takes(presented))
    if (judge !== undefined) {
      opened ??= open()
      const found = await (await opened).judge(presented, judge, () => tooMany(wrong.waitOf(sender)))
      if (!found.ok) return { refusal: found.error }
      if (found.value !== undefined) return { caller: found.value }
    }
    return { refusal: tooMany(wrong.take(sender)) ?? wrongManagementKey }
  }
}
