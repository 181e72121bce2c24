/**
 * Loaded into every measured process by `--import`, before its own code: it answers how much CPU time the whole
 * process has used, all threads, user and system. It runs only when it is asked and keeps no process alive. JavaScript,
 * because one TypeScript file would load the type stripper into a process that may run without.
 */
if (process.channel !== undefined) {
  process.on('message', (question) => {
    if (question.asksFor === 'usage') process.send?.(usageNow())
  })
  process.channel.unref()
}

function usageNow() {
  const { user, system } = process.cpuUsage()
  return {
    cpuMicroseconds: user + system,
    rssBytes: process.memoryUsage.rss(),
    maxRssBytes: process.resourceUsage().maxRSS * 1024,
  }
}
