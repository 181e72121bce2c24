/**
 * An issuer that does everything right but for what it calls itself and its cards. Behind it stands a real one; in front of that
 * a server that puts other words into its metadata.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { freePort } from '@countersign/local-servers/ports'

export interface HostileIssuer {
  readonly url: string
  /** As a stage, for those who ask it for an offer. */
  readonly cluster: { readonly urls: { readonly issuer: string } }
  close(): Promise<void>
}

/** How it would like to be seen: members of metadata (OpenID4VCI 1.0 §12.2.4). */
export interface HostileWords {
  readonly issuer: object
  readonly credential: object
  readonly claim: (name: string) => string
}

export async function startHostileIssuer(words: HostileWords): Promise<HostileIssuer> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-hostile-'))
  const port = await freePort()
  const behind = `http://localhost:${port}`
  const front = createServer((request, response) => {
    passOn(request, behind, words).then(
      ({ contentType, status, text }) =>
        response.writeHead(status, { 'content-type': contentType }).end(text),
      (error: unknown) => response.writeHead(502).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const url = `http://localhost:${(front.address() as AddressInfo).port}`
  const argv = [`--webPort=${port}`, `--baseUrl=${url}`, '--logLevel=error']
  const issuer = await startIssuer({ argv, env: {}, cwd: folder, defaultPort: port })
  return {
    url,
    // Orders come from whoever runs it, not through the door of wallets.
    cluster: { urls: { issuer: behind } },
    async close() {
      front.closeAllConnections()
      front.close()
      await issuer.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** What a proof of a wallet needs goes along; of the answer what a wallet reads comes back. */
async function passOn(request: IncomingMessage, behind: string, words: HostileWords) {
  const { accept, authorization, 'content-type': contentType, dpop } = request.headers
  const named = { accept, authorization, 'content-type': contentType, dpop: dpop?.toString() }
  const headers = Object.entries(named).filter(
    (header): header is [string, string] => header[1] !== undefined,
  )
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const answer = await fetch(behind + request.url, {
    method: request.method ?? 'GET',
    headers,
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  })
  const text = await answer.text()
  const isMetadata = request.url?.endsWith('openid-credential-issuer') === true
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? 'text/plain',
    text: isMetadata ? JSON.stringify(reworded(JSON.parse(text), words)) : text,
  }
}

interface Metadata {
  readonly credential_configurations_supported: Readonly<Record<string, Configuration>>
}

interface Configuration {
  readonly credential_metadata?: { readonly claims?: readonly { readonly path: readonly unknown[] }[] }
}

function reworded(metadata: Metadata, words: HostileWords): object {
  const configurations = Object.entries(metadata.credential_configurations_supported)
  return {
    ...metadata,
    display: [words.issuer],
    credential_configurations_supported: Object.fromEntries(
      configurations.map(([id, configuration]) => [
        id,
        {
          ...configuration,
          credential_metadata: {
            display: [words.credential],
            claims: (configuration.credential_metadata?.claims ?? []).map((claim) => ({
              ...claim,
              display: [{ name: words.claim(String(claim.path.at(-1))), locale: 'en' }],
            })),
          },
        },
      ]),
    ),
  }
}
