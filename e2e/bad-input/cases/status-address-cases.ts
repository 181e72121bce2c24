/**
 * Where a credential sends those who want to know its status: to places where nobody should go, to somebody who keeps
 * them waiting, and, in the hands of a stranger, to anywhere at all. Counts who came.
 */

import assert from 'node:assert/strict'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { Signer } from '@countersign/crypto/engine'
import { call, expectStatus } from '@countersign/testing/client/http'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import {
  clumsy,
  issueAs,
  type Kind,
  presentAs,
  vcJwtKind,
} from '@countersign/testing/forging/credential-kinds'
import { bitstring, type Mechanism, mechanisms } from '@countersign/testing/forging/status-lists'
import { eventually } from '@countersign/testing/time/eventually'
import { expectTook, takesAtMost } from '@countersign/testing/time/takes-at-most'
import { ask, asked, formOf, trusted } from '../asked.ts'
import { type BadInput, chapter, expectClean, type RunnableCase } from '../case.ts'
import { body, type Serve, status } from '../list-server.ts'
import { objectionsTo, refused } from '../rejection.ts'
import type { Requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'
import { stranger } from './format-judgement-cases.ts'
import { expectUndetermined, undetermined } from './status-list-cases.ts'

/** Even in development, where this machine and its network may be asked. */
const forbidden: readonly (readonly [address: string, reason: RegExp])[] = [
  ['file:///etc/passwd', /^list_unreachable: scheme$/],
  ['ftp://127.0.0.1/list', /^list_unreachable: scheme$/],
  ['gopher://127.0.0.1:6379/_FLUSHALL', /^list_unreachable: scheme$/],
  ['data:application/statuslist+jwt,x', /^list_unreachable: scheme$/],
  ['javascript:alert(1)', /^list_unreachable: scheme$/],
  ['urn:uuid:0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b', /^list_unreachable: scheme$/],
  ['http://user:password@127.0.0.1/list', /^list_unreachable: user_info$/],
  ['http://169.254.169.254/latest/meta-data/', /^list_unreachable: address_not_allowed$/],
  ['http://2852039166/latest/meta-data/', /^list_unreachable: address_not_allowed$/],
  ['http://0xa9fea9fe/latest/meta-data/', /^list_unreachable: address_not_allowed$/],
  ['http://0251.0376.0251.0376/', /^list_unreachable: address_not_allowed$/],
  ['http://[fe80::1]/list', /^list_unreachable: address_not_allowed$/],
  ['http://[fd00:ec2::254]/latest/', /^list_unreachable: address_not_allowed$/],
  ['http://100.100.100.200/latest/', /^list_unreachable: address_not_allowed$/],
  ['http://127.0.0.1:1/list', /^list_unreachable: ECONNREFUSED$/],
  ['http://999.999.999.999/list', /^list_unreachable/],
]

function addresses(mechanism: Mechanism): readonly BadInput<Requested>[] {
  return forbidden.map(([address, reason]) => undetermined(mechanism, address, reason, async () => address))
}

/** Names of this machine that a verifier in production must not fall for. */
const aliases = [
  '127.0.0.1',
  'localhost',
  '0.0.0.0',
  '127.1',
  '2130706433',
  '0x7f000001',
  '[::1]',
  '[::ffff:127.0.0.1]',
]

function guarded(mechanism: Mechanism): readonly RunnableCase[] {
  return aliases.map((host) => ({
    name: `${mechanism.type} at ${host}`,
    async run(world) {
      const uri = await goodList(mechanism, world, host)
      const at = await ask(mechanism.kind, world.guardedVerifier.url)
      const held = await trusted(mechanism.kind, world, { statuses: [mechanism.reference(uri)] })
      expectClean(
        await sendForm(at.request.responseUri, formOf(at, await presentAs(mechanism.kind, at, held))),
        200,
      )
      await expectUndetermined(at, /^list_unreachable: address_not_allowed$/)
      assert.equal(world.lists.requestsFor(uri), 0)
    },
  }))
}

function goodList(mechanism: Mechanism, { listKey: signer, lists }: World, host?: string): Promise<string> {
  return lists.publish(async (uri) => {
    const { content, type } = await mechanism.write({ uri, signer })
    return body(type, content)
  }, host)
}

interface Nobody {
  readonly name: string
  make(kind: Kind, world: World, statuses: readonly StatusReference[]): Promise<Held>
}

const shownBy = (signer: (kind: Kind, own: Signer) => Signer | Promise<Signer>): Nobody['make'] => {
  return async (kind, world, statuses) =>
    issueAs(kind, await signer(kind, kind.trustedKey(world)), { statuses })
}

/** Whoever may have written these, it was not the issuer. */
const nobodies: readonly Nobody[] = [
  { name: 'an issuer whom nobody vouches for', make: shownBy(stranger) },
  { name: 'a signature with a bit turned', make: shownBy((_, own) => clumsy(own)) },
  {
    name: 'our certificate and the key of a stranger',
    make: shownBy(async (kind, { x5c = [] }) => ({ ...(await stranger(kind)), x5c })),
  },
]

function unasked(mechanism: Mechanism): readonly BadInput<Requested>[] {
  return nobodies.map(({ name, make }) => {
    let uri = ''
    return {
      name,
      ...refused,
      async send(at, world) {
        uri = await goodList(mechanism, world)
        const held = await make(mechanism.kind, world, [mechanism.reference(uri)])
        return sendForm(at.request.responseUri, formOf(at, await presentAs(mechanism.kind, at, held)))
      },
      async seen(at, world) {
        const objections = await objectionsTo(at)
        assert.ok(objections.length > 0)
        assert.ok(objections.every((objection) => objection.name.startsWith('issuer_')))
        assert.equal(world.lists.requestsFor(uri), 0)
      },
    }
  })
}

/** That the counting counts. */
const believed: RunnableCase = {
  name: 'a good list is fetched, and once for all who ask',
  async run(world) {
    for (const mechanism of mechanisms) {
      const uri = await goodList(mechanism, world)
      const held = await trusted(mechanism.kind, world, { statuses: [mechanism.reference(uri)] })
      const states = await Promise.all(Array.from({ length: 5 }, () => outcome(mechanism.kind, held, world)))
      assert.deepEqual(new Set(states), new Set(['verified']))
      assert.equal(world.lists.requestsFor(uri), 1)
    }
  },
}

async function outcome(kind: Kind, held: Held, { verifier }: World): Promise<unknown> {
  const at = await ask(kind, verifier.url)
  await sendForm(at.request.responseUri, formOf(at, await presentAs(kind, at, held)))
  return expectStatus(await call(`${verifier.url}/openid4vc/session/${at.id}`), 200).json()['state']
}

const crowd: RunnableCase = {
  // Of data model 2.0: version 1.1 has room for one.
  name: '50 lists in one credential are not 50 requests',
  async run(world) {
    const uris = await Promise.all(Array.from({ length: 50 }, () => goodList(bitstring, world)))
    const statuses = uris.map((uri) => bitstring.reference(uri))
    const at = await ask(vcJwtKind, world.verifier.url)
    const presentation = await presentAs(vcJwtKind, at, await trusted(vcJwtKind, world, { statuses }))
    expectClean(await sendForm(at.request.responseUri, formOf(at, presentation)), 200)
    await expectUndetermined(at, /^too_many_references$/)
    const asked = uris.reduce((sum, uri) => sum + world.lists.requestsFor(uri), 0)
    assert.ok(asked <= 8, `${asked} requests`)
  },
}

const PATIENCE_MS = 3000
const MARGIN_MS = 600

interface SlowOnes {
  readonly lists: readonly string[]
  readonly done: Promise<unknown>
}

const underway = new WeakMap<World, Promise<SlowOnes>>()

/** All at once, and once; the cases in between have the time that it takes. */
function slowOnes(world: World): Promise<SlowOnes> {
  const known = underway.get(world) ?? askForSlowOnes(world)
  underway.set(world, known)
  return known
}

async function askForSlowOnes(world: World): Promise<SlowOnes> {
  const servings = [() => never, () => drops, slowWays]
  const cases = await Promise.all(
    mechanisms.flatMap((mechanism) =>
      servings.map(async (serve) => ({ mechanism, uri: await world.lists.publish(serve) })),
    ),
  )
  const done = Promise.all(cases.map(({ mechanism, uri }) => waitFor(mechanism, uri, world)))
  // Whoever waits for it is told of a failure; until then nobody is.
  done.catch(() => undefined)
  return { lists: cases.map(({ uri }) => uri), done }
}

const others: RunnableCase = {
  name: 'lists that never come, come in drops, or behind slow ways keep nobody else waiting',
  async run(world) {
    const { lists } = await slowOnes(world)
    const isAskedFor = (uri: string) => world.lists.requestsFor(uri) > 0
    await eventually('somebody waits for each of them', () => lists.every(isAskedFor))
    await takesAtMost(500, async () => {
      expectStatus(await call(`${world.verifier.url}/readyz`), 200)
      assert.equal(await outcome(bitstring.kind, await trusted(bitstring.kind, world), world), 'verified')
    })
  },
}

/** For later in the table. */
export const slowListChapters = [
  {
    name: 'status, slow lists',
    cases: [
      {
        name: 'cost those who ask for them three seconds',
        run: async (world: World) => void (await (await slowOnes(world)).done),
      },
    ],
  },
]

async function waitFor(mechanism: Mechanism, uri: string, world: World): Promise<void> {
  const at = await ask(mechanism.kind, world.verifier.url)
  const held = await trusted(mechanism.kind, world, { statuses: [mechanism.reference(uri)] })
  const answer = await sendForm(at.request.responseUri, formOf(at, await presentAs(mechanism.kind, at, held)))
  assert.equal(answer.status, 200)
  await expectTook(answer.durationMs, PATIENCE_MS + MARGIN_MS)
  await expectUndetermined(at, /^list_unreachable: timeout$/)
}

const never: Serve = () => undefined

const drops: Serve = (response) => {
  response.writeHead(200, { 'content-type': 'application/statuslist+jwt' })
  const timer = setInterval(() => response.write('A'), 200)
  response.on('close', () => clearInterval(timer))
}

/** Each of the ways is short enough, all of them together are not. */
function slowWays(uri: string): Serve {
  return (response) => {
    const timer = setTimeout(() => response.writeHead(302, { location: uri }).end(), 1400)
    response.on('close', () => clearTimeout(timer))
  }
}

/** A status, how often one look asks for it, and for how many seconds what was found is the answer. */
const refusing = [
  { code: 503, requests: 2, seconds: 1 },
  { code: 404, requests: 1, seconds: 1 },
] as const

const gone: RunnableCase = {
  name: 'a failure is remembered for moments, so that nobody makes us ask again and again',
  async run(world) {
    for (const { code, requests, seconds } of refusing) {
      for (const mechanism of mechanisms) {
        const uri = await world.lists.publish(() => status(code))
        const held = await trusted(mechanism.kind, world, { statuses: [mechanism.reference(uri)] })
        const begun = performance.now()
        const states = await Promise.all(
          Array.from({ length: 5 }, () => outcome(mechanism.kind, held, world)),
        )
        assert.deepEqual(new Set(states), new Set(['answered']))
        // A second of the clock may begin at any moment.
        const looks = 2 + Math.floor((performance.now() - begun) / 1000 / seconds)
        assert.ok(world.lists.requestsFor(uri) <= looks * requests)
      }
    }
  },
}

export const statusAddressChapters = [
  ...mechanisms.flatMap((mechanism) => [
    chapter(
      `status of ${mechanism.kind.format}, where nobody should go`,
      asked(mechanism.kind),
      addresses(mechanism),
    ),
    {
      name: `status of ${mechanism.kind.format}, on this machine, asked by a verifier that may not go there`,
      cases: guarded(mechanism),
    },
    chapter(
      `status of ${mechanism.kind.format}, nothing is fetched for`,
      asked(mechanism.kind),
      unasked(mechanism),
    ),
  ]),
  { name: 'status, many and slow', cases: [believed, gone, crowd, others] },
]
