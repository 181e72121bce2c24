/**
 * Who in this process waits for which topic. Callbacks run in a microtask of their own: one that throws is a bug
 * that surfaces, and neither keeps the others asleep nor breaks the reader of a connection.
 */
export interface Watchers {
  /** `first` tells that nobody in this process waited for the topic before. */
  add(topic: string, onSignal: () => void): { readonly first: boolean; remove(): { readonly last: boolean } }
  wake(topic: string): void
  wakeAll(): void
  topics(): string[]
  clear(): void
}

export function watchers(): Watchers {
  // Watchers are objects, so the same function may watch twice.
  const byTopic = new Map<string, Set<{ onSignal: () => void }>>()
  const wake = (topic: string) => {
    for (const watcher of byTopic.get(topic) ?? [])
      queueMicrotask(() => callIfStillThere(byTopic, topic, watcher))
  }
  return {
    add: (topic, onSignal) => {
      const watcher = { onSignal }
      const waiting = byTopic.get(topic)
      if (waiting) waiting.add(watcher)
      else byTopic.set(topic, new Set([watcher]))
      return { first: waiting === undefined, remove: () => ({ last: remove(byTopic, topic, watcher) }) }
    },
    wake,
    wakeAll: () => [...byTopic.keys()].forEach(wake),
    topics: () => [...byTopic.keys()],
    clear: () => byTopic.clear(),
  }
}

type ByTopic = Map<string, Set<{ onSignal: () => void }>>

function callIfStillThere(byTopic: ByTopic, topic: string, watcher: { onSignal: () => void }): void {
  if (byTopic.get(topic)?.has(watcher)) watcher.onSignal()
}

function remove(byTopic: ByTopic, topic: string, watcher: { onSignal: () => void }): boolean {
  const waiting = byTopic.get(topic)
  if (!waiting?.delete(watcher) || waiting.size > 0) return false
  byTopic.delete(topic)
  return true
}
