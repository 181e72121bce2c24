import { readFileSync } from 'node:fs'
import { longestStopSeconds } from '@countersign/service/operation/lifecycle'
import { expect, it } from 'vitest'

const COMPOSE = readFileSync(new URL('../../deploy/compose.yaml', import.meta.url), 'utf8')
/** Of the engine, from its signal to the first line of ours. */
const MARGIN_SECONDS = 1

it('whoever ends a service of the compose file by force waits for the longest stop that is possible', () => {
  const seconds = (pattern: RegExp) => Number(pattern.exec(COMPOSE)?.[1])
  const drain = seconds(/COUNTERSIGN_DRAIN_SECONDS: "([\d.]+)"/)
  const grace = seconds(/stop_grace_period: (\d+)s/)
  expect(grace).toBeGreaterThanOrEqual(longestStopSeconds(drain) + MARGIN_SECONDS)
})
