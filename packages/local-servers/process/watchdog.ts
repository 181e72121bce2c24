/**
 * What every program that we start has beside it: a word on how it ended, and a watchdog that holds a pipe of ours, so
 * that even a kill -9 of this process ends the program and removes its temporary folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'

/** Resolves with `ended by SIGKILL`, `ended with code 1` … when it is gone. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`))
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with code ${code}`))
  })
}

export interface WatchOptions {
  /** The signal on which the program ends in good order; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  readonly temporaryFolder?: string | undefined
}

/** Kill it once the program is gone. */
export function watchOver(
  pid: number,
  { stopSignal = 'SIGTERM', temporaryFolder = '' }: WatchOptions,
): ChildProcess {
  const args = ['-c', WATCHDOG, 'watchdog', `${pid}`, stopSignal.slice(3), temporaryFolder]
  const watchdog = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  watchdog.on('error', () => {})
  watchdog.unref()
  return watchdog
}

/**
 * `read` returns when the pipe closes, that is when this process is gone in whatever way. A stopped program must be
 * continued to notice the signal, and one that ignores it is killed.
 */
const WATCHDOG = `read -r nothing
kill -s "$2" "$1"; kill -s CONT "$1"
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || break; sleep 0.2; done
kill -s KILL "$1"
if [ -n "$3" ]; then rm -rf -- "$3"; fi`
