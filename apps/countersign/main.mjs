#!/usr/bin/env -S node --max-semi-space-size=4
/**
 * The command: hands the words after its name to `commands.ts` and ends with the code that comes back, whatever is still
 * open then. Plain JavaScript, because what is loaded before the compile cache is on is compiled at every start, and a
 * TypeScript file stripped as well.
 */
import { stopWhenTold } from './signals.mjs'
import './node-version.mjs'

// Not before the version is known: an old Node lacks what these take from it, and would say so in its own way.
await import('./compile-cache.mjs')
await import('./find-modules.mjs')
const { dispatch } = await import('./commands.ts')
for (const stream of [process.stdout, process.stderr]) stream.on('error', readerGone)
const outcome = await dispatch(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
  stopWhenTold,
})
if (outcome !== undefined) end(outcome)

/** Whoever read along has seen enough (`… | head`): the end that a shell gives to others then, and no stack. */
function readerGone(error) {
  if (error.code !== 'EPIPE') throw error
  process.exit(141)
}

/** A command that is done is done: nothing that it left open keeps the process. What was written is read first. */
function end(code) {
  process.exitCode = code
  const written = [process.stdout, process.stderr].map(
    (stream) => new Promise((resolve) => stream.write('', resolve)),
  )
  void Promise.all(written).then(() => process.exit())
}
