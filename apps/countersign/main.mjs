#!/usr/bin/env -S node --max-semi-space-size=4
/**
 * The command: hands the words after its name to `commands.ts` and leaves with the code that comes back. Plain JavaScript,
 * because what is loaded before the compile cache is on is compiled at every start, and a TypeScript file stripped as well.
 */
import './compile-cache.mjs'

const { dispatch } = await import('./commands.ts')
const outcome = await dispatch(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
})
if (outcome !== undefined) process.exitCode = outcome
