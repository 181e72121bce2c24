/** Many live sessions in Redis beside few: CPU of the service a flow, CPU of Redis a flow, bytes a session. */
import { openTarget, recordFlow } from '../load/flows.ts'
import { textMember } from '../load/json-text.ts'
import { createVerification, verificationFlow } from '../load/verification-flow.ts'
import { pairedRounds, type Side } from '../measure/rounds.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { side, warmUp } from './flow-against-limit.ts'

export async function liveSessionFigures(stand: Stand): Promise<readonly Row[]> {
  const { holders, deployment, settings } = stand
  const { few, many } = settings.liveSessions
  const service = await stand.service('verifier')
  const flow = verificationFlow({ holders, managementApiKey: deployment.managementApiKey })
  await warmUp(flow, service.port, settings)
  const redisCpu = { few: [] as number[], many: [] as number[] }
  const bytes: number[] = []
  const measured = side([service], flow, [service.port], settings)
  const withLive = (count: number, cpu: number[], sizes?: number[]): Side => ({
    round: async () => {
      const size = await fill(stand, count, flow, service.port)
      sizes?.push(size)
      const before = await stand.redis.cpuMicroseconds()
      const perFlow = await measured.round()
      cpu.push(((await stand.redis.cpuMicroseconds()) - before) / settings.flowsPerRound)
      return perFlow
    },
  })
  const rounds = await pairedRounds(
    settings.liveSessionRounds,
    withLive(many, redisCpu.many, bytes),
    withLive(few, redisCpu.few),
  )
  const open = await openSessionBytes(stand, service.port)
  await stand.redis.empty()
  const counts = `${many.toLocaleString('en')} live sessions, against ${few.toLocaleString('en')}`
  return [
    figure({
      what: `verification with ${counts}`,
      unit: 'µs CPU',
      measured: rounds.first,
      limit: rounds.second,
      ratio: rounds.ratios,
      budget: { of: 'ratio', relation: 'at_most', bound: 1.1 },
    }),
    figure({
      what: `CPU of Redis for it`,
      unit: 'µs CPU',
      measured: redisCpu.many,
      limit: redisCpu.few,
      ratio: redisCpu.many.map((value, at) => value / (redisCpu.few[at] ?? Number.NaN)),
    }),
    figure({
      what: 'an open session in Redis',
      unit: 'bytes',
      measured: [open],
      budget: { of: 'measured', relation: 'at_most', bound: 2500 },
    }),
    figure({
      what: 'a decided session in Redis',
      unit: 'bytes',
      measured: bytes,
      budget: { of: 'measured', relation: 'at_most', bound: 2500 },
    }),
  ]
}

async function openSessionBytes({ redis, deployment }: Stand, port: number): Promise<number> {
  const target = openTarget([port], 0)
  const id = await createVerification(target.send, `Bearer ${deployment.managementApiKey}`)
  target.close()
  return redis.memoryOf(`countersign:verification:${id}`)
}

/** Bytes that each of the sessions takes, keys and tables of Redis included. */
async function fill(
  { redis }: Stand,
  count: number,
  flow: Parameters<typeof recordFlow>[0],
  port: number,
): Promise<number> {
  await redis.empty()
  const [created] = await recordFlow(flow, port)
  const id = textMember(created?.reply.body ?? '', 'id')
  const before = await redis.usedMemory()
  await redis.fillWith(`countersign:verification:${id}`, count)
  return ((await redis.usedMemory()) - before) / count
}
