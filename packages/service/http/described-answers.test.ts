import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openApiResponses } from './described-answers.ts'

describe('described answers', () => {
  it('become responses with schema and example', () => {
    const schema = z.object({ id: z.string() })
    const responses = openApiResponses({
      200: { description: 'Found', schema, example: { id: 'a' } },
      201: { description: 'The address', contentType: 'text/plain' },
      204: { description: 'Done' },
    })
    expect(responses).toMatchObject({
      200: {
        description: 'Found',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
            example: { id: 'a' },
          },
        },
      },
      201: { description: 'The address', content: { 'text/plain': { schema: { type: 'string' } } } },
      204: { description: 'Done' },
    })
  })
})
