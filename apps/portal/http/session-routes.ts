/** What a page asks first: who is here, and where things are. */
import { type PortalSession, portalSession } from '@countersign/api/portal/session'
import { foreignPage } from '@countersign/service/http/access'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { countPasskeys } from '../operators/passkeys.ts'
import type { Operators } from '../portal.ts'
import type { OperatorDoor } from './operator-door.ts'

const answers = {
  200: { description: 'Who is here', schema: portalSession },
  403: errorAnswer('The request comes from a page of another site', foreignPage),
}

export function sessionRoutes(
  app: ServiceApp,
  operators: Operators | undefined,
  door: OperatorDoor,
  facts: Pick<PortalSession, 'webWalletUrl' | 'demo'>,
): void {
  app.get(
    '/api/session',
    {
      onRequest: door.keepOwnPage,
      schema: { summary: 'Who is here', tags: ['operator'] },
      config: { door: 'open', limited: false, answers },
    },
    async (request): Promise<PortalSession> => {
      if (operators === undefined) return { login: 'none', ...facts }
      const session = await door.session(request)
      if (session === undefined) return { login: 'needed' }
      const { csrf, operator } = session
      const passkeys = await countPasskeys(operators, operator.id)
      return { login: 'done', operator: { name: operator.name, passkeys }, csrf, ...facts }
    },
  )
}
