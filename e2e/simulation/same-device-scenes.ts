/**
 * Verifications on one device: the wallet's user is sent back with a response code, and the relying party's server exchanges it
 * when it knows the browser. Codes are brought twice, for the wrong session, too late or never; strangers bring what they made up,
 * and lure the browser to a code of theirs.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { errorAnswer } from '@countersign/protocol/openid4vp/response/authorization-response'
import { clearForm } from '@countersign/protocol/openid4vp/response/direct-post'
import { strangers } from './attackers.ts'
import { type Reply, type SameDevice, textIn } from './endpoints.ts'
import { persist, promised, settle, type World } from './network.ts'
import { type Cast, readResult, type Scene, startVerification } from './scenes.ts'
import { presentationForm } from './wallet.ts'

export const sameDeviceScenes: Readonly<Record<string, Scene>> = {
  /** The browser is back, at times in two tabs, and the relying party's server asks again when it hears nothing. */
  'same device': async (world, cast) => {
    const { random } = world.scheduler
    const id = await startVerification(world, cast, pickSameDevice(world))
    if (random.chance(0.5)) world.scheduler.spawn(() => bringInvented(world, cast.name('inventor'), id))
    const party = cast.name('relying party')
    const promise = promised(world, party, 'has the answer when the browser is back')
    const held = cast.held()
    const given = await presentFor(world, cast, id, held)
    if (!given.ok) return settle(promise, `answer: ${given.code}`)
    const code = codeIn(given)
    const tabs = random.chance(0.4) ? 2 : 1
    const brought = await Promise.all(Array.from({ length: tabs }, () => bring(world, party, id, code)))
    const mistake = brought.find((reply) => !reply.ok && reply.code !== 'already_returned')
    settle(promise, mistake && !mistake.ok ? `returned: ${mistake.code}` : undefined)
    if (promise.kept) world.taken.push({ by: party, verificationId: id, index: held.index })
    await readResult(world, cast, id)
  },
  /** The code went elsewhere: to a browser that did not begin, or to nobody. */
  'nobody comes back': async (world, cast) => {
    const { pause, random } = world.scheduler
    const id = await startVerification(world, cast, 'required')
    const given = await presentFor(world, cast, id, cast.held())
    if (random.chance(0.5)) await readResult(world, cast, id)
    await pause('the time goes by', 290_000 + random.below(20_000))
    // In the last moment, or after it.
    if (given.ok && random.chance(0.5)) await bring(world, cast.name('relying party'), id, codeIn(given))
    if (random.chance(0.5)) await readResult(world, cast, id)
  },
  /** Strangers were there before: the decline that is brought back is the one that counts. */
  'a decline that is brought back': async (world, cast) => {
    const { random } = world.scheduler
    const id = await startVerification(world, cast, pickSameDevice(world))
    const stranger = random.pick(strangers)
    const meddling = stranger(world, cast.name('stranger'), id)
    if (random.chance(0.5)) await meddling
    const wallet = cast.name('decliner')
    const promise = promised(world, wallet, 'has declined when the browser is back')
    const given = await decline(world, wallet, id)
    if (!given.ok) return settle(promise, `answer: ${given.code}`)
    const brought = await bring(world, cast.name('relying party'), id, codeIn(given))
    const isBack = brought.ok || brought.code === 'already_returned'
    settle(promise, isBack ? undefined : `returned: ${brought.code}`)
    await meddling
    await readResult(world, cast, id)
  },
  /** The browser opens a stranger's code, before the wallet has answered or after: the answer outranks it, or comes too late. */
  'a lured browser': async (world, cast) => {
    const id = await startVerification(world, cast, pickSameDevice(world))
    const party = cast.name('relying party')
    const lure = async () => {
      const given = await decline(world, cast.name('stranger'), id)
      if (given.ok) await bring(world, party, id, codeIn(given))
    }
    const answer = async () => {
      const given = await presentFor(world, cast, id, cast.held())
      if (given.ok) await bring(world, party, id, codeIn(given))
    }
    await Promise.all([lure(), answer(), readResult(world, cast, id)])
    await readResult(world, cast, id)
  },
  /** Two sessions, and each browser is sent to the other's relying party. */
  'codes of another session': async (world, cast) => {
    const ids = [
      await startVerification(world, cast, 'required'),
      await startVerification(world, cast, 'required'),
    ]
    const [first, second] = await Promise.all(ids.map((id) => presentFor(world, cast, id, cast.held())))
    const party = cast.name('relying party')
    const [one = '', other = ''] = ids
    if (first?.ok) await bring(world, party, other, codeIn(first))
    if (second?.ok) await bring(world, party, one, codeIn(second))
    await readResult(world, cast, one)
  },
}

function pickSameDevice({ scheduler }: World): SameDevice {
  return scheduler.random.chance(0.6) ? 'required' : 'allowed'
}

async function presentFor(
  world: World,
  cast: Cast,
  id: string,
  held: ReturnType<Cast['held']>,
): Promise<Reply> {
  const name = cast.name('presenter')
  const form = await presentationForm(world, { name, impatient: false }, id, held)
  if (!form.ok) return { ok: false, code: form.reason }
  const once = () => persist(world, name, () => ({ kind: 'answer', id, form: form.value }))
  if (world.scheduler.random.chance(0.6)) return once()
  const [first] = await Promise.all([once(), once()])
  return first
}

function decline(world: World, name: string, id: string): Promise<Reply> {
  const form = clearForm(errorAnswer({ state: id }, 'access_denied'))
  return persist(world, name, () => ({ kind: 'answer', id, form }))
}

function bring(world: World, by: string, id: string, code: string): Promise<Reply> {
  return persist(world, by, () => ({ kind: 'returned', id, code }))
}

async function bringInvented(world: World, by: string, id: string): Promise<void> {
  const { random } = world.scheduler
  const mac = encodeBase64url(random.bytes(32))
  for (const code of [mac, `${mac.slice(0, 22)}.${mac}`, id]) await bring(world, by, id, code)
}

function codeIn(reply: Extract<Reply, { readonly ok: true }>): string {
  return textIn(reply.body, 'code')
}
