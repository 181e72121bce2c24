/**
 * What an instance tells of itself, as text in the store: the members of the API and the counts of its steps. Another release may
 * have written it: members that are not known are passed over, and what lacks one that is needed is no report.
 */
import { toldFigures, toldInstance } from '@countersign/api/cluster/instances'
import { z } from 'zod'

const instanceReport = toldInstance.extend({
  state: z.enum(['up', 'stopping', 'stopped']),
  ...toldFigures.shape,
  entered: z.array(
    z.object({ kind: z.enum(['verification', 'issuance']), entered: z.record(z.string(), z.int()) }),
  ),
})

export type InstanceReport = z.infer<typeof instanceReport>

/** Which process it is: in the store's words, one field each. */
export function fieldOf({ service, instance, process }: InstanceReport): string {
  return `${service}:${instance}:${process}`
}

export function parseReport(text: string): InstanceReport | undefined {
  const parsed = instanceReport.safeParse(jsonOf(text))
  return parsed.success ? parsed.data : undefined
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
