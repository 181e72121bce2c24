/** Categories of a wallet, and which of them a credential is in. */
import { walletParams } from '@countersign/api/wallet/accounts'
import {
  type CategoriesAnswer,
  categoriesAnswer,
  categoryNames,
  categoryParams,
  type NamesAnswer,
  namesAnswer,
  renameCategoryParams,
} from '@countersign/api/wallet/categories'
import { credentialParams } from '@countersign/api/wallet/credentials'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import {
  addCategory,
  attachCategories,
  categoriesOfCredential,
  deleteCategory,
  detachCategories,
  listCategories,
  MAX_CATEGORIES,
  renameCategory,
} from '../credentials/categories.ts'
import { findCredential } from '../credentials/credentials.ts'
import type { Wallet } from '../wallet.ts'
import { jsonAnswer, malformedAnswer, refusalAnswer, walletAnswers } from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { CATEGORY_ERRORS, CREDENTIAL_ERRORS } from './answers/wire-holding.ts'
import { walletOf } from './caller/authenticate-caller.ts'

const tags = ['credentials']
const config = { door: 'open', limited: false } as const
const withoutBody = { ...config, accepts: ['json', 'text', 'form'] } as const
const bodyLimit = BODY_LIMITS.message
const base = '/wallet-api/wallet/:wallet/categories'
const ofCredential = '/wallet-api/wallet/:wallet/credentials/:credential/category'

const malformed = malformedAnswer('params/name: must not be blank')
const unknown = refusalAnswer(
  CATEGORY_ERRORS,
  { code: 'category_unknown', name: 'Travel' },
  'There is no such wallet, category or credential',
)
const exists = refusalAnswer(CATEGORY_ERRORS, { code: 'category_exists' }, 'The wallet has one of this name')
const full = refusalAnswer(
  CATEGORY_ERRORS,
  { code: 'too_many_categories', max: MAX_CATEGORIES },
  'The wallet has one of this name, or has no room for another',
)

export function categoryRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    base,
    {
      schema: { summary: 'The categories', tags, params: walletParams },
      config: {
        ...config,
        answers: { ...walletAnswers, 200: jsonAnswer('The categories', categoriesAnswer) },
      },
    },
    async (request) => {
      const names = await listCategories(wallet, walletOf(request))
      const answer: CategoriesAnswer = names.map((name) => ({ name }))
      return answer
    },
  )

  app.post(
    `${base}/:name/add`,
    {
      schema: { summary: 'Add a category', tags, params: categoryParams },
      bodyLimit,
      config: {
        ...withoutBody,
        answers: { ...walletAnswers, 201: { description: 'It is there' }, 400: malformed, 409: full },
      },
    },
    async (request, reply) => {
      valueOr(CATEGORY_ERRORS, await addCategory(wallet, walletOf(request), request.params.name))
      return reply.code(201).send()
    },
  )

  app.delete(
    `${base}/:name`,
    {
      schema: { summary: 'Delete a category; its credentials stay', tags, params: categoryParams },
      bodyLimit,
      config: {
        ...withoutBody,
        answers: { ...walletAnswers, 202: { description: 'It is gone' }, 400: malformed, 404: unknown },
      },
    },
    async (request, reply) => {
      valueOr(CATEGORY_ERRORS, await deleteCategory(wallet, walletOf(request), request.params.name))
      return reply.code(202).send()
    },
  )

  app.put(
    `${base}/:name/rename/:newName`,
    {
      schema: { summary: 'Rename a category', tags, params: renameCategoryParams },
      bodyLimit,
      config: {
        ...withoutBody,
        answers: {
          ...walletAnswers,
          202: { description: 'It has the new name' },
          400: malformed,
          404: unknown,
          409: exists,
        },
      },
    },
    async (request, reply) => {
      const { name: from, newName: to } = request.params
      valueOr(CATEGORY_ERRORS, await renameCategory(wallet, walletOf(request), { from, to }))
      return reply.code(202).send()
    },
  )
  categoriesOfCredentials(app, wallet)
}

function categoriesOfCredentials(app: ServiceApp, wallet: Wallet): void {
  const body = malformedAnswer('body: Invalid input: expected array, received object')

  app.get(
    ofCredential,
    {
      schema: { summary: 'The categories that a credential is in', tags, params: credentialParams },
      config: {
        ...config,
        answers: { ...walletAnswers, 200: jsonAnswer('Their names', namesAnswer), 404: unknown },
      },
    },
    async (request) => {
      const owned = walletOf(request)
      const { credential: id } = request.params
      valueOr(CREDENTIAL_ERRORS, await findCredential(wallet, owned, id))
      const answer: NamesAnswer = [...(await categoriesOfCredential(wallet, owned, id))]
      return answer
    },
  )

  app.put(
    ofCredential,
    {
      schema: {
        summary: 'Put a credential into categories',
        tags,
        params: credentialParams,
        body: categoryNames,
      },
      bodyLimit,
      config: {
        ...config,
        answers: { ...walletAnswers, 201: { description: 'It is in them' }, 400: body, 404: unknown },
      },
    },
    async (request, reply) => {
      const { credential: id } = request.params
      valueOr(CATEGORY_ERRORS, await attachCategories(wallet, walletOf(request), id, request.body))
      return reply.code(201).send()
    },
  )

  app.delete(
    ofCredential,
    {
      schema: {
        summary: 'Take a credential out of categories',
        tags,
        params: credentialParams,
        body: categoryNames,
      },
      bodyLimit,
      config: {
        ...config,
        answers: { ...walletAnswers, 202: { description: 'It is in none of them' }, 400: body, 404: unknown },
      },
    },
    async (request, reply) => {
      const { credential: id } = request.params
      valueOr(CATEGORY_ERRORS, await detachCategories(wallet, walletOf(request), id, request.body))
      return reply.code(202).send()
    },
  )
}
