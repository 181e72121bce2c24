/** Starts the service worker, and knows when a newer one waits. A page is never taken from under somebody: a press changes it. */
import { type Signal, signal } from '@preact/signals'
import { USE_NEWER } from './newer-message.ts'

/** There is a newer version of the pages. */
export const newer: Signal<ServiceWorker | undefined> = signal(undefined)

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: () => string },
  ): { createScriptURL(url: string): string }
}

declare const trustedTypes: TrustedTypes | undefined

const PATH = '/sw.js'

/** Once, when the first page is there: what it keeps is not needed for it. Without one everything works, with the network. */
export function startWorker(): void {
  // Absent on a page without https.
  if (!('serviceWorker' in navigator)) return
  if (document.readyState === 'complete') void start()
  else addEventListener('load', () => void start(), { once: true })
}

async function start(): Promise<void> {
  const container = navigator.serviceWorker
  try {
    // A browser may refuse: a private window, a setting.
    await container.register(scriptAddress(), { updateViaCache: 'none' })
    const registration = await container.ready
    watch(registration)
    lookAgainLater(registration)
  } catch {
    // Then there is no page without the network.
  }
}

/** The one address that the policy of our pages lets become a script: this one, whoever asks. */
function scriptAddress(): string {
  if (typeof trustedTypes === 'undefined') return PATH
  return trustedTypes.createPolicy('own-worker', { createScriptURL: () => PATH }).createScriptURL(PATH)
}

function watch(registration: ServiceWorkerRegistration): void {
  const told = () => {
    // The first one of all replaces nobody.
    newer.value =
      navigator.serviceWorker.controller === null ? undefined : (registration.waiting ?? undefined)
  }
  // It may have begun to come before anybody listened.
  const follow = () => registration.installing?.addEventListener('statechange', told)
  told()
  follow()
  registration.addEventListener('updatefound', follow)
}

const LOOK_AGAIN_MS = 3_600_000

/** A wallet that is installed may stay open for days, and a browser looks for a newer worker when a page is opened. */
function lookAgainLater(registration: ServiceWorkerRegistration): void {
  let last = performance.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || performance.now() - last < LOOK_AGAIN_MS) return
    last = performance.now()
    registration.update().catch(() => undefined)
  })
}

/** Begins this page anew with the newer version. Others that are open go on as they are. */
export function useNewer(): void {
  const waiting = newer.peek()
  if (waiting === undefined) return
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting.postMessage(USE_NEWER)
}
