/**
 * A hostile client: every message that a wallet sends, changed in every place. None of it gives anything, and whoever sends the
 * message as it was has what is his, on the other instance; sent once more, byte for byte, it is refused where its proof was used.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Hall, MESSAGES, type Message, openHall, send, written } from './messages.testing.ts'
import { mutationsOf } from './mutations.testing.ts'

let hall: Hall
beforeAll(async () => {
  hall = await openHall()
})
afterAll(() => Promise.all(hall.services.map((service) => service.close())))

/**
 * What is another honest message, and no attack: whoever lays a request down may name another client, address or challenge, which
 * then count for its code; whoever asks for a token or pushes a request may prove whichever key he likes, as long as none is bound.
 */
const HARMLESS: Readonly<Record<string, RegExp>> = {
  'a pushed request':
    /^(client_id|redirect_uri|code_challenge) |^issuer_state of another issuance|^the DPoP proof (left out|of another key)/,
  'a pre-authorized code':
    /^pre-authorized_code of another issuance|^the DPoP proof (left out|of another key)/,
  'an authorization code': /^redirect_uri (left out|empty)/,
  'a refresh token': /^nothing$/,
  'a credential request': /^nothing$/,
  'a deferred request': /^nothing$/,
  'a notification': /^nothing$/,
}

describe.each(Object.entries(MESSAGES))('%s', (name, prepare) => {
  const harmless = HARMLESS[name] ?? /^$/

  it('changed in any place gives nothing, and costs whoever is honest nothing', async () => {
    const mutations = mutationsOf(await prepare(hall), await prepare(hall))
    const faults: string[] = []
    let tried = 0
    for (const { send: mutate, what } of mutations) {
      const [message, other] = [await prepare(hall), await prepare(hall)]
      const [first, second] = tried % 2 === 0 ? hall.services : [...hall.services].reverse()
      tried += 1
      if (first === undefined || second === undefined) throw new Error('two instances are needed')
      const answer = await send(first, await mutate(hall, message, other))
      const isGiven = answer.statusCode < 400
      if (isGiven && !harmless.test(what))
        faults.push(`${what}: ${answer.statusCode} ${answer.body.slice(0, 200)}`)
      if (answer.statusCode >= 500) faults.push(`${what}: ${answer.statusCode} ${answer.body}`)
      if (isGiven) continue
      expect(answer.json<{ error?: string }>().error, `${what}: ${answer.body}`).toMatch(/^[a-z_]+$/)
      const honest = await send(second, await written(hall, message))
      if (honest.statusCode >= 300)
        faults.push(`${what}, and then the honest one: ${honest.statusCode} ${honest.body}`)
    }
    expect(faults).toEqual([])
    expect(tried).toBeGreaterThan(90)
  })

  it('sent once more as it was, on the other instance, is a replay', async () => {
    const message: Message = await prepare(hall)
    const sent = await written(hall, message)
    const [one, other] = hall.services
    expect((await send(one, sent)).statusCode).toBeLessThan(300)
    const again = await send(other, sent)
    expect(again.json<{ error?: string }>().error).toBe('invalid_dpop_proof')
  })
})

it('is tried in more than a thousand ways', async () => {
  const counts = await Promise.all(
    Object.values(MESSAGES).map(
      async (prepare) => mutationsOf(await prepare(hall), await prepare(hall)).length,
    ),
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1000)
})
