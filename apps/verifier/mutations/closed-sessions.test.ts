/**
 * Answers in good order that come to a session which takes none any more, at either instance; the same answer to the byte (docs/decisions/018);
 * and answers at once. What the tables of mutations forge with is looked at as well: what it makes without a fault is accepted.
 */
import type { JsonObject } from '@countersign/core/json'
import { CONTENT_ENCRYPTIONS } from '@countersign/crypto/jwe-engine'
import { RESPONSE_MODE_NAMES } from '@countersign/protocol/openid4vp/response/response-modes'
import { inNameOf, type Kind, kinds, mdocKind } from '@countersign/testing/forging/credential-kinds'
import { provenAgain } from '@countersign/testing/forging/device-proof'
import { forgeJwe, type JweForgery } from '@countersign/testing/forging/jwe'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Sent, sent } from '../testing/response-ways.testing.ts'
import {
  type Asked,
  answerOf,
  asked,
  issued,
  shown,
  type TwoInstances,
  twoInstances,
} from '../testing/two-instances.testing.ts'
import { statementFor } from './device-mutations.testing.ts'
import { recipientOf } from './encryption-mutations.testing.ts'
import { ENCRYPTED_MODES, written } from './mutation.testing.ts'

let stage: TwoInstances
beforeAll(async () => {
  stage = await twoInstances()
})
afterEach(() => {
  stage.clock.now = stage.now
})
afterAll(() => stage.close())

const WAYS = RESPONSE_MODE_NAMES.flatMap((mode) => kinds.map((kind) => [kind.format, mode, kind] as const))

async function honest(request: Asked): Promise<Sent> {
  return written(request, answerOf(request, await shown(request)))
}

async function byStranger(request: Asked): Promise<Sent> {
  const held = await issued(request, { signer: inNameOf(stage.issuerOf(request.kind)) })
  return written(request, answerOf(request, await shown(request, { held })))
}

async function kept({ session: { id } }: Asked) {
  const found = await stage.here.verifier.sessions.get(id)
  if (found === undefined) throw new Error('the session is gone')
  return found
}

describe.each(WAYS)('an answer, %s by %s', (_format, mode, kind: Kind) => {
  it('is the same to the byte: the same reply at the other instance, and nothing is written', async () => {
    const request = await asked(stage, kind, mode)
    const answer = await honest(request)
    const first = await sent(stage.here, request.session.id, answer)
    expect(first.status, first.body).toBe(200)
    const before = await kept(request)
    expect(before.value.state).toBe('verified')
    for (const instance of [stage.there, stage.here])
      expect(await sent(instance, request.session.id, answer)).toEqual(first)
    expect(await kept(request)).toEqual(before)
  })

  it('after the right one is refused, whoever made it', async () => {
    const request = await asked(stage, kind, mode)
    expect((await sent(stage.here, request.session.id, await honest(request))).status).toBe(200)
    const before = await kept(request)
    for (const another of [await honest(request), await byStranger(request)]) {
      const told = await sent(stage.there, request.session.id, another)
      expect(told).toMatchObject({ status: 400, body: expect.stringContaining('answered already') })
    }
    expect(await kept(request)).toEqual(before)
  })

  it('after the end of the time is refused, at either instance', async () => {
    const request = await asked(stage, kind, mode)
    const answer = await honest(request)
    stage.clock.now = request.session.expiresAt
    for (const instance of [stage.here, stage.there]) {
      const told = await sent(instance, request.session.id, answer)
      expect(told).toMatchObject({ status: 400, body: expect.stringContaining('expired') })
    }
  })

  it('to a session that is forgotten is not found', async () => {
    const request = await asked(stage, kind, mode)
    const answer = await honest(request)
    const url = `/openid4vc/session/${request.session.id}`
    const forgotten = await stage.here.http.inject({ method: 'DELETE', url, headers: { host: 'localhost' } })
    expect(forgotten.statusCode).toBeLessThan(300)
    expect((await sent(stage.there, request.session.id, answer)).status).toBe(404)
  })

  it('and one of a stranger at once, at two instances: the right one alone decides', async () => {
    const request = await asked(stage, kind, mode)
    const [good, bad] = [await honest(request), await byStranger(request)]
    const { id } = request.session
    const told = await Promise.all([
      sent(stage.there, id, bad),
      sent(stage.here, id, good),
      sent(stage.there, id, bad),
    ])
    expect(told.map(({ status }) => status)).toEqual([400, 200, 400])
    expect((await kept(request)).value.state).toBe('verified')
  })
})

describe.each(ENCRYPTED_MODES)('what the tables encrypt by hand, by %s', (mode) => {
  const party = { apu: 'QWRh', apv: 'U2hvcA' }
  const forgeries: readonly (readonly [string, JweForgery])[] = [
    ...CONTENT_ENCRYPTIONS.map((content) => [content, { content }] as const),
    ['with names of the parties', { header: party }],
    ['without a kid', { header: { kid: undefined } }],
  ]

  it.each(forgeries)('is accepted where nothing is wrong with it: %s', async (_, forgery) => {
    const [kind] = kinds
    if (kind === undefined) throw new Error('no kind')
    const request = await asked(stage, kind, mode)
    const answer: JsonObject = answerOf(request, await shown(request))
    const response = forgeJwe(JSON.stringify(answer), recipientOf(request), forgery)
    const told = await sent(stage.there, request.session.id, request.body({ response }))
    expect(told.status, told.body).toBe(200)
    expect((await kept(request)).value.state).toBe('verified')
  })
})

it.each(RESPONSE_MODE_NAMES)(
  "the device's proof that the tables make by hand is accepted, by %s",
  async (mode) => {
    const request = await asked(stage, mdocKind, mode)
    const held = await issued(request)
    const presentation = await provenAgain(await shown(request, { held }), statementFor(request), held.holder)
    const told = await sent(
      stage.there,
      request.session.id,
      await written(request, answerOf(request, presentation)),
    )
    expect(told.status, told.body).toBe(200)
  },
)
