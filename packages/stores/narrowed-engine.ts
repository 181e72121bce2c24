/**
 * A part of an engine, for one of several who share it: everything of his lies in namespaces that begin with his name, so that no
 * id, topic or list of another is reached, whatever is asked for. A namespace has no colon and a name no dot, so two never meet.
 */
import type { StoreEngine } from './ports.ts'

const NAME = /^[a-z0-9-]{1,40}$/

/** `close` closes nothing: the others go on. What the instances tell of themselves is that of all. */
export function narrowedEngine(engine: StoreEngine, name: string): StoreEngine {
  if (!NAME.test(name))
    throw new RangeError('a part of an engine is named by 1 to 40 characters of a-z 0-9 -')
  const within = (namespace: string) => `of.${name}.${namespace}`
  return {
    ...engine,
    sessions: (namespace) => engine.sessions(within(namespace)),
    once: (namespace) => engine.once(within(namespace)),
    signals: (namespace) => engine.signals(within(namespace)),
    due: (namespace) => engine.due(within(namespace)),
    index: (namespace) => engine.index(within(namespace)),
    close: async () => {},
  }
}
