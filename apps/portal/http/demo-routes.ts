/** In a demonstration alone: which instances there are, and to stop or start one. */
import { type DemoInstances, demoChange, demoInstances } from '@countersign/api/portal/demo'
import type { Result } from '@countersign/core/result'
import { type DescribedAnswers, errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { DemoControl, DemoRefusal } from '../demo-control.ts'
import { notLoggedIn, type OperatorDoor } from './operator-door.ts'
import { nobodyElse } from './passed-routes.ts'
import { DEMO_ERRORS } from './wire.ts'

const tags = ['demonstration']
const instance = 'verifier1'

const answers: DescribedAnswers = {
  200: { description: 'The instances as they are now', schema: demoInstances },
  401: errorAnswer('Nobody is logged in', notLoggedIn),
  503: errorAnswer(
    'The cluster that started these instances does not answer',
    DEMO_ERRORS.control_silent({ code: 'control_silent' }),
  ),
}

export function demoRoutes(app: ServiceApp, control: DemoControl, door: OperatorDoor): void {
  app.get(
    '/api/demo/instances',
    {
      onRequest: door.keep,
      schema: { summary: 'Instances that can be stopped and started', tags },
      config: { door: 'open', limited: false, answers },
    },
    async () => valueOr(await control.list()),
  )

  app.post(
    '/api/demo/instances',
    {
      onRequest: door.keep,
      schema: { summary: 'Stop or start an instance', tags, body: demoChange },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door: 'open',
        limited: false,
        knowsCaller: nobodyElse,
        answers: {
          ...answers,
          404: errorAnswer('There is no such instance', DEMO_ERRORS.unknown({ code: 'unknown', instance })),
          409: errorAnswer(
            'It is the last of its kind, or is not what it would have to be',
            DEMO_ERRORS.last_of_its_kind({ code: 'last_of_its_kind', instance }),
          ),
        },
      },
    },
    async (request) => valueOr(await control.change(request.body)),
  )
}

function valueOr(answer: Result<DemoInstances['instances'], DemoRefusal>): DemoInstances {
  return answer.ok ? { instances: answer.value } : fail(wireError(DEMO_ERRORS, answer.error))
}
