/** What a wallet's owner wants it to be like. */
import { walletParams } from '@countersign/api/wallet/accounts'
import { type SettingsAnswer, settingsAnswer, settingsRequest } from '@countersign/api/wallet/settings'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { readSettings, writeSettings } from '../account/holder-settings.ts'
import type { Wallet } from '../wallet.ts'
import { jsonAnswer, malformedAnswer, walletAnswers } from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { SETTINGS_ERRORS } from './answers/wire-access.ts'
import { walletOf } from './caller/authenticate-caller.ts'

const tags = ['account']
const config = { door: 'open', limited: false } as const
const path = '/wallet-api/wallet/:wallet/settings'

export function settingsRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    path,
    {
      schema: { summary: 'The settings of a wallet', tags, params: walletParams },
      config: { ...config, answers: { ...walletAnswers, 200: jsonAnswer('The settings', settingsAnswer) } },
    },
    async (request) => {
      const answer: SettingsAnswer = { settings: await readSettings(wallet, walletOf(request)) }
      return answer
    },
  )

  app.post(
    path,
    {
      schema: {
        summary: 'Change the settings of a wallet',
        description: 'They are replaced whole; what is in them, pages alone know.',
        tags,
        params: walletParams,
        body: settingsRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        ...config,
        answers: {
          ...walletAnswers,
          202: { description: 'They are kept' },
          400: malformedAnswer('body/settings: Invalid input: expected object, received undefined'),
        },
      },
    },
    async (request, reply) => {
      valueOr(SETTINGS_ERRORS, await writeSettings(wallet, walletOf(request), request.body.settings))
      return reply.code(202).send()
    },
  )
}
