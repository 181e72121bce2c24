/**
 * A portal whose repository is in trouble: a real portal, and behind it a server that fails as real ones do and passes on what it is
 * asked once the test says so.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StopList } from '@countersign/local-servers/stop-list'
import { startPortalBeside } from './portal-beside.ts'
import type { StageCluster } from './stage.ts'

export type Trouble = 'none' | 'fault' | 'silence'

export interface BrokenPortal {
  readonly url: string
  /** The same portal under a name that is not its own and leads to this machine. */
  readonly rebound: string
  is(trouble: Trouble): void
}

/** What a browser has to be started with for the other name. */
export const REBOUND_HOST = 'rebound.example'
export const REBOUND_FLAG = `--host-resolver-rules=MAP ${REBOUND_HOST} 127.0.0.1`

export async function startBrokenPortal(cluster: StageCluster, started: StopList): Promise<BrokenPortal> {
  let trouble: Trouble = 'none'
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (trouble === 'silence') request.socket.destroy()
    else if (trouble === 'fault')
      response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>')
    else {
      const found = await fetch(`${cluster.urls.repository}${request.url ?? ''}`)
      response.writeHead(found.status, { 'content-type': found.headers.get('content-type') ?? '' })
      response.end(await found.text())
    }
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  started.add(async () => {
    server.closeAllConnections()
    server.close()
  })
  const repository = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { port, url } = await startPortalBeside(cluster, started, [`--repositoryUrl=${repository}`])
  return {
    url,
    rebound: `http://${REBOUND_HOST}:${port}`,
    is(next) {
      trouble = next
    },
  }
}
