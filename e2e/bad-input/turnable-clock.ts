/**
 * Loaded into a service process before the service: its parent may turn the clock forward, so that what expires in
 * minutes can be tested in milliseconds. Elapsed-time measurements and timers stay as they are.
 */
import process from 'node:process'

const realNow = Date.now
let aheadMs = 0

Date.now = () => realNow() + aheadMs
process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('turnBySeconds' in message)) return
  aheadMs += Number(message.turnBySeconds) * 1000
  process.send?.('turned')
})
// The parent's wish to turn the clock must not keep a stopped service alive.
process.channel?.unref()
