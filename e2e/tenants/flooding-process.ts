/**
 * Callers that ask for offers one after the other and heed nothing that they are told, for some seconds; then it says how they
 * fared. Started by `flooded.test.ts`, apart from whoever is measured.
 *
 *   node flooding-process.ts URL API-KEY CALLERS SECONDS
 */
import { Agent, request } from 'node:http'
import { claims } from '@countersign/testing/client/flows'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'

const [url = '', key = '', callers = '', seconds = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: Number(callers) })
const body = JSON.stringify({ credentialConfigurationId: identityConfiguration, credentialData: claims })
const headers = {
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(body),
  'x-api-key': key,
}
const endsAt = performance.now() + Number(seconds) * 1000
const tookMs: number[] = []
let refused = 0

function ask(): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/openid4vc/sdjwt/issue`, { agent, method: 'POST', headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

async function caller(): Promise<void> {
  while (performance.now() < endsAt) {
    const began = performance.now()
    const status = await ask().catch(() => 0)
    if (status === 200) tookMs.push(performance.now() - began)
    else refused += 1
  }
}

await Promise.all(Array.from({ length: Number(callers) }, caller))
const sorted = tookMs.toSorted((a, b) => a - b)
console.log(
  JSON.stringify({ served: sorted.length, refused, medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0 }),
)
process.exit(0)
