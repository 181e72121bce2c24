/** The languages of whoever reads the answer (RFC 9110 §12.5.4), the most wanted first; English for those who name none. */
import type { FastifyRequest } from 'fastify'

const MAX_LOCALES = 10

export function localesOf({ headers }: Pick<FastifyRequest, 'headers'>): readonly string[] {
  const named = (headers['accept-language'] ?? '')
    .slice(0, 1000)
    .split(',')
    .slice(0, MAX_LOCALES * 2)
  const wanted = named.flatMap((entry) => {
    const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim())
    const quality = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? '1')
    return /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag) && quality > 0 ? [{ tag, quality }] : []
  })
  const tags = wanted.sort((a, b) => b.quality - a.quality).map(({ tag }) => tag)
  return tags.length === 0 ? ['en'] : tags.slice(0, MAX_LOCALES)
}
