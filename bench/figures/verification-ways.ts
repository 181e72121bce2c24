/**
 * Other ways through a verification, each beside the plain one of the same service in the same rounds: what an encrypted answer costs it,
 * and what it costs that somebody is told.
 */
import { createServer } from 'node:http'
import { freePort } from '@countersign/local-servers/ports'
import { type VerificationLoad, type VerificationWay, verificationFlow } from '../load/verification-flow.ts'
import { pairedRounds } from '../measure/rounds.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { side, warmUp } from './flow-against-limit.ts'

export async function verificationWayFigures(stand: Stand): Promise<readonly Row[]> {
  const { deployment, holders } = stand
  const load = { holders, managementApiKey: deployment.managementApiKey }
  const receiver = stand.keep(await startReceiver())
  return [
    await besidePlain(stand, load, 'verification, answer encrypted', { responseMode: 'direct_post.jwt' }),
    await besidePlain(stand, load, 'verification, told by callbacks', { callbackUri: receiver.uri }),
  ]
}

async function besidePlain(
  stand: Stand,
  load: VerificationLoad,
  what: string,
  way: VerificationWay,
): Promise<Row> {
  const { settings } = stand
  const service = await stand.service('verifier')
  const plain = verificationFlow(load)
  const other = verificationFlow({ ...load, ...way })
  await warmUp(plain, service.port, settings)
  await warmUp(other, service.port, settings)
  const rounds = await pairedRounds(
    settings.rounds,
    side([service], plain, [service.port], settings),
    side([service], other, [service.port], settings),
  )
  return figure({ what, unit: 'µs CPU', measured: rounds.second, limit: rounds.first, ratio: rounds.ratios })
}

/** Takes whatever comes. */
async function startReceiver() {
  const port = await freePort()
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end())
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    uri: `http://127.0.0.1:${port}/told`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
