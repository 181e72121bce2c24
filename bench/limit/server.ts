/**
 * The limit as a process of its own: a bare `node:http` server that takes the requests of a recorded flow, does the
 * work of the plan and answers as many bytes as the service did. It says when it can hear the plan, which is the first message.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LimitPlan, LimitStep } from './plan.ts'
import { prepare } from './work.ts'

interface PreparedStep {
  readonly run: readonly (() => void)[]
  readonly contentType: string
  readonly reply: Buffer
}

// The probe keeps no process alive: until the plan is here, this does.
process.channel?.ref()
process.once('message', (plan: LimitPlan) => serve(plan))
process.send?.({ hears: 'plan' })

function serve(plan: LimitPlan): void {
  const steps = new Map(plan.steps.map((step) => [`${step.method} ${step.path}`, prepared(step)]))
  const server = createServer((request, response) => {
    const step = steps.get(`${request.method} ${request.url}`)
    if (step === undefined) return void response.writeHead(404).end()
    afterBody(request, () => answer(step, response))
  })
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
}

function prepared({ work, contentType, replyBytes }: LimitStep): PreparedStep {
  return { run: work.map(prepare), contentType, reply: Buffer.alloc(replyBytes, 'x') }
}

function afterBody(request: IncomingMessage, then: () => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    Buffer.concat(chunks).toString()
    then()
  })
}

function answer({ run, contentType, reply }: PreparedStep, response: ServerResponse): void {
  for (const one of run) one()
  response.writeHead(200, { 'content-type': contentType, 'content-length': reply.length })
  response.end(reply)
}
