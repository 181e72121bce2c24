/**
 * Wake-up calls over one subscriber connection an engine, however many wait here. A new connection subscribes to
 * everything that is watched and then wakes every watcher once, for it may have missed a call.
 */
import { checkId } from '../limits.ts'
import type { Signals } from '../ports.ts'
import { watchers } from '../watchers.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import type { Link, OnMessage } from './subscriber.ts'

export interface SignalHub {
  signals(channelOf: (id: string) => string): Signals
  close(): void
}

/** The calls are carried out by who writes (`sessions.ts`); the subscriber is connected when somebody first watches. */
export function openSignalHub(options: ConnectionOptions): SignalHub {
  const watching = watchers()
  const subscriptions = subscriptionsPerLink((_, channel) => watching.wake(channel))
  let subscriber: Connection | undefined
  let reconnection = false
  const connected = () => {
    subscriber ??= new Connection({
      ...options,
      name: `${options.name} signals`,
      onConnected: async (link) => {
        await Promise.all(watching.topics().map((channel) => subscriptions.add(link, channel)))
        if (reconnection) watching.wakeAll()
        reconnection = true
      },
    })
    return subscriber
  }
  const watch = async (channel: string, onSignal: () => void) => {
    const watcher = watching.add(channel, onSignal)
    const close = async () => {
      if (watcher.remove().last) subscriber?.withPresentLink((link) => subscriptions.remove(link, channel))
    }
    await connected()
      .run((link) => subscriptions.add(link, channel))
      .catch((error: unknown) => close().then(() => Promise.reject(error)))
    return { close }
  }
  return {
    signals: (channelOf) => ({
      watch: async (id, onSignal) => {
        checkId(id)
        return watch(channelOf(id), onSignal)
      },
    }),
    close: () => {
      watching.clear()
      subscriber?.close()
    },
  }
}

/** Which channels a link has subscribed to; everybody who asks meanwhile waits for the same reply. */
function subscriptionsPerLink(onMessage: OnMessage) {
  const byLink = new WeakMap<Link, Map<string, Promise<void>>>()
  const of = (link: Link) => {
    const known = byLink.get(link) ?? new Map<string, Promise<void>>()
    byLink.set(link, known)
    return known
  }
  return {
    add: (link: Link, channel: string): Promise<void> => {
      const present = of(link).get(channel)
      if (present) return present
      const subscribed = link.subscribe(channel, onMessage)
      of(link).set(channel, subscribed)
      // A refused subscription is not remembered: whoever watches next asks again.
      subscribed.catch(() => of(link).delete(channel))
      return subscribed
    },
    remove: async (link: Link, channel: string): Promise<void> => {
      const subscribed = of(link).get(channel)
      of(link).delete(channel)
      await subscribed
      // Somebody may have begun to watch again while the subscription was being confirmed.
      if (!of(link).has(channel)) await link.unsubscribe(channel, onMessage)
    },
  }
}
