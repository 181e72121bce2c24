/**
 * Whether issuer and verifier are ready for people: asked by their internal addresses with the portal's keys, and by the public
 * address that they say is theirs. Nothing is changed by it, and what cannot be found out is left out.
 */
import type { IncomingMessage } from 'node:http'
import { type ClusterInstances, clusterInstances } from '@countersign/api/cluster/instances'
import type { CheckedService, Checklist } from '@countersign/api/portal/checklist'
import { type TrustFacts, trustFacts } from '@countersign/api/trust'
import { defined, parseJson } from '@countersign/core/json'
import { callUpstream, type Upstream } from '@countersign/service/http/passing/call-upstream'
import type { z } from 'zod'
import { credentialOf, type KeyedUpstream, type Upstreams } from './upstreams.ts'

/** Of all that is asked of one service, in milliseconds. */
const PATIENCE_MS = 5_000
const MOST_BYTES = 4 * 1024 * 1024

/** Instances that share nothing know of themselves alone: a balancer in front gives another one the next question. */
const ASKED_FOR_INSTANCES = 4

export async function lookAtServices({
  issuer,
  verifier,
}: Pick<Upstreams, 'issuer' | 'verifier'>): Promise<Checklist> {
  return { services: await Promise.all([lookAt('issuer', issuer), lookAt('verifier', verifier)]) }
}

async function lookAt(service: CheckedService['service'], upstream: KeyedUpstream): Promise<CheckedService> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const headers = credentialOf(upstream)
  const [trust, ...told] = await Promise.all([
    ask(upstream, '/trust', headers, signal),
    ...Array.from({ length: ASKED_FOR_INSTANCES }, () =>
      ask(upstream, '/cluster/instances', headers, signal),
    ),
  ])
  if (trust === undefined) return { service, answers: 'silent' }
  if (trust.status === 401 || trust.status === 403) return { service, answers: 'key_refused' }
  const facts = read(trustFacts, trust)
  if (facts === undefined) return { service, answers: 'silent' }
  const views = told.flatMap((one) => read(clusterInstances, one) ?? [])
  return defined<CheckedService>({
    service,
    answers: 'yes',
    keys: facts.keys.map(keyOf),
    trust: trustOf(facts),
    sessions: sessionsOf(views),
    address: await reach(facts.url, signal),
  })
}

function keyOf({ algorithm, certificates, purpose }: TrustFacts['keys'][number]) {
  const ends = certificates.map(({ notAfter }) => notAfter)
  return ends.length === 0 ? { purpose, algorithm } : { purpose, algorithm, endsAt: Math.min(...ends) }
}

function trustOf({ believes }: TrustFacts): CheckedService['trust'] {
  if (believes === undefined) return undefined
  const failing = believes.filter(({ inForce, problem }) => !inForce || problem !== undefined).length
  const ends = believes.flatMap(({ nextUpdate }) => nextUpdate ?? [])
  return { sources: believes.length, failing, ...(ends.length > 0 && { endsAt: Math.min(...ends) }) }
}

function sessionsOf(views: readonly ClusterInstances[]): CheckedService['sessions'] {
  const [first] = views
  if (first === undefined) return undefined
  const processes = views.flatMap(({ instances }) => instances.map((one) => one.process))
  return { shared: first.shared, processes: new Set(processes).size }
}

/** By the name that everybody else knows; what answers there has to be one of ours. */
async function reach(url: string, signal: AbortSignal): Promise<CheckedService['address']> {
  const startedAt = performance.now()
  const answer = await ask({ name: 'public address', url }, '/livez', {}, signal)
  const isOurs = answer?.status === 200 && answer.text.startsWith('[{"name":"http","healthy":true')
  return isOurs
    ? { url, reached: true, ms: Math.round(performance.now() - startedAt) }
    : { url, reached: false }
}

interface Heard {
  readonly status: number
  readonly text: string
}

/** Undefined where nobody answers in time, or without end. */
async function ask(
  upstream: Upstream,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Heard | undefined> {
  try {
    const called = await callUpstream(upstream, { method: 'GET', path, headers }, signal)
    if (!called.ok) return undefined
    const text = await textOf(called.value)
    return text === undefined ? undefined : { status: called.value.statusCode ?? 502, text }
  } catch {
    return undefined
  }
}

async function textOf(answer: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_BYTES) {
      answer.destroy()
      return undefined
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function read<T>(schema: z.ZodType<T>, heard: Heard | undefined): T | undefined {
  if (heard?.status !== 200) return undefined
  const json = parseJson(heard.text, { maxBytes: MOST_BYTES })
  const parsed = schema.safeParse(json.ok ? json.value : undefined)
  return parsed.success ? parsed.data : undefined
}
