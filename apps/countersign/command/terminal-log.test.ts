import { createLogger } from '@countersign/service/operation/log'
import { describe, expect, it } from 'vitest'
import { terminalLine } from './terminal-log.ts'

function shown(write: (log: ReturnType<typeof createLogger>) => void): readonly string[] {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  write(createLogger({ service: 'issuer', instance: 'issuer', level: 'info', destination }))
  return lines.flatMap((line) => terminalLine(line) ?? [])
}

describe('the log at a terminal', () => {
  it('has one line for a refused request: status, method, route and why', () => {
    const facts = { method: 'POST', route: '/token', status: 400, ms: 1.2, requestId: 'r1' }
    expect(shown((log) => log.info({ ...facts, refusal: 'code_spent' }))).toEqual([
      '  issuer      400 POST /token  1 ms  code_spent',
    ])
    expect(shown((log) => log.info(facts))).toEqual(['  issuer      400 POST /token  1 ms'])
  })

  it('has warnings and errors with their cause, without a stack', () => {
    expect(shown((log) => log.warn('no database'))).toEqual(['  issuer      warning: no database'])
    const facts = { error: 'StoreUnavailable', stack: 'StoreUnavailable: away\n    at x' }
    expect(shown((log) => log.error(facts, 'request failed'))).toEqual([
      '  issuer      error: request failed (StoreUnavailable)',
    ])
  })

  it('has one line for what went well, and none for probes', () => {
    const facts = { method: 'GET', route: '/openid4vc/session/:id', status: 200, ms: 3.7 }
    expect(shown((log) => log.info(facts))).toEqual(['  issuer      200 GET /openid4vc/session/:id  4 ms'])
    expect(shown((log) => log.info({ method: 'GET', route: '/livez', status: 200 }))).toEqual([])
    expect(shown((log) => log.info({ method: 'POST', route: '/readyz', status: 405 }))).toEqual([])
    expect(shown((log) => log.info({ method: 'GET', route: '/readyz', status: 503 }))).toHaveLength(1)
    expect(shown((log) => log.info({ port: 7002 }, 'listening'))).toEqual([])
  })

  it('survives what is no line of the log', () => {
    expect(terminalLine('Segmentation fault')).toBeUndefined()
    expect(terminalLine('"text"')).toBeUndefined()
  })
})
