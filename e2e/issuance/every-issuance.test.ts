/**
 * Between our two ends, every way in which a credential is issued: each grant, client authentication, token type, proof and format together,
 * by the API of a service as it is, in one process.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareKey } from '@countersign/crypto/jwk'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import type { Answer } from '@countersign/testing/client/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeClientMeans } from './client-means.ts'
import { receiveByCode } from './receive-by-code.ts'
import { NO_WAYS, nameOf, WAYS } from './ways.ts'

const means = makeClientMeans()
let folder: string
let issuer: RunningService
let url: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-every-issuance-'))
  const [port = 0] = await freePorts(1)
  url = `http://localhost:${port}`
  const argv = ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`, ...means.issuerFlags]
  issuer = await startIssuer({ argv, env: {}, cwd: folder, defaultPort: port })
})
afterAll(async () => {
  await issuer?.close()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

it.each(WAYS.map((way) => [nameOf(way), way] as const))('%s: it is issued', async (_name, way) => {
  const { held, holder, session } = await receiveByCode(url, way, means)
  expect(held.format).toBe(way.one.format)
  expect(held.claims).toMatchObject(way.one.seen)
  expect(held.holderKey).toMatchObject(bareKey(holder.publicJwk))
  expect(session).toMatchObject({ state: 'completed' })
})

it.each(NO_WAYS.map((way) => [nameOf(way), way] as const))('%s: it ends early', async (_name, way) => {
  const answers: (readonly [string, Answer])[] = []
  const after = (step: string, answer: Answer) => answers.push([step, answer])
  await expect(receiveByCode(url, way, means, { after })).rejects.toThrow()
  const [step, last] = answers.at(-1) ?? []
  expect({ step, status: last?.status }).toEqual(way.ends)
  expect(last?.text).not.toContain('refresh_token')
})
