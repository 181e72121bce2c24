/** With what a page of the portal begins: the parts of the program that it needs, and what it asks. */
import type { TypeEntry } from '@countersign/api/repository/types'
import type { LanguageId } from '@countersign/ui/text/languages'
import { formPaths } from '../issue/format-ways.ts'

export interface Ask {
  /** Below the API, word for word as the page asks. */
  readonly path: string
  /** What the answer leads to. */
  readonly next?: (answer: unknown) => readonly Ask[]
  /** `in words`: in the language of the page. */
  readonly how?: 'in words' | 'stream'
}

const TYPES: Ask = { path: '/repository/api/types' }
const METADATA: Ask = { path: '/issuer/.well-known/openid-credential-issuer' }

const issuing = 'issue/pages.ts'
const verifying = 'verify/pages.ts'
const waiting = 'waiting.ts'
const operation = 'operation.ts'

/** By the first part of the address. */
const PARTS: Readonly<Record<string, string>> = {
  issue: issuing,
  offers: waiting,
  verify: verifying,
  sessions: operation,
  credentials: operation,
  trust: operation,
  cluster: operation,
  begin: 'operators/begin-page.tsx',
}

/** Once it is known that whoever sits here may ask. */
export function asksAt(path: string): readonly Ask[] {
  const [, first, id = '', page] = path.split('/')
  if (first === 'issue') return id === '' ? [TYPES] : [{ ...TYPES, next: formOf(id) }, METADATA]
  if (first === 'offers') return [streamOf('issuer', id)]
  if (first === 'trust') return [{ path: '/verifier/trust' }, { path: '/issuer/trust' }]
  if (first !== 'verify') return []
  if (id === '') return [TYPES, METADATA]
  if (page === undefined) return [streamOf('verifier', id), METADATA]
  const session: Ask = { path: `/verifier/openid4vc/session/${id}`, how: 'in words' }
  return page === 'result' ? [session, streamOf('verifier', id), METADATA] : []
}

/** A form begins with the first format of its type. */
function formOf(name: string): NonNullable<Ask['next']> {
  return (types) => {
    const type = (types as readonly TypeEntry[]).find((one) => one.name === name)
    const [format] = Object.keys(type?.formats ?? {})
    return format === undefined ? [] : formPaths(name, format).map((path) => ({ path }))
  }
}

function streamOf(service: 'issuer' | 'verifier', id: string): Ask {
  return { path: `/${service}/openid4vc/session/${id}/events`, how: 'stream' }
}

/** Where whoever begins there goes next. */
export function nextAt(path: string): string | undefined {
  const [, first = ''] = path.split('/')
  if (isRequest(path)) return verifying
  return path === '/' || first === 'issue' || path === '/verify' ? waiting : undefined
}

function isRequest(path: string): boolean {
  return /^\/verify\/[^/]+$/.test(path)
}

export function partsAt(path: string, language: LanguageId): readonly string[] {
  const [, first = ''] = path.split('/')
  const part = isRequest(path) ? waiting : PARTS[first]
  return [...(part === undefined ? [] : [part]), ...(language === 'de' ? germanOf(part) : [])]
}

function germanOf(part: string | undefined): readonly string[] {
  const more = part === operation ? ['text/operation/de.ts'] : []
  const ways = part === verifying || part === waiting ? ['text/asking/de.ts'] : []
  return ['text/de.ts', 'text/home/de.ts', '../../../packages/ui/text/de.ts', ...more, ...ways]
}
