/** What an instance does about credentials that come later, beside its requests: it asks for those that are due. */
import type { DueWork } from '@countersign/service/sessions/due-work'
import { handBack, LEASE_SECONDS, leaseDue } from '../receive/deferred-record.ts'
import type { Wallet } from '../wallet.ts'
import { lookAtDeferred } from './look-at-deferred.ts'

export function deferredWork(wallet: Wallet): DueWork {
  return {
    due: {
      lease: (max) => leaseDue(wallet, max),
      // Each look writes by itself when the next one is.
      done: async (lease, inMs) => inMs === undefined || handBack(wallet, lease),
    },
    look: async (_id, _log, lease) => {
      await lookAtDeferred(wallet, lease)
      return undefined
    },
    leaseMs: LEASE_SECONDS * 1000,
  }
}
