/**
 * Loaded into every measured process by `--import`, before its own code: it answers how much CPU time the whole
 * process has used, all threads, user and system. It runs only when it is asked and keeps no process alive.
 */
export interface Usage {
  /** Since the process began. */
  readonly cpuMicroseconds: number
  readonly rssBytes: number
  readonly maxRssBytes: number
}

export const USAGE_QUESTION = 'usage'

if (process.channel !== undefined) {
  process.on('message', (question) => {
    if (question === USAGE_QUESTION) process.send?.(usageNow())
  })
  process.channel.unref()
}

export function usageNow(): Usage {
  const { user, system } = process.cpuUsage()
  return {
    cpuMicroseconds: user + system,
    rssBytes: process.memoryUsage.rss(),
    maxRssBytes: process.resourceUsage().maxRSS * 1024,
  }
}

export function isUsage(message: unknown): message is Usage {
  return typeof message === 'object' && message !== null && 'cpuMicroseconds' in message
}
