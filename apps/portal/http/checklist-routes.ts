/** What the first page looks at: whether keys, trust, sessions and addresses are as they have to be. */
import { checklist } from '@countersign/api/portal/checklist'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { lookAtServices } from '../look-at-services.ts'
import type { Upstreams } from '../upstreams.ts'
import { notLoggedIn, type OperatorDoor } from './operator-door.ts'

export function checklistRoutes(
  app: ServiceApp,
  { issuer, verifier }: Pick<Upstreams, 'issuer' | 'verifier'>,
  door: OperatorDoor,
): void {
  app.get(
    '/api/checklist',
    {
      onRequest: door.keep,
      schema: { summary: 'Whether issuer and verifier are ready', tags: ['operation'] },
      config: {
        door: 'open',
        limited: false,
        answers: {
          200: { description: 'What was found by asking them now', schema: checklist },
          401: errorAnswer('Nobody is logged in', notLoggedIn),
        },
      },
    },
    async () => lookAtServices({ issuer, verifier }),
  )
}
