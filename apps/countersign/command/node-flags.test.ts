import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { NODE_FLAGS } from './node-flags.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = (file: string) => readFileSync(`${root}${file}`, 'utf8')

it('are the same wherever a service is started', () => {
  expect(text('apps/countersign/main.mjs').split('\n', 1)).toEqual([
    `#!/usr/bin/env -S node ${NODE_FLAGS.join(' ')}`,
  ])
  const quoted = NODE_FLAGS.map((flag) => `"${flag}"`).join(', ')
  expect(text('deploy/Dockerfile')).toContain(`ENTRYPOINT ["node", ${quoted}, "apps/countersign/main.mjs"]`)
  expect(text('deploy/Dockerfile')).toContain(
    `node ${NODE_FLAGS.join(' ')} apps/countersign/fill-compile-cache.mjs`,
  )
  expect(text('scripts/start.mjs')).toContain(`[${quoted.replaceAll('"', "'")}, command, 'up'`)
})

it('let the command run as a program', () => {
  expect(execFileSync(`${root}apps/countersign/main.mjs`, ['--version'], { encoding: 'utf8' })).toMatch(
    /^\d+\./,
  )
})
