/** From the moment a wallet sends its answer to one instance until a subscriber at another one hears of the result. */
import { openEventStream } from '@countersign/testing/client/event-stream'
import { openTarget } from '../load/flows.ts'
import { type Holder, inTurn, presenterOf } from '../load/holders.ts'
import { createVerification, fetchAndAnswer } from '../load/verification-flow.ts'
import { percentile } from '../measure/statistics.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'

export async function eventFigures(stand: Stand): Promise<readonly Row[]> {
  const { settings, deployment, holders } = stand
  const here = await stand.service('verifier', 1)
  const there = await stand.service('verifier', 2)
  const nextHolder = inTurn(holders)
  const authorization = `Bearer ${deployment.managementApiKey}`
  const sample = () => oneEvent(here.port, there.port, authorization, nextHolder())
  for (let warm = 0; warm < settings.eventSamples / 4; warm++) await sample()
  const delays: number[] = []
  while (delays.length < settings.eventSamples) delays.push(await sample())
  const quantiles = { half: percentile(delays, 0.5), most: percentile(delays, 0.95) }
  return [
    figure({ what: 'answer → event on another instance, p50', unit: 'ms', measured: [quantiles.half] }),
    figure({
      what: 'answer → event on another instance, p95',
      unit: 'ms',
      measured: [quantiles.most],
      budget: { of: 'measured', relation: 'at_most', bound: 100 },
      note: `${delays.length} answers one after another, checking the presentation included; slowest ${Math.max(...delays).toFixed(1)} ms`,
    }),
  ]
}

/** Milliseconds. */
async function oneEvent(
  answeredAt: number,
  watchedAt: number,
  authorization: string,
  holder: Holder,
): Promise<number> {
  const target = openTarget([answeredAt], 0)
  try {
    const id = await createVerification(target.send, authorization)
    const answer = await fetchAndAnswer(target.send, id, presenterOf(holder))
    const events = `http://127.0.0.1:${watchedAt}/openid4vc/session/${id}/events`
    const stream = await openEventStream(events, undefined, { authorization })
    await stream.until('state')
    const sentAt = performance.now()
    const [, heardAt] = await Promise.all([
      target.send(answer),
      stream.until('verified').then(() => performance.now()),
    ])
    stream.close()
    return heardAt - sentAt
  } finally {
    target.close()
  }
}
