/**
 * Callbacks over two instances of each service behind Caddy: instances are killed while events wait, the receiver is away, slow and
 * refusing, and in the end every event of every session came, in order, from whoever says so.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Cluster,
  type ClusterService,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import { freePort } from '@countersign/local-servers/ports'
import { startProgram } from '@countersign/local-servers/process/program'
import { callbackSigner } from '@countersign/service/callbacks/signature'
import { type CallbackReceiver, startCallbackReceiver } from '@countersign/testing/client/callback-receiver'
import { identityQuery, issue, verify } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { eventually } from '@countersign/testing/time/eventually'
import { createClient } from '@redis/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const secret = `whsec_${randomBytes(32).toString('base64')}`
const RETENTION_SECONDS = 5
const TTL = '10'

let cluster: Cluster
let folder: string
let held: Held
let receiver: CallbackReceiver
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-callbacks-'))
  await writeFile(join(folder, 'secrets'), `${secret}\n`, { mode: 0o600 })
  const flags = [`--callbackSecretFile=${join(folder, 'secrets')}`]
  cluster = await startCluster({
    ports: 'free',
    wallets: 0,
    flags: { issuer: flags, verifier: [...flags, `--resultRetentionSeconds=${RETENTION_SECONDS}`] },
  })
  held = await issue(cluster.urls.issuer)
})
afterAll(async () => {
  await cluster?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  receiver = await startCallbackReceiver(await freePort())
})
afterEach(() => receiver?.stop())

function instancesOf(service: 'issuer' | 'verifier'): readonly ClusterService[] {
  return cluster.services.filter((one) => one.service === service)
}

const told = (path: string) => ({
  statuscallbackuri: `${receiver.url}/${path}/$id`,
  statuscallbackapikey: 'key-4711',
})

const verified = (more: object = {}) =>
  verify(cluster.urls.verifier, held, { headers: told('verifier'), retries: 3, more })

/** Of one session, each id once, in the order of their first coming. */
function idsOf(session: string): readonly string[] {
  return [...new Set(receiver.came.flatMap(({ id }) => (id.startsWith(`${session}.`) ? [id] : [])))]
}

const numbered = (id: string, last: number) => Array.from({ length: last - 1 }, (_, at) => `${id}.${at + 2}`)

async function waitingOf(service: 'issuer' | 'verifier', id: string): Promise<unknown> {
  const answer = await call(`${cluster.urls[service]}/openid4vc/session/${id}/callback`)
  return expectStatus(answer, 200).json()['waiting']
}

describe('callbacks', () => {
  it('tell every event of a verification and of an issuance, signed, with the key, once', async () => {
    const { id } = await verified()
    await issue(cluster.urls.issuer, { headers: told('issuer') })
    await eventually('all is told', async () => receiver.came.length >= 2 + 5)
    const sign = callbackSigner(secret)
    if (!sign.ok) throw new Error(sign.error.code)
    for (const { headers, id: message, text } of receiver.came) {
      const timestamp = Number(headers['webhook-timestamp'])
      expect(Math.abs(Date.now() / 1000 - timestamp)).toBeLessThan(60)
      expect(headers['webhook-signature']).toBe(sign.value({ id: message, timestamp, body: text }))
      expect(headers['authorization']).toBe('Bearer key-4711')
      expect(text).not.toMatch(/"d":|pre-authorized|key-4711/)
    }
    expect(idsOf(id)).toEqual(numbered(id, 3))
    expect(receiver.came.find((one) => one.id === `${id}.3`)?.body).toMatchObject({
      id,
      state: 'verified',
      verificationResult: true,
      event: { sequence: 3, type: 'verified' },
      credentials: [{ claims: { given_name: 'Ada' } }],
    })
    const issued = receiver.came
      .filter(({ body }) => 'session' in body)
      .map(({ body }) => [body['type'], body['data']])
    expect(issued.map(([type]) => type)).toEqual([
      'resolved_credential_offer',
      'requested_token',
      'credential_issued',
      'issuance_status',
      'accepted',
    ])
    expect(issued[3]?.[1]).toMatchObject({ status: 'SUCCESSFUL', closed: true })
    expect(await waitingOf('verifier', id)).toBe(0)
    expect(receiver.came).toHaveLength(2 + 5)
  })

  it('reach a receiver that was away, refusing and slow, though the instances that took the answers are killed', async () => {
    await receiver.away()
    const first = await Promise.all(Array.from({ length: 5 }, () => verified()))
    const [one, two] = instancesOf('verifier')
    if (one === undefined || two === undefined) throw new Error('no instances')
    await one.kill('SIGKILL')
    const second = await Promise.all(Array.from({ length: 5 }, () => verified()))
    const sessions = [...first, ...second].map(({ id }) => id)
    receiver.status = 500
    await receiver.back()
    await eventually('a refusal', async () => receiver.came.length > 0)
    await two.kill('SIGKILL')
    await one.restart()
    await two.restart()
    receiver.waitMs = 300
    receiver.status = 204
    const refused = receiver.came.length
    await eventually('all is told', async () => sessions.every((id) => idsOf(id).length === 2))
    for (const id of sessions) {
      expect(idsOf(id)).toEqual(numbered(id, 3))
      const [last] = receiver.came.filter((came) => came.id === `${id}.3`).slice(-1)
      expect(last?.body).toMatchObject({ state: 'verified', verificationResult: true })
      await eventually('it is noted', async () => (await waitingOf('verifier', id)) === 0)
    }
    // Once it takes them, each comes once: but for the few whose teller was killed between the answer and the note.
    const taken = receiver.came.slice(refused).map(({ id }) => id)
    expect(taken.length - new Set(taken).size).toBeLessThanOrEqual(2)
  })

  it('come again by hand, under the same ids', async () => {
    const { id } = await verified()
    await eventually('all is told', async () => idsOf(id).length === 2)
    // At least once: on a slow machine a delivery may have come twice by itself.
    const cameOf = (sequence: number) => receiver.came.filter((one) => one.id === `${id}.${sequence}`).length
    const before = { second: cameOf(2), third: cameOf(3) }
    const again = await postJson(`${cluster.urls.verifier}/openid4vc/session/${id}/callback/redeliver`, {
      from: 3,
    })
    expect(expectStatus(again, 200).json()).toMatchObject({ toldUpTo: 2, waiting: 1 })
    await eventually('it comes again', async () => cameOf(3) > before.third)
    expect(cameOf(2)).toBe(before.second)
    for (const path of [`${id}x`, 'nobody-has-this-id'])
      expectStatus(
        await postJson(`${cluster.urls.verifier}/openid4vc/session/${path}/callback/redeliver`, {}),
        404,
      )
    const without = await verify(cluster.urls.verifier, held)
    expectStatus(await call(`${cluster.urls.verifier}/openid4vc/session/${without.id}/callback`), 404)
  })

  it('tell of an end that nobody reads, and of nothing that was disclosed once its time is over', async () => {
    const start = async () => {
      const answer = await postJson(
        `${cluster.urls.verifier}/openid4vc/verify`,
        { dcql_query: identityQuery },
        { accept: 'application/json', sessionttl: TTL, ...told('verifier') },
      )
      return String(expectStatus(answer, 200).json()['id'])
    }
    const unanswered = await start()
    const { id } = await verify(cluster.urls.verifier, held, {
      headers: { ...told('verifier'), sessionttl: TTL },
      more: { keepPresentations: true },
    })
    const url = `${cluster.urls.verifier}/openid4vc/session/${id}`
    const kept = expectStatus(await call(`${url}/presented-credentials?viewMode=verbose`), 200).json()
    expect(JSON.stringify(kept)).toContain('sd_jwt_vc_view_verbose')
    await eventually('the end is told', async () => idsOf(unanswered).length === 1)
    expect(receiver.came.find((came) => came.id === `${unanswered}.2`)?.body).toMatchObject({
      state: 'expired',
    })

    const redis = await createClient({ url: cluster.redis?.url ?? '' }).connect()
    try {
      const entries = async (kind: string) => (await redis.keys(`countersign:${kind}:${id}*`)).length
      await eventually('the result is gone', async () => (await entries('verification-result')) === 0)
      expectStatus(await call(url), 404)
      expectStatus(await call(`${url}/presented-credentials`), 404)
      // The session is there for those who are told of it, and has no claim.
      expect(await entries('verification')).toBe(1)
      expectStatus(await postJson(`${url}/callback/redeliver`, { from: 3 }), 200)
      await eventually('it is told without them', async () =>
        receiver.came.some((one) => one.id === `${id}.3` && JSON.stringify(one.body['credentials']) === '[]'),
      )
      expectStatus(await call(url, { method: 'DELETE' }), 204)
      expect(await entries('verification')).toBe(0)
    } finally {
      redis.destroy()
    }
    for (const { name } of instancesOf('verifier'))
      expect(await readFile(join(cluster.logFolder, `${name}.log`), 'utf8')).not.toMatch(
        /Ada|Example|key-4711/,
      )
  })

  it('are understood by the receiver of the documentation, which refuses those of a stranger', async () => {
    const page = await readFile(new URL('../../docs/callbacks.md', import.meta.url), 'utf8')
    const [, code = ''] = /```js\n(.+?)```/s.exec(page) ?? []
    await writeFile(join(folder, 'receiver.mjs'), code)
    const port = await freePort()
    const said: string[] = []
    const program = startProgram({
      program: process.execPath,
      args: [join(folder, 'receiver.mjs')],
      env: { ...process.env, PORT: `${port}`, CALLBACK_SECRET: secret },
      onOutput: (text) => void said.push(text),
    })
    try {
      const url = `http://127.0.0.1:${port}`
      const headers = { 'webhook-id': 'a.2', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' }
      await eventually('it listens', async () => (await postJson(url, {}, headers)).status === 401)
      const { id } = await verify(cluster.urls.verifier, held, {
        headers: { statuscallbackuri: `${url}/told/$id` },
      })
      await eventually('it has both', async () =>
        said.join('').includes(`${id}.2 requested\n${id}.3 verified\n`),
      )
    } finally {
      await program.stop()
    }
  })
})
