/** The credentials of a wallet: as they are stored, as people see them, and whether they still count. */
import { walletParams } from '@countersign/api/wallet/accounts'
import {
  credential,
  credentialStatusAnswer,
  credentialsAnswer,
  deleteCredentialQuery,
  listCredentialsQuery,
  credentialParams as params,
  credentialView as shownAnswer,
  viewCredentialQuery,
} from '@countersign/api/wallet/credentials'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { categoryHashes } from '../credentials/categories.ts'
import { findCredential, listCredentials, restoreCredential } from '../credentials/credentials.ts'
import { heldCredentialStatus } from '../credentials/held-credential-status.ts'
import { viewCredential } from '../credentials/view-credential.ts'
import { deleteReceived } from '../receive/tell-issuer.ts'
import { renewCredential } from '../renew/renew-credential.ts'
import type { Wallet } from '../wallet.ts'
import { awayAnswers } from './answers/away-answers.ts'
import { allCredentialAnswers, credentialAnswer } from './answers/credential-answers.ts'
import { jsonAnswer, malformedAnswer, refusalAnswer, walletAnswers } from './answers/route-answers.ts'
import { shownView, statusView, valueOr } from './answers/wire.ts'
import { CREDENTIAL_ERRORS } from './answers/wire-holding.ts'
import { RENEW_ERRORS } from './answers/wire-renew.ts'
import { walletOf } from './caller/authenticate-caller.ts'

const config = { door: 'open', limited: false } as const
const withoutBody = { ...config, accepts: ['json', 'text', 'form'] } as const
const base = '/wallet-api/wallet/:wallet/credentials'
const tags = ['credentials']

const noSuchCredential = refusalAnswer(
  CREDENTIAL_ERRORS,
  { code: 'credential_unknown' },
  'There is no such wallet, or no such credential in it',
)
const credentialAnswers = { ...walletAnswers, 404: noSuchCredential }

const listAnswers = {
  ...walletAnswers,
  200: jsonAnswer('The credentials', credentialsAnswer),
  400: malformedAnswer('querystring/showDeleted: Invalid option: expected one of "true"|"false"'),
}

const renewAnswers = {
  ...credentialAnswers,
  ...awayAnswers('localhost:7002'),
  200: jsonAnswer('The credential', credential),
  400: refusalAnswer(
    RENEW_ERRORS,
    { code: 'credential_response_malformed', at: 'credentials' },
    'The issuer refuses, or answers what cannot be used',
  ),
  409: refusalAnswer(
    RENEW_ERRORS,
    { code: 'not_renewable' },
    'Its issuer gives no more of it, or it is just being asked for',
  ),
}

const viewAnswers = {
  ...credentialAnswers,
  200: jsonAnswer('The credential in the language that fits best', shownAnswer),
  400: malformedAnswer('querystring/locale: must be language tags, separated by commas'),
}

const statusAnswers = {
  ...credentialAnswers,
  200: jsonAnswer('What the lists say', credentialStatusAnswer),
}

const deleteAnswers = {
  ...credentialAnswers,
  202: { description: 'The credential is deleted' },
  400: malformedAnswer('querystring/permanent: Invalid option: expected one of "true"|"false"'),
}

export function credentialRoutes(app: ServiceApp, wallet: Wallet): void {
  storedCredentialRoutes(app, wallet)
  shownCredentialRoutes(app, wallet)
  deletionRoutes(app, wallet)
}

function storedCredentialRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    base,
    {
      schema: { summary: 'The credentials', tags, params: walletParams, querystring: listCredentialsQuery },
      config: { ...config, answers: listAnswers },
    },
    async (request) => {
      const owned = walletOf(request)
      const { category, descending, showDeleted } = request.query
      const categories = category && (await categoryHashes(wallet, owned, category))
      const listed = await listCredentials(wallet, owned, { showDeleted, categories })
      return allCredentialAnswers(wallet, owned, descending ? listed.toReversed() : listed)
    },
  )

  app.get(
    `${base}/:credential`,
    {
      schema: { summary: 'A credential', tags, params },
      config: { ...config, answers: { ...credentialAnswers, 200: jsonAnswer('The credential', credential) } },
    },
    async (request) => {
      const owned = walletOf(request)
      const { credential: id } = request.params
      const found = valueOr(CREDENTIAL_ERRORS, await findCredential(wallet, owned, id))
      return credentialAnswer(wallet, owned, found)
    },
  )

  app.post(
    `${base}/:credential/refresh`,
    {
      schema: {
        summary: 'Have a credential issued anew',
        description:
          'Where its issuer gave a refresh token. It stays the same card; what it says and all of its copies are new. By itself the wallet fetches copies when less than a third is left.',
        tags,
        params,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...withoutBody, answers: renewAnswers },
    },
    async (request) => {
      const owned = walletOf(request)
      const { credential: id } = request.params
      const renewed = valueOr(RENEW_ERRORS, await renewCredential(wallet, owned, id))
      return credentialAnswer(wallet, owned, renewed)
    },
  )
}

function shownCredentialRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    `${base}/:credential/view`,
    {
      schema: {
        summary: 'A credential as people see it',
        description: 'Title, colours and labels as its issuer had them when it was received; in any format.',
        tags,
        params,
        querystring: viewCredentialQuery,
      },
      config: { ...config, answers: viewAnswers },
    },
    async (request) => {
      const { locale } = request.query
      const { credential: id } = request.params
      return shownView(
        valueOr(CREDENTIAL_ERRORS, await viewCredential(wallet, walletOf(request), id, locale)),
      )
    },
  )

  app.get(
    `${base}/:credential/status`,
    {
      schema: {
        summary: 'Whether a credential still counts',
        description: 'An entry for each status list that it names; `result` is null where nobody can say.',
        tags,
        params,
      },
      config: { ...config, answers: statusAnswers },
    },
    async (request) =>
      valueOr(
        CREDENTIAL_ERRORS,
        await heldCredentialStatus(wallet, walletOf(request), request.params.credential),
      ).map(statusView),
  )
}

function deletionRoutes(app: ServiceApp, wallet: Wallet): void {
  app.delete(
    `${base}/:credential`,
    {
      schema: {
        summary: 'Delete a credential',
        description:
          'Can be taken back, unless it is permanent: that the issuer hears of, while the token of the issuance is good.',
        tags,
        params,
        querystring: deleteCredentialQuery,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...withoutBody, answers: deleteAnswers },
    },
    async (request, reply) => {
      const { permanent } = request.query
      valueOr(
        CREDENTIAL_ERRORS,
        await deleteReceived(wallet, walletOf(request), request.params.credential, { permanent }),
      )
      return reply.code(202).send()
    },
  )

  app.post(
    `${base}/:credential/restore`,
    {
      schema: { summary: 'Take a deletion back', tags, params },
      bodyLimit: BODY_LIMITS.message,
      config: {
        ...withoutBody,
        answers: { ...credentialAnswers, 200: jsonAnswer('The credential', credential) },
      },
    },
    async (request) => {
      const owned = walletOf(request)
      const restored = await restoreCredential(wallet, owned, request.params.credential)
      return credentialAnswer(wallet, owned, valueOr(CREDENTIAL_ERRORS, restored))
    },
  )
}
