import { ok } from '@countersign/core/result'
import type { Remote, RemoteResponse } from '@countersign/service/outgoing/guarded-client'
import { expect, it } from 'vitest'
import { openOutgoingClient } from './outgoing-client.ts'

type Said = readonly [status: number, retryAfter?: string]

/** The statuses that the other side answers in turn, what the client came to, and what it waited for in between. */
async function told(...said: readonly Said[]) {
  const left = [...said]
  const waited: number[] = []
  const remote: Remote = {
    request: async () => ok(response(left.shift() ?? [200])),
    close: async () => undefined,
  }
  const client = openOutgoingClient(remote, async (_, askedForMs) => void waited.push(askedForMs))
  let proofs = 0
  const answered = await client.post({
    url: 'https://issuer.example/token',
    accept: 'application/json',
    body: '',
    maxBytes: 1000,
    headers: async () => ({ dpop: `proof ${++proofs}` }),
  })
  return { outcome: answered.ok ? answered.value.status : answered.error.code, waited, proofs }
}

function response([status, retryAfter]: Said): RemoteResponse {
  const headers = retryAfter === undefined ? undefined : { 'retry-after': retryAfter }
  return { status, headers: { ...headers }, body: '', bytes: new Uint8Array() }
}

const busy: Said = [503, '2']

it.each([
  ['is asked again when it says', [busy, busy, busy], { outcome: 200, waited: [2_000, 2_000, 2_000] }],
  ['may limit how often it is asked', [[429, '1']], { outcome: 200, waited: [1_000] }],
  ['is not hurried by a zero', [[503, '0']], { outcome: 200, waited: [1_000] }],
  [
    'is not waited for longer than a caller would',
    [busy, busy, busy, busy, busy, busy, busy],
    { outcome: 'outgoing_unavailable', waited: [2_000, 2_000, 2_000, 2_000, 2_000] },
  ],
  ['is asked twice when it says no time', [[503], [503]], { outcome: 'outgoing_unavailable', waited: [0] }],
  [
    'is asked twice when it is away for long',
    [[503, '3600'], [503]],
    { outcome: 'outgoing_unavailable', waited: [0] },
  ],
  [
    'is asked twice when it names a date',
    [[503, 'Fri, 31 Dec 1999 23:59:59 GMT']],
    { outcome: 200, waited: [0] },
  ],
  ['is taken at its word when it refuses for good', [[403, '2']], { outcome: 403, waited: [] }],
] as const)('a service that has too much to do %s, with a new proof each time', async (_, said, expected) => {
  const { proofs, ...came } = await told(...said)
  expect(came).toEqual(expected)
  expect(proofs).toBe(expected.waited.length + 1)
})
