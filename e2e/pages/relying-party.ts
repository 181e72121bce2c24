/**
 * A shop on the same device as the wallet (OpenID4VP 1.0 §13.3). It knows the browser that began by a cookie of its own, and its
 * server, with the key for the verifier, exchanges the response code that this browser brings back.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { webWalletLink } from '@countersign/ui/http/wallet-link'
import { identityRequest, newRequest } from './people.ts'
import type { Stage } from './stage.ts'

export interface RelyingParty {
  readonly url: string
  close(): Promise<void>
}

interface Page {
  readonly status: number
  readonly title: string
  readonly body?: string
  readonly cookie?: string
}

export async function startRelyingParty(stage: Stage): Promise<RelyingParty> {
  const server = createServer((request, response) => {
    pageFor(request).then(
      ({ body = '', cookie, status, title }) => {
        if (cookie !== undefined)
          response.setHeader('set-cookie', `shop=${cookie}; Path=/; HttpOnly; SameSite=Lax`)
        response
          .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
          .end(
            `<!doctype html><html lang="en"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>${body}`,
          )
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  /** The verification that each browser began. */
  const begun = new Map<string, string>()

  async function pageFor(request: IncomingMessage): Promise<Page> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    if (pathname === '/checkout') return checkout()
    if (pathname !== '/back') return { status: 404, title: 'There is nothing here' }
    const id = begun.get(/shop=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '')
    return id === undefined
      ? { status: 403, title: 'This browser did not begin' }
      : goOn(id, searchParams.get('response_code') ?? '')
  }

  async function checkout(): Promise<Page> {
    const cookie = randomUUID()
    const asked = await newRequest(
      stage,
      identityRequest(['given_name']),
      { sameDevice: 'required' },
      { successRedirectUri: `${url}/back`, errorRedirectUri: `${url}/back` },
    )
    begun.set(cookie, asked.id)
    const link = webWalletLink(stage.origin, asked.url)
    return {
      status: 200,
      title: 'Checkout',
      body: `<a href="${link}" data-id="${asked.id}">Open your wallet</a>`,
      cookie,
    }
  }

  async function goOn(id: string, responseCode: string): Promise<Page> {
    const address = `${stage.cluster.urls.verifier}/openid4vc/session/${id}/returned`
    const answer = await postJson(address, { responseCode })
    if (answer.status === 409) return { status: 200, title: 'You are back already' }
    const { state, credentials } = expectStatus(answer, 200).json() as unknown as {
      readonly state: string
      readonly credentials?: readonly { readonly claims: { readonly given_name?: string } }[]
    }
    const name = credentials?.[0]?.claims.given_name
    return { status: 200, title: state === 'verified' ? `Thank you, ${name}` : 'You did not share anything' }
  }

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
