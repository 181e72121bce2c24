import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorAnswer, openApiResponses } from './described-answers.ts'

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

  it('may come in more than one form', () => {
    const schema = z.object({ url: z.string() })
    const otherForms = [{ contentType: 'application/json', schema, example: { url: 'a:b' } }]
    const responses = openApiResponses({
      200: { description: 'An address', contentType: 'text/plain', example: 'a:b', otherForms },
    })
    expect(responses).toMatchObject({
      200: {
        content: {
          'text/plain': { schema: { type: 'string' }, example: 'a:b' },
          'application/json': { schema: { type: 'object' }, example: { url: 'a:b' } },
        },
      },
    })
  })

  it('of an error have the body that is sent for it', () => {
    const wire = { status: 404, code: 'x', message: 'Not here' }
    const example = { exception: true, status: 'Not Found', code: '404', message: 'Not here' }
    expect(errorAnswer('Unknown', wire)).toMatchObject({ description: 'Unknown', example })
    const oauth = { error: 'x', error_description: 'Not here' }
    expect(errorAnswer('Unknown', wire, 'oauth').example).toEqual(oauth)
  })
})
