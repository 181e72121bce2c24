/**
 * What a signal does, from the first line of the program on: plain JavaScript without an import, so that it is in force
 * before anything else is loaded. As PID 1 of a container a process has no default action, so ending is said here. Until a
 * command says how it stops in good order, and again from the second signal on, a signal ends the process at once with the
 * code that a shell gives it.
 */
const CODES = { SIGINT: 130, SIGTERM: 143 }

let stopInOrder
let stopping = false

for (const [signal, code] of Object.entries(CODES)) process.on(signal, () => onSignal(code))

/** From now on the first signal calls `stop`; when that is done the process ends with 0, and with 1 when it failed. */
export function stopWhenTold(stop) {
  stopInOrder = stop
}

function onSignal(code) {
  if (stopInOrder === undefined || stopping) process.exit(code)
  stopping = true
  stopInOrder().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
