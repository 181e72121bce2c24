/** Everything that a wallet holds, as a file for its owner alone. */
import { Readable } from 'node:stream'
import { confirmedRequest } from '@countersign/api/wallet/access'
import { walletParams } from '@countersign/api/wallet/accounts'
import { walletExport } from '@countersign/api/wallet/export'
import { showDateTime } from '@countersign/core/date-time'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { confirm } from '../access/confirmation.ts'
import { exportedCredentials, exportedDids, exportedKeys } from '../export/export-wallet.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { askingOf, confirmedAnswers, confirmedConfig } from './access-routes.ts'
import { jsonAnswer, noSuchWallet } from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { CONFIRMATION_ERRORS } from './answers/wire-access.ts'
import { walletOf } from './caller/authenticate-caller.ts'
import type { OwnPages } from './caller/own-pages.ts'

export function exportRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.post(
    '/wallet-api/wallet/:wallet/export',
    {
      schema: {
        summary: 'Take everything away: credentials, DIDs and keys',
        description: 'With the private parts of the keys: whoever has the file can do what the wallet can.',
        tags: ['account'],
        params: walletParams,
        body: confirmedRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        ...confirmedConfig,
        answers: { ...confirmedAnswers, 200: jsonAnswer('A JSON file', walletExport), 404: noSuchWallet },
      },
    },
    async (request, reply) => {
      const asking = askingOf(pages, request, request.body.confirmation)
      valueOr(CONFIRMATION_ERRORS, await confirm(wallet, asking))
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="wallet.json"')
        .send(Readable.from(pieces(wallet, walletOf(request))))
    },
  )
}

async function* pieces(wallet: Wallet, owned: OwnedWallet): AsyncGenerator<string> {
  const keys = JSON.stringify(await exportedKeys(wallet, owned))
  const dids = JSON.stringify(await exportedDids(wallet, owned))
  yield `{"wallet":${JSON.stringify(owned.id)},"keys":${keys},"dids":${dids},"credentials":[`
  let before = '\n'
  for await (const { addedAt, deletedAt, ...credential } of exportedCredentials(wallet, owned)) {
    const deletedOn = deletedAt === undefined ? undefined : showDateTime(deletedAt)
    yield before + JSON.stringify({ ...credential, addedOn: showDateTime(addedAt), deletedOn })
    before = ',\n'
  }
  yield ']}\n'
}
