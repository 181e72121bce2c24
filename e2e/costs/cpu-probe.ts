/**
 * Loaded into a service process before the service: its parent may ask what the main thread has used of the processor so
 * far. Threads that do what is dear on purpose, such as hashing passwords, stop no event loop and are not counted.
 */
import process from 'node:process'

process.on('message', () => {
  const { user, system } = process.threadCpuUsage()
  process.send?.((user + system) / 1000)
})
process.channel?.unref()
