/**
 * What happens in a seed: a few offers and verifications, each with its wallet and with the people around it. A scene
 * says what its wallet is owed; where somebody else may take what was the wallet's (a stolen code, a second answer at
 * the same moment), nobody is owed anything, and only safety is looked at.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { TxCodeOrder } from '@countersign/issuer/authorization/transaction-code'
import type { CreateOffer } from '@countersign/issuer/offer/create-offer'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { parseCredentialOffer } from '@countersign/protocol/openid4vci/offer'
import { claims } from '@countersign/testing/client/flows'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import {
  answerToo,
  declineToo,
  forkKeys,
  forkNonce,
  guessTxCodes,
  replayRequest,
  returnWithCode,
  smuggle,
  strangers,
  useStolenToken,
} from './attackers.ts'
import { powerCutWhenTaken } from './crashes.ts'
import type { HeldCredential } from './deployment.ts'
import { type Request, type SameDevice, TOLD, textIn } from './endpoints.ts'
import { follow } from './follower.ts'
import { persist, promised, settle, type World } from './network.ts'
import { NO_PLACE } from './status-list.ts'
import { present, receive, type Wallet } from './wallet.ts'

interface Habits extends Pick<Wallet, 'asksAnew' | 'deletes' | 'txCode'> {
  readonly dpop: boolean
  readonly impatient?: boolean
}

/** A seed's supply: names, keys and credentials that nobody else in it uses. */
export interface Cast {
  name(role: string): string
  wallet(role: string, habits: Habits): Wallet
  held(): HeldCredential
}

export function openCast(world: World): Cast {
  let names = 0
  let keys = 0
  let credentials = 0
  const key = () => {
    const taken = world.deployment.keys[keys++]
    return taken ?? outOf('keys')
  }
  const name = (role: string) => `${role} ${++names}`
  return {
    name,
    wallet: (role, { dpop, impatient = false, ...habits }) => ({
      ...habits,
      name: name(role),
      holder: key(),
      impatient,
      ...(dpop && { sender: key() }),
    }),
    held: () => world.deployment.held[credentials++] ?? outOf('credentials'),
  }
}

function outOf(supply: string): never {
  throw new Error(`the cast ran out of ${supply}`)
}

export type Scene = (world: World, cast: Cast) => Promise<void>

export const issuanceScenes: Readonly<Record<string, Scene>> = {
  /** A wallet, two configurations perhaps, and afterwards it shows what it got. */
  honest: async (world, cast) => {
    const { random } = world.scheduler
    const order = { count: 1 + random.below(2), txCode: random.chance(0.3) }
    const offer = await makeOffer(world, cast, order)
    const habits = {
      dpop: true,
      impatient: random.chance(0.5),
      asksAnew: random.chance(0.4),
      deletes: random.chance(0.2),
    }
    const wallet = cast.wallet('wallet', { ...habits, ...pinOf(order) })
    const credentials = await receiveAsPromised(world, wallet, offer.id)
    const credential = credentials?.get(identityConfiguration)
    if (credential === undefined || random.chance(0.5)) return
    const id = await startVerification(world, cast)
    await presentAsPromised(world, wallet, id, { credential, holder: wallet.holder, index: NO_PLACE })
  },
  /** Cannot prove that it asked before: when the answer to its one token request is lost, so is the code. */
  bearer: async (world, cast) => {
    const offer = await makeOffer(world, cast, { count: 1 })
    const wallet = cast.wallet('bearer', { dpop: false, impatient: world.scheduler.random.chance(0.5) })
    await receiveAsPromised(world, wallet, offer.id, ['token: code_spent'])
  },
  /** Somebody else read the code from the screen. */
  'stolen code': async (world, cast) => {
    const { random } = world.scheduler
    const offer = await makeOffer(world, cast, { count: 1 })
    const wallet = cast.wallet('wallet', { dpop: random.chance(0.7) })
    const thief = cast.wallet('code thief', { dpop: random.chance(0.5), impatient: random.chance(0.5) })
    await Promise.all([receive(world, wallet, offer.id), receive(world, thief, offer.id)])
  },
  'stolen token': async (world, cast) => {
    const offer = await makeOffer(world, cast, { count: 1 })
    const thief = cast.wallet('token thief', { dpop: true })
    const tokenSeen = (token: string) =>
      world.scheduler.spawn(() => useStolenToken(world, thief, token, identityConfiguration))
    const wallet = { ...cast.wallet('wallet', { dpop: true }), tokenSeen }
    await receiveAsPromised(world, wallet, offer.id)
  },
  /** Somebody on the wire sends every proof again. */
  'replayed requests': async (world, cast) => {
    const offer = await makeOffer(world, cast, { count: 1 })
    const name = cast.name('replayer')
    const overheard = (request: Request) => {
      if (request.kind === 'token' || request.kind === 'credential' || request.kind === 'notification')
        world.scheduler.spawn(() => replayRequest(world, name, request))
    }
    const wallet = { ...cast.wallet('wallet', { dpop: true }), overheard }
    await receiveAsPromised(world, wallet, offer.id)
  },
  /** Has what it was owed, and brings its code once more, with the key that its token is bound to. */
  'code after the credential': async (world, cast) => {
    const offer = await makeOffer(world, cast, { count: 1 + world.scheduler.random.below(2) })
    const wallet = cast.wallet('wallet', { dpop: true })
    const coming = receiveAsPromised(world, wallet, offer.id)
    // At some moment of the issuance, before the token as well, and certainly after it.
    await Promise.all([coming, returnWithCode(world, wallet, offer.code)])
    await returnWithCode(world, wallet, offer.code)
  },
  'forked nonce': async (world, cast) => {
    const { random } = world.scheduler
    const offer = await makeOffer(world, cast, { count: 1 + random.below(2) })
    const wallet = cast.wallet('forker', { dpop: random.chance(0.7) })
    const holders = [wallet.holder, cast.wallet('', { dpop: false }).holder]
    const fork = random.chance(0.5) ? forkNonce : forkKeys
    await fork(world, wallet, offer.code, { holders, configurationIds: offer.configurationIds })
  },
  /** Too few guesses to close the offer, and then the right code; or too many. */
  'guessed transaction code': async (world, cast) => {
    const { random } = world.scheduler
    const offer = await makeOffer(world, cast, { count: 1, txCode: true })
    const guesser = cast.wallet('guesser', { dpop: random.chance(0.5) })
    const wallet = cast.wallet('wallet', { dpop: true, txCode: PIN })
    const guessing = guessTxCodes(world, guesser, offer.code, 3 + random.below(6))
    if (random.chance(0.5)) await guessing
    await Promise.all([guessing, receive(world, wallet, offer.id)])
  },
}

export const verificationScenes: Readonly<Record<string, Scene>> = {
  honest: async (world, cast) => {
    const wallet = { name: cast.name('presenter'), impatient: world.scheduler.random.chance(0.5) }
    const id = await startVerification(world, cast)
    await Promise.all([
      follow(world, cast.name('follower'), id),
      presentAsPromised(world, wallet, id, cast.held()),
    ])
    await readResult(world, cast, id)
  },
  /** Two answers that are both well bound, by issuers who are believed: one of them decides. */
  'second answer at once': async (world, cast) => {
    const id = await startVerification(world, cast)
    const wallet = { name: cast.name('presenter'), impatient: world.scheduler.random.chance(0.5) }
    await Promise.all([
      present(world, wallet, id, cast.held()),
      answerToo(world, cast.name('rival'), id, cast.held()),
      readResult(world, cast, id),
      follow(world, cast.name('follower'), id),
    ])
    await readResult(world, cast, id)
  },
  /** Whoever saw the request sends what he likes, before, at once and after; the one honest answer wins. */
  strangers: async (world, cast) => {
    const { random } = world.scheduler
    const id = await startVerification(world, cast)
    const wallet = { name: cast.name('presenter'), impatient: random.chance(0.5) }
    const knock = async () => {
      const name = cast.name('stranger')
      for (let turn = 0; turn < 1 + random.below(3); turn += 1) await random.pick(strangers)(world, name, id)
    }
    if (random.chance(0.3)) await knock()
    await Promise.all([
      presentAsPromised(world, wallet, id, cast.held()),
      knock(),
      knock(),
      readResult(world, cast, id),
      follow(world, cast.name('follower'), id),
    ])
    await readResult(world, cast, id)
  },
  /** Strangers alone: the session stays open, and its end is the end of its time. */
  'nobody but strangers': async (world, cast) => {
    const id = await startVerification(world, cast)
    const name = cast.name('stranger')
    for (const attempt of strangers) await attempt(world, name, id)
    await readResult(world, cast, id)
    await world.scheduler.pause('the time goes by', 301_000)
    await readResult(world, cast, id)
  },
  'second answer afterwards': async (world, cast) => {
    const id = await startVerification(world, cast)
    await presentAsPromised(world, { name: cast.name('presenter'), impatient: false }, id, cast.held())
    await answerToo(world, cast.name('late rival'), id, cast.held())
    await declineToo(world, cast.name('late decliner'), id)
    await readResult(world, cast, id)
  },
  /** For some seconds, or for longer than a wallet may take; then it says good, or revoked. Perhaps nobody ever reads. */
  'a status list that is away': async (world, cast) => {
    const { random, pause } = world.scheduler
    world.list.goAway()
    const id = await startVerification(world, cast)
    const held = cast.held()
    const sent: Request[] = []
    const overheard = (request: Request) => void (request.kind === 'answer' && sent.push(request))
    const wallet = { name: cast.name('presenter'), impatient: random.chance(0.3), overheard }
    const stranger = random.pick(strangers)
    const meddling = random.chance(0.5) ? [stranger(world, cast.name('stranger'), id)] : []
    if (random.chance(0.3)) world.scheduler.spawn(() => powerCutWhenTaken(world, id))
    const following = random.chance(0.3) ? [follow(world, cast.name('follower'), id)] : []
    const repaired = async () => {
      const toTheEnd = random.chance(0.2)
      await pause('the list is away', toTheEnd ? 275_000 + random.below(35_000) : random.below(20_000))
      if (random.chance(0.3)) world.list.revoke(held.index)
      world.list.comeBack()
    }
    await Promise.all([...meddling, ...following, presentAsPromised(world, wallet, id, held).then(repaired)])
    await pause('somebody comes back to it, or nobody', random.below(20_000))
    const [first] = sent
    if (first !== undefined) await persist(world, wallet.name, () => first)
    if (random.chance(0.5)) await readResult(world, cast, id)
  },
  /** What was shown to one verifier is put into another verification, whose own wallet is not hindered. */
  'smuggled presentation': async (world, cast) => {
    const [from, into] = [await startVerification(world, cast), await startVerification(world, cast)]
    const name = cast.name('smuggler')
    const overheard = (request: Request) => {
      if (request.kind === 'answer') world.scheduler.spawn(() => smuggle(world, name, request.form, into))
    }
    const first = { name: cast.name('presenter'), impatient: false, overheard }
    const second = { name: cast.name('presenter'), impatient: false }
    await Promise.all([
      presentAsPromised(world, first, from, cast.held()),
      presentAsPromised(world, second, into, cast.held()),
    ])
  },
}

const PIN = '4711'

function pinOf({ txCode }: { readonly txCode: boolean }) {
  return txCode ? { txCode: PIN } : {}
}

const badge = { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' }

interface MadeOffer {
  readonly id: string
  readonly code: string
  readonly configurationIds: readonly string[]
}

/** Of the five minutes of an offer, whichever way the clocks of the instances go. */
const MOST_OF_AN_OFFER_MS = 240_000

async function makeOffer(
  world: World,
  cast: Cast,
  { count, txCode = false }: { readonly count: number; readonly txCode?: boolean },
): Promise<MadeOffer> {
  const credentials = [
    { configurationId: identityConfiguration, claims },
    { configurationId: 'employee_badge_dc+sd-jwt', claims: badge },
  ].slice(0, count)
  const pin: TxCodeOrder = { inputMode: 'numeric', length: PIN.length, value: PIN }
  const isTold = world.scheduler.random.chance(0.5)
  const order: CreateOffer = {
    credentials,
    byValue: false,
    ...(txCode && { txCode: pin }),
    ...(isTold && { callback: TOLD }),
  }
  const clerk = cast.name('clerk')
  const begunAt = world.scheduler.now()
  const made = await persist(world, clerk, () => ({ kind: 'create offer', order }))
  if (!made.ok) throw new Error(`no offer: ${made.code}`)
  const id = textIn(made.body, 'id')
  const fetched = await persist(world, clerk, () => ({ kind: 'fetch offer', id }))
  // Where everything stood still for minutes its time is over: another one is made.
  if (
    !fetched.ok &&
    fetched.code === 'session_unknown' &&
    world.scheduler.now() - begunAt > MOST_OF_AN_OFFER_MS
  )
    return makeOffer(world, cast, { count, txCode })
  const offer = fetched.ok ? parseCredentialOffer(fetched.body) : undefined
  if (!offer?.ok) throw new Error('an offer that was made cannot be read')
  return {
    id,
    code: offer.value.grants[PRE_AUTHORIZED_CODE]?.code ?? '',
    configurationIds: offer.value.configurationIds,
  }
}

/** Under an id of the relying party's choice at times, and then sometimes twice at once. */
export async function startVerification(world: World, cast: Cast, sameDevice?: SameDevice): Promise<string> {
  const { random } = world.scheduler
  const chosen = random.chance(0.4) ? encodeBase64url(random.bytes(16)) : undefined
  const told = random.chance(0.5)
  const name = cast.name('relying party')
  const start = () =>
    persist(world, name, () => ({
      kind: 'start',
      told,
      ...(chosen !== undefined && { id: chosen }),
      ...(sameDevice !== undefined && { sameDevice }),
    }))
  const replies = await Promise.all(chosen && random.chance(0.5) ? [start(), start()] : [start()])
  const started = replies.find((reply) => reply.ok)
  // A start whose answer was lost is there all the same: the second try meets it.
  const id = started?.ok ? textIn(started.body, 'id') : chosen
  if (id === undefined) throw new Error('a verification cannot be started')
  return id
}

export async function readResult(world: World, cast: Cast, id: string): Promise<void> {
  const name = cast.name('reader')
  for (let read = 0; read < 3; read += 1) await persist(world, name, () => ({ kind: 'result', id }))
}

async function receiveAsPromised(
  world: World,
  wallet: Wallet,
  offerId: string,
  excuses: readonly string[] = [],
) {
  const promise = promised(
    world,
    wallet.name,
    'gets all credentials of its offer, and is heard when it has them',
  )
  const received = await receive(world, wallet, offerId)
  settle(promise, received.ok ? undefined : received.reason, excuses)
  return received.ok ? received.value : undefined
}

async function presentAsPromised(
  world: World,
  wallet: Pick<Wallet, 'name' | 'impatient' | 'overheard'>,
  id: string,
  held: HeldCredential,
): Promise<void> {
  const promise = promised(world, wallet.name, 'is told that its answer is taken')
  const reply = await present(world, wallet, id, held)
  settle(promise, !reply.ok ? reply.reason : reply.value === 'taken' ? undefined : reply.value)
  if (promise.kept) world.taken.push({ by: wallet.name, verificationId: id, index: held.index })
}
