/** A file as an answer: in the form that the browser takes, and not again to who has it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BuiltFile } from './built-pages.ts'
import { chosenForm } from './content-encoding.ts'

/** With the status that the reply has; what it says of `vary` already stays. */
export function sendFile(
  file: BuiltFile,
  request: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
): FastifyReply {
  const { body, encoding } = chosenForm(file, request.headers['accept-encoding'])
  // RFC 9110 §8.8.3.3: forms of one resource are different representations.
  const etag = `"${file.etag}${encoding === undefined ? '' : `-${encoding}`}"`
  const varies = reply.getHeader('vary')
  reply.header('etag', etag)
  reply.header('vary', typeof varies === 'string' ? `${varies}, accept-encoding` : 'accept-encoding')
  reply.header('cache-control', file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
  if (reply.statusCode === 200 && isKnown(request.headers['if-none-match'], etag))
    return reply.code(304).send()
  if (encoding !== undefined) reply.header('content-encoding', encoding)
  return reply.type(file.contentType).send(body)
}

function isKnown(known: string | undefined, etag: string): boolean {
  return (known ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
