/**
 * More callers than one verifier can serve: a closed loop with ever more connections. What counts is that none of their
 * flows is lost, that as much gets done as with few of them, and that whoever is refused hears so at once. The load is one
 * process on the same machine: its processor time is missing to the service, and its own lateness is in its times, so how
 * soon a refusal comes is asked of somebody who comes alone. Times are judged from three seconds after the first caller on;
 * those of the arrival stand beside them.
 */
import { type Observed, sendBystander } from '../load/bystander.ts'
import { closedLoop, type LoopOutcome, SETTLED_AFTER_MS, type Times } from '../load/closed-loop.ts'
import { creationRequest, verificationFlow } from '../load/verification-flow.ts'
import { percentile } from '../measure/statistics.ts'
import { type Budget, figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { warmUp } from './flow-against-limit.ts'

interface Step extends LoopOutcome {
  readonly connections: number
  readonly bystander: Observed
}

export async function overloadFigures(stand: Stand): Promise<readonly Row[]> {
  const { holders, deployment, settings } = stand
  // One that no other figure has used: thousands of connections leave their memory behind.
  const service = await stand.service('verifier', 9)
  const flow = verificationFlow({ holders, managementApiKey: deployment.managementApiKey })
  await warmUp(flow, service.port, settings)
  const steps: Step[] = []
  for (const connections of settings.overload.connections) {
    const loop = { port: service.port, connections, seconds: settings.overload.seconds }
    const [outcome, bystander] = await Promise.all([
      closedLoop(flow, loop),
      sendBystander({
        port: service.port,
        request: creationRequest(`Bearer ${deployment.managementApiKey}`),
        afterMs: SETTLED_AFTER_MS,
        forMs: settings.overload.seconds * 1_000 - SETTLED_AFTER_MS,
      }),
    ])
    const step: Step = { ...outcome, connections, bystander }
    console.log(`  ${described(step)}`)
    steps.push(step)
  }
  return [...steps.map(goodputFigure), ...budgetFigures(steps)]
}

function goodputFigure(step: Step): Row {
  return figure({
    what: `verifications with ${step.connections} connections`,
    unit: 'flows/s',
    measured: [step.flowsPerSecond],
    note: described(step),
  })
}

function budgetFigures(steps: readonly Step[]): readonly Row[] {
  const goodputs = steps.map(({ flowsPerSecond }) => flowsPerSecond)
  const best = Math.max(...goodputs)
  // With fewer callers than that there was less to do.
  const withMore = goodputs.slice(goodputs.indexOf(best))
  const worst = (of: (step: Step) => number) => Math.max(...steps.map(of))
  const row = (what: string, unit: string, value: number, relation: Budget['relation'], bound: number) =>
    figure({
      what: `overload: ${what}`,
      unit,
      measured: [value],
      budget: { of: 'measured', relation, bound },
    })
  return [
    row(
      'flows lost',
      'flows',
      steps.reduce((sum, { lost }) => sum + lost, 0),
      'at_most',
      0,
    ),
    row('least done with more callers, of the most', '', Math.min(...withMore) / best, 'at_least', 0.7),
    row(
      'refused after, p99',
      'ms',
      worst(({ bystander }) => percentileOf(bystander.refusedMs, 0.99)),
      'at_most',
      50,
    ),
    row(
      'served after, p99',
      'ms',
      worst(({ settled }) => percentileOf(settled.servedMs, 0.99)),
      'at_most',
      500,
    ),
    row(
      'longest flow of a patient caller',
      's',
      worst(({ longestFlowMs }) => longestFlowMs) / 1_000,
      'at_most',
      60,
    ),
  ]
}

function described({
  connections,
  flowsPerSecond,
  lost,
  losses,
  longestFlowMs,
  ownDelayMs,
  bystander,
  ...of
}: Step): string {
  return [
    `${connections} connections: ${flowsPerSecond.toFixed(0)} flows/s`,
    times(of.settled),
    `while callers arrive: ${times(of.arriving)}`,
    `who comes alone: ${times(bystander)}, ${bystander.failed} failed`,
    `the load's own delay p99 ${ownDelayMs.toFixed(0)} ms`,
    `longest flow ${(longestFlowMs / 1_000).toFixed(1)} s, lost ${lost}${losses.map((loss) => `; ${loss}`).join('')}`,
  ].join('; ')
}

function times({ servedMs, refusedMs }: Pick<Observed, keyof Times>): string {
  const told = (values: readonly number[], how: string) => {
    const [p50, p99] = [0.5, 0.99].map((share) => percentileOf(values, share).toFixed(0))
    return `${values.length} ${how}, p50 ${p50}, p99 ${p99} ms`
  }
  return `${told(servedMs, 'served')}, ${told(refusedMs, 'refused')}`
}

/** 0 for none. */
function percentileOf(values: readonly number[], share: number): number {
  return values.length === 0 ? 0 : percentile(values, share)
}
