/**
 * The ways in which a presentation is asked for and answered, over two verifiers and two wallets, of which whoever served a step is killed
 * before the next. `npm test` walks a few, which have every two of prefix, response mode and format together; `COUNTERSIGN_EVERY_WAY=yes` all.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { isPostedModeName } from '@countersign/protocol/openid4vp/response/response-modes'
import { issue, verificationSteps, verifyBy } from '@countersign/testing/client/flows'
import { formatCases } from '@countersign/testing/client/formats'
import { type Answer, call, expectStatus, postJson, sentTo } from '@countersign/testing/client/http'
import { type Presenter, toldByApi } from '@countersign/testing/client/presenters'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TwoOfEach, twoOfEach } from '../walks/change-over.ts'
import { inGroups, outcomeOf } from '../walks/in-groups.ts'
import { pairwise } from '../walks/pairwise.ts'
import type { Gate } from '../walks/together.ts'
import { makeVerifierMeans, type VerifierMeans } from './verifier-means.ts'
import { answeredByCode, askedBy, NO_WAYS, nameOf, pairsOf, WAYS, type Way } from './ways.ts'

const WALKED = process.env['COUNTERSIGN_EVERY_WAY'] === 'yes' ? WAYS : pairwise(WAYS, pairsOf)

/** How the answer comes: once, twice alike at the same time, or beside another one. */
type Manner = 'once' | 'twice' | 'beside another'

interface Walk {
  readonly way: Way
  readonly by: 'the wallet' | 'its code'
  readonly answered: Manner
}

/** What is posted is posted by our wallet service, and by its protocol code alone; what a browser hands on by the code. */
function walksOf(answered: Manner): readonly Walk[] {
  const byCode = WALKED.map((way): Walk => ({ way, by: 'its code', answered }))
  const posted = byCode.filter(({ way }) => isPostedModeName(way.responseMode))
  return [...byCode, ...posted.map((walk): Walk => ({ ...walk, by: 'the wallet' }))]
}

/** Walk together. */
const TOGETHER = 120
/** Whatever the machine does beside: a walk waits for all others of a step. */
const headers = { sessionttl: '3600' }

let folder: string
let means: VerifierMeans
let cluster: Cluster
let user: WalletUser
/** By format: the id of what the user's wallet holds, and what the code holds. */
const ids = new Map<FormatId, string>()
const helds = new Map<FormatId, Held>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-killed-ways-'))
  means = await makeVerifierMeans(folder)
  const flags = { verifier: means.verifierFlags, wallet: means.walletFlags() }
  cluster = await startCluster({ ports: 'free', issuers: 1, flags })
  ends = twoOfEach(cluster, ['verifier', 'wallet'])
  user = await newWalletUser(cluster.urls.wallet)
  for (const { family, format, order } of formatCases) {
    const offer = await postJson(`${cluster.urls.issuer}/openid4vc/${family}/issue`, order)
    const [credential] = await receive(user, expectStatus(offer, 200).text)
    ids.set(format, credential?.id ?? '')
    helds.set(format, await issue(cluster.urls.issuer, { issued: { family, order } }))
  }
})
afterAll(async () => {
  await cluster?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

type End = 'verifier' | 'wallet'

let ends: TwoOfEach
const changeOver = () => ends.changeOver()
const bringBack = () => ends.bringBack()

async function bothForTheAnswer(step: string): Promise<void> {
  await changeOver()
  if (step === 'answer') await bringBack()
}

function presenterOf({ by, way }: Walk): Presenter {
  const { format } = way.one
  if (by === 'the wallet') return toldByApi(user, ids.get(format) ?? '')
  const held = helds.get(format)
  if (held === undefined) throw new Error(`nothing is held in ${format}`)
  return answeredByCode(way, held, { verifier: cluster.urls.verifier, known: means.known })
}

type Send = () => Promise<Answer>

/** To the one instance of an end and to the other. */
async function atOnce(end: End, sends: readonly [Send, Send]): Promise<readonly [Answer, Answer]> {
  const [first, second] = ends.both(end)
  const to = ({ url }: ClusterService, send: Send) => sentTo(new Map([[cluster.urls[end], url]]), send)
  const answers = await Promise.all([to(first, sends[0]), to(second, sends[1])])
  expect(answers.map(({ instance }) => instance)).toEqual([first.name, second.name])
  return answers
}

const MANNERS: Readonly<Record<Manner, (walk: Walk, make: () => Promise<Send>) => Promise<Send>>> = {
  once: (_, make) => make(),
  twice: async ({ by }, make) => {
    const send = await make()
    return async () => {
      const [one, other] = await atOnce(by === 'the wallet' ? 'wallet' : 'verifier', [send, send])
      expect([other.status, other.text]).toEqual([one.status, one.text])
      return one
    }
  },
  'beside another': async (_, make) => {
    const sends = [await make(), await make()] as const
    return async () => {
      const [one, other] = await atOnce('verifier', sends)
      expect(new Set([one.status, other.status])).toEqual(new Set([200, 400]))
      return one.status === 200 ? one : other
    }
  },
}

function answering(walk: Walk): Presenter {
  const presenter = presenterOf(walk)
  return {
    ...presenter,
    answer: (started, requested) => MANNERS[walk.answered](walk, () => presenter.answer(started, requested)),
  }
}

/** What the relying party sees in the end, and how often it was told. */
async function walked(walk: Walk, gate: Gate) {
  const { verifier, wallet } = cluster.urls
  const { id, result } = await verifyBy(verifier, answering(walk), {
    ...askedBy(walk.way),
    headers,
    ...ends.watched(gate),
    retries: 1,
    alsoAsked: [wallet],
  })
  const events = await call(`${verifier}/openid4vc/session/${id}/events`)
  return { result, decisions: [...events.text.matchAll(/^event: verified$/gm)].length }
}

type Outcomes = ReadonlyMap<Walk, PromiseSettledResult<Awaited<ReturnType<typeof walked>>>>

const besideAnother = walksOf('beside another').filter(({ by }) => by === 'its code')

describe.each([
  { left: 'the other alone', between: changeOver, walks: walksOf('once') },
  { left: 'both for the answer', between: bothForTheAnswer, walks: [...walksOf('twice'), ...besideAnother] },
])('whoever served a step is killed before the next, which leaves $left', ({ between, walks }) => {
  let outcomes: Outcomes = new Map()
  beforeAll(async () => {
    outcomes = await inGroups({ walks, size: TOGETHER, steps: verificationSteps, walked, between })
  }, 600_000)
  afterAll(bringBack)

  it.each(walks.map((walk) => [nameOf(walk.way), walk.by, walk.answered, walk] as const))(
    'by %s, answered by %s, %s: it is verified, once',
    (_way, _by, _answered, walk) => {
      const { decisions, result } = outcomeOf(outcomes, walk)
      const { format, seen, withheld } = walk.way.one
      expect(result).toMatchObject({ state: 'verified', credentials: [{ format, claims: seen }] })
      const text = JSON.stringify(result['credentials'])
      for (const secret of withheld) expect(text).not.toContain(secret)
      expect(decisions).toBe(1)
    },
  )
})

describe('the ways', () => {
  it('that are walked have every two choices together that any way has', () => {
    const pairs = (ways: readonly Way[]) => new Set(ways.flatMap(pairsOf))
    expect(pairs(pairwise(WAYS, pairsOf))).toEqual(pairs(WAYS))
    expect(pairs(WALKED)).toEqual(pairs(WAYS))
    // Pairs of prefix and mode alone are fifty.
    expect(pairwise(WAYS, pairsOf).length).toBeLessThanOrEqual(55)
  })

  it('that there are not are refused when they are begun, with the reason', async () => {
    for (const way of NO_WAYS) {
      const { clientIdPrefix, more, responseMode } = askedBy(way)
      const said = { clientidprefix: clientIdPrefix, responsemode: responseMode }
      const started = await postJson(`${cluster.urls.verifier}/openid4vc/verify`, more, said)
      expect([nameOf(way), started.status, started.text]).toEqual([
        nameOf(way),
        400,
        expect.stringContaining(way.because),
      ])
    }
  })
})
