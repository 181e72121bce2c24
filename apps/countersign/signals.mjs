/**
 * What a signal does, from the first line of the program on: plain JavaScript without an import, so that it is in force
 * before anything else is loaded. As PID 1 of a container a process has no default action, so ending is said here. Until a
 * command says how it stops in good order, and again from the second signal on, a signal ends the process at once with the
 * code that a shell gives it.
 */
const CODES = { SIGINT: 130, SIGTERM: 143 }
/**
 * A terminal sends Ctrl-C to npm, to `npm start` and to us, and both pass on what they get: what comes again within this
 * time is the same signal.
 */
const ECHO_MS = 500
const LOOK_MS = 500

let stopInOrder
let stoppingSince

for (const [signal, code] of Object.entries(CODES)) process.on(signal, () => onSignal(code))
if (process.env.npm_lifecycle_event === 'npx') stopWithParent()

/** From now on the first signal calls `stop`; when that is done the process ends with 0, and with 1 when it failed. */
export function stopWhenTold(stop) {
  stopInOrder = stop
}

function onSignal(code) {
  if (stopInOrder === undefined) process.exit(code)
  if (stoppingSince !== undefined) {
    if (performance.now() - stoppingSince > ECHO_MS) process.exit(code)
    return
  }
  stoppingSince = performance.now()
  stopInOrder().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}

/** `npx` signals its shell alone, which ends and says nothing to us: whoever ends it has to end us. */
function stopWithParent() {
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    onSignal(CODES.SIGTERM)
  }, LOOK_MS).unref()
}
