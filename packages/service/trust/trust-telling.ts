/**
 * What a service says of itself at `GET /trust`: gathered while it is opened, by those who open keys and sources, and put into
 * words when somebody asks. It holds nothing but references: what it tells is what is used. The call is at the management door of every
 * service that has keys or sources; a service that may start without a management credential has it closed then, but in development
 * on loopback.
 */
import { type TrustFacts, trustFacts } from '@countersign/api/trust'
import type { ServiceApp } from '../http/service-app.ts'
import type { ToldKey, ToldSource, ToldTrust } from './trust-view.ts'

export interface TrustTelling extends ToldTrust {
  addKey(key: ToldKey): void
  /** Once: by whom it believes at any moment. */
  setSources(read: () => readonly ToldSource[]): void
}

export function trustTelling(): TrustTelling {
  const keys: ToldKey[] = []
  let read: (() => readonly ToldSource[]) | undefined
  return {
    addKey: ({ algorithm, keyId, purpose, x5c }) => void keys.push({ algorithm, keyId, purpose, x5c }),
    setSources: (next) => {
      read = next
    },
    keys,
    sources: () => read?.(),
  }
}

export interface TrustRoutes {
  readonly telling: TrustTelling
  /** Public address of the service. */
  readonly baseUrl: string
  /** Epoch seconds. */
  readonly now: () => number
}

export function trustRoutes(app: ServiceApp, { telling, baseUrl, now }: TrustRoutes): void {
  app.get(
    '/trust',
    {
      schema: { summary: 'Who this service is, and whom it believes', tags: ['trust'] },
      config: {
        door: 'management',
        scope: 'operation:read',
        closedWithoutKey: true,
        answers: { 200: { description: 'Its keys and its sources of trust', schema: trustFacts } },
      },
    },
    async (): Promise<TrustFacts> => {
      // A start is mostly loading, and who just starts is asked by nobody.
      const { trustView } = await import('./trust-view.ts')
      return trustView(telling, { url: baseUrl, now: now() })
    },
  )
}
