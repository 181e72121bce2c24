/** A receiver of callbacks who writes down what he is told; he takes everything, unless a test says otherwise. */
import type { Callback, Callbacks, Delivery } from '@countersign/service/callbacks/post-callback'

export interface Receiver {
  readonly callbacks: Callbacks
  readonly told: Callback[]
  /** How he answers from now on. */
  answer: Delivery
}

export function receiver(): Receiver {
  const told: Callback[] = []
  const hears: Receiver = {
    told,
    answer: { outcome: 'taken' },
    callbacks: {
      judge: () => undefined,
      random: () => 0,
      post: async (callback) => {
        told.push(callback)
        return hears.answer
      },
    },
  }
  return hears
}
