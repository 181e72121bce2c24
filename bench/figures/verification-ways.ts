/**
 * Other ways through a verification, each beside the plain one of the same service in the same rounds: what an encrypted answer costs it,
 * and what it costs that somebody is told.
 */
import { createServer } from 'node:http'
import { freePort } from '@countersign/local-servers/ports'
import { type VerificationWay, verificationFlow } from '../load/verification-flow.ts'
import type { Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { besidePlain, plainFlow } from './flow-beside-plain.ts'

export async function verificationWayFigures(stand: Stand): Promise<readonly Row[]> {
  const { deployment, holders } = stand
  const load = { holders, managementApiKey: deployment.managementApiKey }
  const receiver = stand.keep(await startReceiver())
  const plain = await plainFlow(stand, await stand.service('verifier'), verificationFlow(load))
  const way = (different: VerificationWay) => verificationFlow({ ...load, ...different })
  return [
    await besidePlain(plain, 'verification, answer encrypted', way({ responseMode: 'direct_post.jwt' })),
    await besidePlain(plain, 'verification, told by callbacks', way({ callbackUri: receiver.uri })),
  ]
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
