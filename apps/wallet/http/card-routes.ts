/** The cards of a wallet and what is drawn on them, for pages. */
import { walletParams } from '@countersign/api/wallet/accounts'
import {
  cardsAnswer,
  openedCard,
  pictureParams,
  type TakenBackAnswer,
  takenBackAnswer,
} from '@countersign/api/wallet/cards'
import { credentialParams } from '@countersign/api/wallet/credentials'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { cardsOf, findCard } from '../credentials/cards.ts'
import { findPicture } from '../credentials/pictures.ts'
import { takenBack } from '../credentials/taken-back.ts'
import type { Wallet } from '../wallet.ts'
import { jsonAnswer, refusalAnswer, walletAnswers } from './answers/route-answers.ts'
import { cardView, openedCardView, valueOr } from './answers/wire.ts'
import { CREDENTIAL_ERRORS, PICTURE_ERRORS } from './answers/wire-holding.ts'
import { walletOf } from './caller/authenticate-caller.ts'
import { localesOf } from './locales.ts'

const config = { door: 'open', limited: false } as const
const tags = ['credentials']

/** Somebody who opens its address sees it as a page of ours, on which nothing runs. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

const BYTES = 'its bytes'

const pictureAnswers = {
  ...walletAnswers,
  200: {
    description: 'The picture',
    contentType: 'image/png',
    example: BYTES,
    otherForms: ['image/jpeg', 'image/webp', 'image/gif', 'image/svg+xml'].map((contentType) => ({
      contentType,
      example: BYTES,
    })),
  },
  404: refusalAnswer(
    PICTURE_ERRORS,
    { code: 'picture_unknown' },
    'There is no such wallet, or no such picture in it',
  ),
}

const openedCardAnswers = {
  ...walletAnswers,
  200: jsonAnswer('The card', openedCard),
  404: refusalAnswer(
    CREDENTIAL_ERRORS,
    { code: 'credential_unknown' },
    'There is no such wallet, or no such card in it',
  ),
}

export function cardRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    '/wallet-api/wallet/:wallet/cards',
    {
      schema: {
        summary: 'All cards, as people see them',
        description:
          'Titles and labels in the language of `Accept-Language`. What is on a card is in its view.',
        tags,
        params: walletParams,
      },
      config: { ...config, answers: { ...walletAnswers, 200: jsonAnswer('The cards', cardsAnswer) } },
    },
    async (request) => (await cardsOf(wallet, walletOf(request), localesOf(request))).map(cardView),
  )

  app.get(
    '/wallet-api/wallet/:wallet/cards/taken-back',
    {
      schema: {
        summary: 'Cards that their issuers revoked or suspended',
        description: 'By the lists that they publish, of the newest 200 cards; within a few seconds.',
        tags,
        params: walletParams,
      },
      config: {
        ...config,
        answers: { ...walletAnswers, 200: jsonAnswer('The cards that are taken back', takenBackAnswer) },
      },
    },
    async (request): Promise<TakenBackAnswer> => [...(await takenBack(wallet, walletOf(request)))],
  )

  app.get(
    '/wallet-api/wallet/:wallet/cards/:credential',
    {
      schema: {
        summary: 'A card with what is on it, and who vouches for it',
        description: 'In the language of `Accept-Language`. Whether it still counts is its status.',
        tags,
        params: credentialParams,
      },
      config: { ...config, answers: openedCardAnswers },
    },
    async (request) =>
      openedCardView(
        valueOr(
          CREDENTIAL_ERRORS,
          await findCard(wallet, walletOf(request), request.params.credential, localesOf(request)),
        ),
      ),
  )

  app.get(
    '/wallet-api/wallet/:wallet/credentials/:credential/pictures/:picture',
    {
      schema: {
        summary: 'A picture on a card',
        description: 'As it was fetched when the credential was received; a drawing is written anew.',
        tags,
        params: pictureParams,
      },
      config: { ...config, answers: pictureAnswers },
    },
    async (request, reply) => {
      const { credential, picture: id } = request.params
      const picture = valueOr(PICTURE_ERRORS, await findPicture(wallet, walletOf(request), credential, id))
      return reply
        .headers({ 'content-security-policy': PICTURE_POLICY, 'cache-control': 'private, max-age=86400' })
        .type(picture.type)
        .send(Buffer.from(picture.bytes))
    },
  )
}
