/** Profiles: read and written by their names, and offers that need nothing but claims. */
import { issueHeaders } from '@countersign/api/issuer/offers'
import {
  createdProfileOffer,
  ifMatchHeaders,
  type Profile,
  type ProfileList,
  profileBody,
  profileList,
  profileOfferBody,
  profileParams,
  profilePutHeaders,
  type ShownProfile,
  shownProfile,
} from '@countersign/api/issuer/profiles'
import { defined } from '@countersign/core/json'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply } from 'fastify'
import type { Issuer, KnownProfile } from '../issuer.ts'
import type { Expected } from '../profiles/stored-profiles.ts'
import { PROFILE_ERRORS, PROFILE_OFFER_ERRORS } from './answers/wire-profiles.ts'
import { settingsOf } from './offer-settings.ts'

const tags = ['profiles']
const door = 'management' as const

const unknown = errorAnswer(
  'There is no such profile',
  PROFILE_ERRORS.profile_unknown({ code: 'profile_unknown' }),
)
const changed = errorAnswer(
  'It is not as If-Match or If-None-Match says',
  PROFILE_ERRORS.profile_changed({ code: 'profile_changed', version: 4 }),
)
const notHere = errorAnswer(
  'It is one of a file, or there are too many',
  PROFILE_ERRORS.profile_from_file({ code: 'profile_from_file' }),
)

export function profileRoutes(app: ServiceApp, issuer: Issuer): void {
  readingRoutes(app, issuer)
  writingRoutes(app, issuer)
  offeringRoute(app, issuer)
}

/** A start is mostly loading, and nobody asks for a profile while one starts. */
function calls() {
  return import('../profiles/profile-calls.ts')
}

function readingRoutes(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/openid4vc/profiles',
    {
      schema: { summary: 'List profiles, by their names', tags },
      config: {
        door,
        scope: 'profiles:read',
        answers: { 200: { description: 'All that there are', schema: profileList }, ...storeAnswers() },
      },
    },
    async (): Promise<ProfileList> => {
      const { listProfiles } = await calls()
      return { profiles: (await listProfiles(issuer)).map(lineOf) }
    },
  )

  app.get(
    '/openid4vc/profiles/:name',
    {
      schema: { summary: 'A profile', tags, params: profileParams },
      config: {
        door,
        scope: 'profiles:read',
        answers: {
          200: { description: 'As it is now, and without its secrets', schema: shownProfile },
          404: unknown,
          ...storeAnswers(),
        },
      },
    },
    async ({ params }, reply) => {
      const { findProfile } = await calls()
      const found = await findProfile(issuer, params.name)
      return found === undefined
        ? fail(PROFILE_ERRORS.profile_unknown({ code: 'profile_unknown' }))
        : show(found, reply)
    },
  )
}

function writingRoutes(app: ServiceApp, issuer: Issuer): void {
  app.put(
    '/openid4vc/profiles/:name',
    {
      schema: {
        summary: 'Write a profile',
        description:
          'The whole of it. What is wrong is told at once, as far as it can be without claims. What is written as it is already keeps its version.',
        tags,
        params: profileParams,
        headers: profilePutHeaders,
        body: profileBody,
      },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        scope: 'profiles:write',
        answers: {
          200: { description: 'It is changed, or was so already', schema: shownProfile },
          201: { description: 'There was none of that name', schema: shownProfile },
          400: errorAnswer(
            'Nothing could be issued by it, whatever claims came',
            PROFILE_ERRORS.profile_mistaken({
              code: 'profile_mistaken',
              mistakes: [{ code: 'key_unknown', name: 'registry', known: ['register'] }],
            }),
          ),
          404: unknown,
          409: notHere,
          412: changed,
          ...storeAnswers(),
        },
      },
    },
    async ({ body, headers, params }, reply) => {
      const { writeProfile } = await calls()
      const expected = headers['if-none-match'] === '*' ? 'none' : expectedBy(headers['if-match'])
      const written = await writeProfile(issuer, params.name, body, expected)
      if (!written.ok) fail(wireError(PROFILE_ERRORS, written.error))
      return show(written.value.known, reply.code(written.value.created ? 201 : 200))
    },
  )

  app.delete(
    '/openid4vc/profiles/:name',
    {
      schema: {
        summary: 'Delete a profile',
        description: 'Offers that were made by it stand.',
        tags,
        params: profileParams,
        headers: ifMatchHeaders,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door,
        scope: 'profiles:write',
        answers: {
          204: { description: 'It is gone' },
          404: unknown,
          409: notHere,
          412: changed,
          ...storeAnswers(),
        },
      },
    },
    async ({ headers, params }, reply) => {
      const { removeProfile } = await calls()
      const removed = await removeProfile(issuer, params.name, expectedBy(headers['if-match']))
      if (!removed.ok) fail(wireError(PROFILE_ERRORS, removed.error))
      return reply.code(204).send()
    },
  )
}

function offeringRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/openid4vc/profiles/:name/offers',
    {
      schema: {
        summary: 'Offer a credential by a profile',
        tags,
        params: profileParams,
        headers: issueHeaders,
        body: profileOfferBody,
      },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        scope: 'offers:write',
        begins: true,
        idempotent: true,
        answers: {
          200: { description: 'The offer, and by which version it was made', schema: createdProfileOffer },
          400: errorAnswer(
            'What is asked for cannot be issued; the message says what is wrong',
            PROFILE_OFFER_ERRORS.claims_not_taken({ code: 'claims_not_taken' }),
          ),
          404: unknown,
          ...storeAnswers(),
        },
      },
    },
    async ({ body, headers, params }) => {
      const { offerByProfile } = await calls()
      const offer = await offerByProfile(issuer, params.name, body, settingsOf(headers))
      return offer.ok ? offer.value : fail(wireError(PROFILE_OFFER_ERRORS, offer.error))
    },
  )
}

function expectedBy(ifMatch: string | undefined): Expected {
  if (ifMatch === undefined) return undefined
  return ifMatch === '*' ? 'any' : { version: Number(ifMatch.slice(1, -1)) }
}

function show(known: KnownProfile, reply: FastifyReply): ShownProfile {
  const { changedAt, name, origin, profile, version } = known
  void reply.header('etag', `"${version}"`)
  return { name, version, origin, ...defined({ changedAt }), profile: withoutSecrets(profile) }
}

function withoutSecrets({ claims, ...rest }: Profile): ShownProfile['profile'] {
  if (claims.source !== 'webhook' || claims.header === undefined) return { ...rest, claims }
  return { ...rest, claims: { ...claims, header: { name: claims.header.name } } }
}

function lineOf({ name, origin, profile, version }: KnownProfile): ProfileList['profiles'][number] {
  const { credentialConfigurationId, display } = profile
  return { name, version, origin, credentialConfigurationId, ...defined({ display }) }
}
