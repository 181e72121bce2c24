/**
 * Those who do wrong, with what they could really get hold of: a code from a screen, a token from a log, a request from
 * the wire, a nonce of their own. They are patient too. None of them judges its own success: the invariants do.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { Signer } from '@countersign/crypto/engine'
import { errorAnswer } from '@countersign/protocol/openid4vp/response/authorization-response'
import { clearForm } from '@countersign/protocol/openid4vp/response/direct-post'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { forgeries } from './deployment.ts'
import type { Request } from './endpoints.ts'
import { call, persist, type World } from './network.ts'
import {
  credentialRequest,
  keyProof,
  presentationForm,
  requestNonce,
  requestToken,
  tokenRequest,
  type Wallet,
} from './wallet.ts'

/** Sends a request that it overheard again, twice at once and once more: the same proof, to whichever instance. */
export async function replayRequest(world: World, name: string, request: Request): Promise<void> {
  await Promise.all([call(world, name, request), call(world, name, request)])
  await call(world, name, request)
}

/** Brings a code that was its own, whether or not it has got anything for it by now. */
export async function returnWithCode(world: World, wallet: Wallet, code: string): Promise<void> {
  await persist(world, wallet.name, () => tokenRequest(world, wallet, code))
}

/** Has the token of somebody else, and not the key that it is bound to. */
export async function useStolenToken(
  world: World,
  thief: Wallet,
  token: string,
  configurationId: string,
): Promise<void> {
  for (const sender of [undefined, thief.sender]) {
    const proof = await keyProof(world, thief.holder, await requestNonce(world, thief))
    await persist(world, thief.name, () =>
      credentialRequest(world, sender ? { sender } : {}, { token, configurationId, proof }),
    )
  }
}

/** Is entitled to one credential, and wants one a key: different proofs with one nonce, at once and afterwards. */
export async function forkNonce(world: World, wallet: Wallet, code: string, fork: Fork): Promise<void> {
  const token = await requestToken(world, wallet, code)
  if (!token.ok) return
  const nonce = await requestNonce(world, wallet)
  const send = async (holder: Signer, configurationId: string) => {
    const proof = await keyProof(world, holder, nonce)
    await persist(world, wallet.name, () =>
      credentialRequest(world, wallet, { token: token.value, configurationId, proof }),
    )
  }
  const [first = '', second = first] = fork.configurationIds
  await Promise.all(fork.holders.map((holder) => send(holder, first)))
  await send(wallet.holder, second)
}

export interface Fork {
  readonly holders: readonly Signer[]
  readonly configurationIds: readonly string[]
}

/** The same with a nonce for each key. */
export async function forkKeys(world: World, wallet: Wallet, code: string, fork: Fork): Promise<void> {
  const token = await requestToken(world, wallet, code)
  if (!token.ok) return
  const [configurationId = ''] = fork.configurationIds
  const send = async (holder: Signer) => {
    const proof = await keyProof(world, holder, await requestNonce(world, wallet))
    await persist(world, wallet.name, () =>
      credentialRequest(world, wallet, { token: token.value, configurationId, proof }),
    )
  }
  await Promise.all(fork.holders.map(send))
}

/** Does not know the transaction code; some guesses at once, some after. */
export async function guessTxCodes(
  world: World,
  guesser: Wallet,
  code: string,
  guesses: number,
): Promise<void> {
  const guess = async (number: number) => {
    const txCode = `${1000 + number}`
    await persist(world, guesser.name, () => tokenRequest(world, { ...guesser, txCode }, code))
  }
  const atOnce = Math.ceil(guesses / 2)
  await Promise.all(Array.from({ length: atOnce }, (_, number) => guess(number)))
  for (let number = atOnce; number < guesses; number += 1) await guess(number)
}

/** Answers a request that was meant for somebody else, with a credential of its own. */
export async function answerToo(
  world: World,
  name: string,
  id: string,
  held: Held,
  change: (form: Readonly<Record<string, string>>) => Readonly<Record<string, string>> = (form) => form,
): Promise<void> {
  const form = await presentationForm(world, { name, impatient: false }, id, held)
  if (form.ok) await persist(world, name, () => ({ kind: 'answer', id, form: change(form.value) }))
}

/** Declines in the name of the wallet. */
export async function declineToo(world: World, name: string, id: string): Promise<void> {
  const form = clearForm(errorAnswer({ state: id }, 'access_denied'))
  await persist(world, name, () => ({ kind: 'answer', id, form }))
}

/** Puts a presentation that was made for one verification into another. */
export async function smuggle(
  world: World,
  name: string,
  overheard: Readonly<Record<string, string>>,
  into: string,
): Promise<void> {
  const form = { ...overheard, state: into }
  await persist(world, name, () => ({ kind: 'answer', id: into, form }))
}

/** Sends what is no answer at all. */
async function sendGarbage(world: World, name: string, id: string): Promise<void> {
  const form = { state: id, vp_token: encodeBase64url(world.scheduler.random.bytes(40)) }
  await persist(world, name, () => ({ kind: 'answer', id, form }))
}

/** What anybody can send who saw the request. None of it may end the session. */
export const strangers: readonly ((world: World, name: string, id: string) => Promise<void>)[] = [
  declineToo,
  sendGarbage,
  ...forgeries.map((forgery) => (world: World, name: string, id: string) => {
    const held = world.deployment.forged[forgery]
    return answerToo(world, name, id, held, forgery === 'unbound' ? withoutProof : undefined)
  }),
]

/** The holder's signature ends the presentation. */
function withoutProof(form: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...form, vp_token: form['vp_token']?.replace(/.{20}"\]\}$/, `${'A'.repeat(20)}"]}`) ?? '' }
}
