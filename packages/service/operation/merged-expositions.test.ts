import { expect, it } from 'vitest'
import { mergedExpositions } from './merged-expositions.ts'
import { prometheusMetrics } from './prometheus.ts'

it('one metric of several has one head, and all its lines behind it', async () => {
  const [own, acme] = [prometheusMetrics('issuer'), prometheusMetrics('issuer', 'acme')]
  own.transition('issuance', 'none', 'offered')
  acme.transition('issuance', 'none', 'offered')
  acme.transition('issuance', 'none', 'offered')
  acme.inFlight(() => 3)
  const merged = mergedExpositions([await own.text(), await acme.text()])
  const heads = merged.split('\n').filter((line) => line.startsWith('# TYPE'))
  expect(new Set(heads).size).toBe(heads.length)
  const at = merged.indexOf('# TYPE countersign_session_transitions_total')
  expect(merged.slice(at).split('\n').slice(0, 3)).toEqual([
    '# TYPE countersign_session_transitions_total counter',
    'countersign_session_transitions_total{kind="issuance",from="none",to="offered",service="issuer"} 1',
    'countersign_session_transitions_total{kind="issuance",from="none",to="offered",service="issuer",tenant="acme"} 2',
  ])
  expect(merged).toContain('countersign_http_requests_in_flight{service="issuer",tenant="acme"} 3')
  expect(merged.match(/^process_resident_memory_bytes /gm)).toHaveLength(1)
})

it('one text is as it was', async () => {
  const text = await prometheusMetrics('issuer').text()
  const figures = (of: string) =>
    of.split('\n').filter((line) => line !== '' && !/_(seconds|bytes|lag)/.test(line))
  expect(figures(mergedExpositions([text]))).toEqual(figures(text))
})
