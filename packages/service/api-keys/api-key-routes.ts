/** `/api-keys`: further management credentials, made and deleted while the service runs. */
import {
  type ApiKeyList,
  apiKeyBody,
  apiKeyList,
  apiKeyParams,
  type CreatedApiKey,
  createdApiKey,
} from '@countersign/api/api-keys'
import { defined } from '@countersign/core/json'
import { errorAnswer } from '../http/answers/described-answers.ts'
import { fail, type WireError, type WireErrors, wireError } from '../http/answers/wire-errors.ts'
import { storeAnswers } from '../http/common-answers.ts'
import { BODY_LIMITS } from '../http/request-bodies.ts'
import type { ServiceApp } from '../http/service-app.ts'
import type { MakingRefusal } from './api-keys.ts'
import type { ApiKeyRow, ApiKeyShelf } from './stored-keys.ts'

const MAKING_ERRORS: WireErrors<MakingRefusal> = {
  scopes_beyond_own: ({ scopes }) => ({
    status: 403,
    code: 'insufficient_scope',
    message: `scopes: your own credential does not have ${scopes.join(', ')}`,
  }),
  keys_too_many: ({ most }) => ({ status: 409, message: `There are ${most} keys already: delete one` }),
}

const noKeys: WireError = {
  status: 404,
  message: 'This service keeps no API keys: it has no database that all instances share',
  refusal: 'api_keys_not_kept',
}

const keyUnknown: WireError = {
  status: 404,
  message: 'There is no such key, or not any more',
  refusal: 'api_key_unknown',
}

const tags = ['operation']
const config = { door: 'management', scope: 'keys:manage' } as const

/** `shelf`: undefined where none is kept. */
export function apiKeyRoutes(app: ServiceApp, shelf: ApiKeyShelf | undefined): void {
  app.post(
    '/api-keys',
    {
      schema: {
        summary: 'Make an API key',
        description:
          'For what its scopes name; nobody gives a scope that he does not have. The key is in the answer, and nowhere else: where the answer is lost, delete it by its id and make another.',
        tags,
        body: apiKeyBody,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        ...config,
        answers: {
          201: { description: 'The key', schema: createdApiKey },
          404: errorAnswer('This service keeps none', noKeys),
          409: errorAnswer(
            'There are too many',
            wireError(MAKING_ERRORS, { code: 'keys_too_many', most: 1000 }),
          ),
          ...storeAnswers(),
        },
      },
    },
    async ({ body, caller }, reply): Promise<CreatedApiKey> => {
      const { makeKey } = await calls()
      const made = await makeKey(shelf ?? fail(noKeys), body, caller)
      if (!made.ok) return fail(wireError(MAKING_ERRORS, made.error))
      const { key, row } = made.value
      void reply.code(201).header('cache-control', 'no-store')
      return { ...(await factsOf(row)), key }
    },
  )

  app.get(
    '/api-keys',
    {
      schema: { summary: 'List API keys', tags },
      config: {
        ...config,
        answers: {
          200: { description: 'All that there are, and nothing of the keys themselves', schema: apiKeyList },
          404: errorAnswer('This service keeps none', noKeys),
          ...storeAnswers(),
        },
      },
    },
    async (): Promise<ApiKeyList> => {
      const { listKeys } = await rows()
      const found = await listKeys(shelf ?? fail(noKeys))
      const keys = await Promise.all(
        found.map(async (row) => ({
          ...(await factsOf(row)),
          ...defined({ lastUsedAt: row.last_used_at ?? undefined }),
        })),
      )
      return { keys }
    },
  )

  app.delete(
    '/api-keys/:id',
    {
      schema: {
        summary: 'Delete an API key',
        description: 'It opens nothing any more, within five seconds at every instance.',
        tags,
        params: apiKeyParams,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        ...config,
        answers: {
          204: { description: 'It is gone' },
          404: errorAnswer('There is no such key, or none is kept', keyUnknown),
          ...storeAnswers(),
        },
      },
    },
    async ({ params }, reply) => {
      const { deleteKey } = await rows()
      if (!(await deleteKey(shelf ?? fail(noKeys), params.id))) fail(keyUnknown)
      return reply.code(204).send()
    },
  )
}

/** A start is mostly loading, and nobody makes keys while one starts. */
function calls() {
  return import('./api-keys.ts')
}

function rows() {
  return import('./stored-keys.ts')
}

async function factsOf({ created_at, created_by, expires_at, id, name, scopes }: ApiKeyRow) {
  const { readScopes } = await rows()
  return {
    id,
    name,
    scopes: [...readScopes(scopes)],
    createdAt: created_at,
    ...defined({ createdBy: created_by ?? undefined, expiresAt: expires_at ?? undefined }),
  }
}
