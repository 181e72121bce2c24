/**
 * The other end of `countersign cluster --demo`: asks the control of the cluster, by its Unix socket, which instances there are, and
 * to stop or start one. One line is sent and one line comes back.
 */
import { connect } from 'node:net'
import { type DemoChange, type DemoInstance, demoInstances } from '@countersign/api/portal/demo'
import { parseJson } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { z } from 'zod'

const REFUSALS = ['unknown', 'not_running', 'last_of_its_kind', 'not_stopped'] as const

type Refused = (typeof REFUSALS)[number]

export type DemoRefusal =
  | { [Code in Refused]: { readonly code: Code; readonly instance: string } }[Refused]
  | { readonly code: 'control_silent' }

export interface DemoControl {
  list(): Promise<Result<readonly DemoInstance[], DemoRefusal>>
  change(wanted: DemoChange): Promise<Result<readonly DemoInstance[], DemoRefusal>>
}

const answerLine = z.union([demoInstances, z.object({ refused: z.enum(REFUSALS) })])

export function demoControl(socketPath: string): DemoControl {
  const ask = async (line: string, instance = ''): Promise<Result<readonly DemoInstance[], DemoRefusal>> => {
    const text = await answerTo(socketPath, line).catch(() => '')
    const json = parseJson(text)
    const read = answerLine.safeParse(json.ok ? json.value : undefined)
    if (!read.success) return refuse({ code: 'control_silent' })
    if ('instances' in read.data) return ok(read.data.instances)
    return refuse({ code: read.data.refused, instance })
  }
  return {
    list: () => ask('list'),
    // The body's schema lets no space and no line in a name.
    change: ({ action, instance }) => ask(`${action} ${instance}`, instance),
  }
}

const PATIENCE_MS = 5_000
const LONGEST_ANSWER = 65_536

function answerTo(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const socket = connect(path, () => socket.write(`${line}\n`))
    socket.setEncoding('utf8')
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', (text: string) => {
      heard += text
      if (heard.length > LONGEST_ANSWER) socket.destroy(new Error('an answer without end'))
    })
    socket.on('error', reject)
    socket.on('end', () => resolve(heard))
  })
}
