/**
 * Answers whose status list is away when they come, and comes back: what is found then counts, whoever looks first, and the
 * wallet hears what it heard. Over real HTTP, with the caches of a service in between.
 */
import assert from 'node:assert/strict'
import { call, expectStatus } from '@countersign/testing/client/http'
import { presentAs } from '@countersign/testing/forging/credential-kinds'
import { tokenJwt } from '@countersign/testing/forging/status-lists'
import { eventually } from '@countersign/testing/time/eventually'
import { ask, formOf, trusted } from '../asked.ts'
import { expectClean, expectRefused, type RunnableCase } from '../case.ts'
import { body, status } from '../list-server.ts'
import { objectionsTo, taken } from '../rejection.ts'
import { type Requested, verificationResult } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'

interface Waiting {
  readonly at: Requested
  readonly form: string
  comeBack(): void
}

/** Taken, with a list that says this of the credential when it is back. */
async function waiting(world: World, revoked: boolean): Promise<Waiting> {
  let away = true
  const uri = await world.lists.publish(async (own) => {
    const facts = { uri: own, signer: world.listKey, status: revoked ? 1 : 0 }
    const { content, type } = await tokenJwt.write(facts)
    return (response) => (away ? status(503) : body(type, content))(response)
  })
  const { kind } = tokenJwt
  const at = await ask(kind, world.verifier.url)
  const held = await trusted(kind, world, { statuses: [tokenJwt.reference(uri)] })
  const form = formOf(at, await presentAs(kind, at, held))
  expectRefused(await sendForm(at.request.responseUri, form), taken)
  const comeBack = () => {
    away = false
  }
  return { at, form, comeBack }
}

const ends = [
  { revoked: false, state: 'verified', verificationResult: true },
  { revoked: true, state: 'rejected', verificationResult: false },
] as const

async function expectEnd({ at, form }: Waiting, { state, ...end }: (typeof ends)[number]): Promise<void> {
  const result = await verificationResult(at.verifierUrl, at.id)
  assert.equal(result['state'], state)
  assert.equal(result['verificationResult'], end.verificationResult)
  expectClean(await sendForm(at.request.responseUri, form), 200)
  const answered = { status: 400, error: 'invalid_request', message: /answered already/ }
  expectRefused(await sendForm(at.request.responseUri, `${form}&more=x`), answered)
}

const readers: readonly RunnableCase[] = ends.map((end) => ({
  name: `a reader finds out that it is ${end.state}`,
  async run(world) {
    const one = await waiting(world, end.revoked)
    const { at } = one
    assert.deepEqual(
      (await objectionsTo(at)).map(({ name, outcome }) => `${name} ${outcome}`),
      ['status undetermined'],
    )
    one.comeBack()
    await eventually('the reader sees the end', async () => {
      const { state } = await verificationResult(at.verifierUrl, at.id)
      return state === end.state
    })
    await expectEnd(one, end)
  },
}))

const alone: readonly RunnableCase[] = ends.map((end) => ({
  name: `an instance finds out by itself that it is ${end.state}`,
  async run(world) {
    const before = await decidedLater(world, end.state)
    const one = await waiting(world, end.revoked)
    one.comeBack()
    // Nobody reads the session meanwhile.
    await eventually('somebody decides', async () => (await decidedLater(world, end.state)) > before)
    await expectEnd(one, end)
  },
}))

/** How often the verifier wrote that step. */
async function decidedLater({ verifier }: World, state: string): Promise<number> {
  const figures = expectStatus(await call(`${verifier.url}/metrics`), 200).text
  const line = figures
    .split('\n')
    .find((one) => one.includes('from="answered"') && one.includes(`to="${state}"`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

export const statusWaitingChapters = [
  { name: 'an answer whose status list was away', cases: [...readers, ...alone] },
]
