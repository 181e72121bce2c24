import type { HttpService } from '@countersign/service/http/http-service'
import {
  type ApiDocument,
  addressOf,
  answerFaults,
  gapsOf,
  type Operation,
  operationsOf,
} from '@countersign/testing/client/described-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRepository } from '../testing/repository.testing.ts'

let service: HttpService
let operations: readonly Operation[] = []

beforeAll(async () => {
  service = await openRepository('http://localhost:7103', ['openapi'])
  operations = operationsOf((await service.app.inject('/api.json')).json<ApiDocument>())
})
afterAll(() => service.close())

async function send(operation: Operation, values: Record<string, string> = {}, etag?: string) {
  const headers = etag === undefined ? {} : { 'if-none-match': etag }
  const answer = await service.app.inject({ url: addressOf(operation, values), headers })
  const contentType = answer.headers['content-type']?.toString()
  const faults = answerFaults(operation, { status: answer.statusCode, contentType, text: answer.body })
  return { status: answer.statusCode, faults, answer }
}

const hasParameter = ({ parameters = [] }: Operation, name: string) =>
  parameters.some((parameter) => parameter.name === name)

describe("the repository's API", () => {
  it('has thirteen operations, and leaves nothing of them undescribed', () => {
    expect(operations).toHaveLength(13)
    expect(operations.flatMap(gapsOf)).toEqual([])
  })

  it('answers every example of a call with the example of its answer', async () => {
    for (const operation of operations) {
      const { status, faults, answer } = await send(operation)
      expect([operation.name, status, faults]).toEqual([operation.name, 200, []])
      const declared = operation.responses?.['200']?.content?.['application/json']?.example
      // The maker of the document takes this member out of every JSON Schema, also of one that is an example.
      const body: unknown = JSON.parse(answer.body.replace(/"\$schema":"[^"]*",/, ''))
      expect(body, operation.name).toEqual(declared)
    }
  })

  it('refuses a name that there is not as declared', async () => {
    const named = operations.filter((operation) => hasParameter(operation, 'name'))
    expect(named).toHaveLength(7)
    for (const operation of named) {
      expect(await send(operation, { name: 'Unknown' })).toMatchObject({ status: 400, faults: [] })
    }
  })

  it('answers for type metadata as declared where there is none, and where it is known', async () => {
    const [byName, byVct] = ['GET /api/type-metadata/{name}', 'GET /api/type-metadata'].map((name) => {
      const found = operations.find((operation) => operation.name === name)
      if (found === undefined) throw new Error(`no ${name}`)
      return found
    }) as [Operation, Operation]
    const none = { status: 404, faults: [] }
    expect(await send(byName, { name: 'MobileDrivingLicence' })).toMatchObject(none)
    expect(await send(byVct, { vct: 'urn:unknown' })).toMatchObject(none)
    expect(await send(byVct, { vct: '' })).toMatchObject({ status: 400, faults: [] })
    expect(await send(byName, {}, '*')).toMatchObject({ status: 304, faults: [] })
  })
})
