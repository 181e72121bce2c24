/**
 * What one issuance and one presentation cost each part, as people cause them: through the wallet's API, the balancers and two
 * instances of everything, with all that is written beside the way - lists, who served a step, that an offer was opened and a
 * credential accepted. Each part stands beside one signature of the same moment, so that machines can be compared.
 */
import type { Cluster } from '@countersign/countersign/cluster/start-cluster'
import { prepareAtOnce } from '../limit/work.ts'
import { newWalletOwner, runByOwners, type WalletOwner } from '../load/wallet-flows.ts'
import { cpuOfTrees } from '../measure/process-cpu.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'

const OWNERS = 8
const SIGNATURES = 4_000
/** In flows of a round: until the compilers of a dozen processes have settled. */
const WARM_UP_ROUNDS = 6

type FlowName = 'receive' | 'present'

interface Part {
  readonly name: string
  readonly pids: readonly number[]
}

export async function partFigures(stand: Stand): Promise<readonly Row[]> {
  const cluster = await stand.cluster()
  const owners = await makeOwners(cluster)
  // One card each, which they show: the other ones receive.
  for (const owner of owners.presenting) await owner.receive()
  const parts = partsOf(cluster)
  try {
    return [
      ...(await flowFigures(stand, { flow: 'receive', owners: owners.receiving, parts })),
      ...(await flowFigures(stand, { flow: 'present', owners: owners.presenting, parts })),
    ]
  } finally {
    for (const owner of [...owners.receiving, ...owners.presenting]) owner.close()
  }
}

async function makeOwners({ urls }: Cluster) {
  const some = async () => {
    const made: WalletOwner[] = []
    while (made.length < OWNERS) made.push(await newWalletOwner(urls))
    return made
  }
  return { receiving: await some(), presenting: await some() }
}

function partsOf({ services, caddy, redis, postgres }: Cluster): readonly Part[] {
  const instancesOf = (service: string) => ({
    name: service,
    pids: services.filter((one) => one.service === service).map(({ pid }) => pid),
  })
  return [
    ...['issuer', 'verifier', 'wallet'].map(instancesOf),
    { name: 'Caddy', pids: [caddy.pid] },
    { name: 'Redis', pids: redis === undefined ? [] : [redis.pid] },
    { name: 'PostgreSQL', pids: [postgres.pid] },
  ]
}

interface FlowOfParts {
  readonly flow: FlowName
  readonly owners: readonly WalletOwner[]
  readonly parts: readonly Part[]
}

const NAMES: Readonly<Record<FlowName, string>> = { receive: 'issuance', present: 'presentation' }
/** Who has no part in it. */
const ABSENT: Readonly<Record<FlowName, string>> = { receive: 'verifier', present: 'issuer' }

async function flowFigures(
  { settings }: Stand,
  { flow, owners, parts }: FlowOfParts,
): Promise<readonly Row[]> {
  const { partFlows, partRounds } = settings
  const involved = parts.filter(({ name }) => name !== ABSENT[flow])
  const costs = new Map(involved.map(({ name }) => [name, [] as number[]]))
  const signatures: number[] = []
  await runByOwners(owners, WARM_UP_ROUNDS * partFlows, flow)
  for (let round = 0; round < partRounds; round++) {
    signatures.push(signatureMicroseconds())
    const before = await costsOf(involved)
    await runByOwners(owners, partFlows, flow)
    const after = await costsOf(involved)
    involved.forEach(({ name }, at) => {
      costs.get(name)?.push(((after[at] ?? 0) - (before[at] ?? 0)) / partFlows)
    })
  }
  return [...costs].map(([name, measured]) =>
    figure({
      what: `${NAMES[flow]} through the wallet: ${name}`,
      unit: 'µs CPU',
      measured,
      limit: signatures,
      ratio: measured.map((cost, at) => cost / (signatures[at] ?? Number.NaN)),
    }),
  )
}

function costsOf(parts: readonly Part[]): Promise<readonly number[]> {
  return Promise.all(parts.map(({ pids }) => cpuOfTrees(pids)))
}

const sign = prepareAtOnce({ kind: 'sign', text: 'x'.repeat(600) })

/** CPU of one ES256 signature of `node:crypto`, in this process and now. */
function signatureMicroseconds(): number {
  const before = process.cpuUsage()
  for (let made = 0; made < SIGNATURES; made++) sign()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / SIGNATURES
}
