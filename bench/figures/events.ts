/** From the moment a wallet sends its answer to one instance until a subscriber at another one hears of the result. */
import { get, type IncomingMessage } from 'node:http'
import { openTarget } from '../load/flows.ts'
import { type Holder, inTurn } from '../load/holders.ts'
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
    const answer = await fetchAndAnswer(target.send, id, holder)
    const stream = await subscribe(watchedAt, `/openid4vc/session/${id}/events`, authorization)
    await stream.until('event: state')
    const sentAt = performance.now()
    const [, heardAt] = await Promise.all([
      target.send(answer),
      stream.until('event: verified').then(() => performance.now()),
    ])
    stream.close()
    return heardAt - sentAt
  } finally {
    target.close()
  }
}

interface Stream {
  until(text: string): Promise<void>
  close(): void
}

async function subscribe(port: number, path: string, authorization: string): Promise<Stream> {
  const headers = { authorization, accept: 'text/event-stream' }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path, headers, host: '127.0.0.1', agent: false }, resolve).once('error', reject)
  })
  if (response.statusCode !== 200) throw new Error(`no event stream: ${response.statusCode}`)
  let received = ''
  let wake = () => {}
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    received += chunk
    wake()
  })
  response.on('close', () => wake())
  return {
    until: async (text) => {
      while (!received.includes(text)) {
        if (response.closed) throw new Error(`the event stream ended without ${text}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    close: () => response.destroy(),
  }
}
