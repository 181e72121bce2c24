/**
 * The limit of a page: one document with a heading, a sentence and a button, everything in it, from a bare `node:http`. What it takes
 * under the same conditions is what the line, the browser and this machine take by themselves.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const PAGE = `<!doctype html>
<html lang="en">
<title>Bare</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<h1>A page with nothing behind it</h1>
<p>One document, no style, no call.</p>
<button type="button">Press</button>
<p id="said"></p>
<script>
  document.querySelector('button').addEventListener('click', () => {
    document.getElementById('said').textContent = 'Pressed'
  })
</script>
`

export interface BarePage {
  readonly origin: string
  stop(): Promise<void>
}

export async function startBarePage(): Promise<BarePage> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    response.end(PAGE)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
