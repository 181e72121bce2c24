/**
 * Profiles: what is issued, by which key and on which terms, under a name, so that an offer needs nothing but claims. How they
 * are written by the API and in files, and what is answered.
 */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'
import {
  createdOffer,
  disclosureMap,
  maxRedemptions,
  OFFER_URL_EXAMPLE,
  profileName,
  txCode,
} from './offers.ts'
import { authenticationMethod, tellTerms, userClaims, vpRequest } from './users.ts'

/** Also the name of a file, and a part of addresses. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be 1 to 100 of a-z 0-9 . _ -, not beginning with a mark')

export const profileParams = z.object({ name: name.describe('Of the profile') })

/** Of whoever asks for the claims: it must not be one that the request has anyway. */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}$/, 'must be the name of a header')
  .refine((text) => !OWN_HEADERS.test(text), 'is a header that the request has already')

const OWN_HEADERS =
  /^(accept.*|connection|content-.*|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|webhook-.*)$/i

const header = strict({
  name: headerName,
  value: z
    .string()
    .regex(/^[\x21-\x7e]([\x20-\x7e]{0,998}[\x21-\x7e])?$/, 'must be 1 to 1000 visible characters of ASCII')
    .describe('Sealed where it is kept, and shown to nobody'),
})

const webAddress = z
  .string()
  .max(2000)
  .regex(/^https?:\/\/[^\s@]+$/i, 'must be an http(s) URL without spaces and without a user in it')
  .refine((text) => URL.canParse(text), 'is not a URL')

const claims = z.discriminatedUnion(
  'source',
  [
    strict({ source: z.literal('given') }).describe('Each offer brings them'),
    strict({
      source: z.literal('constant'),
      data: jsonObject.describe('As credentialData of an issue call'),
    }).describe('These, and over them those that an offer brings'),
    strict({ source: z.literal('webhook'), url: webAddress, header: header.optional() }).describe(
      'Asked for there when the wallet comes: nothing of the holder waits here until then',
    ),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'source must be given, constant or webhook' : undefined,
  },
)

/** What an offer may have otherwise. */
const terms = {
  mapping: jsonObject.optional().describe('Members made at issuance, by data functions such as <uuid>'),
  selectiveDisclosure: disclosureMap.optional(),
  validityDays: z
    .int()
    .min(1)
    .max(3650)
    .optional()
    .describe('From issuance, where neither claims nor mapping say until when; that of the type when absent'),
  status: z
    .boolean()
    .optional()
    .describe('Whether it can be revoked and suspended; default: yes, where the issuer keeps status lists'),
  authenticationMethod: authenticationMethod.optional(),
  vpRequest: vpRequest.optional(),
  txCode: txCode.optional(),
  maxRedemptions: maxRedemptions.optional(),
}

const shape = {
  credentialConfigurationId: z.string().min(1).max(200),
  key: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("Name of one of the configured issuerKeys; without it the deployment's issuer signs"),
  claims: claims.prefault({ source: 'given' }),
  userClaims: userClaims.optional(),
  ...terms,
  openToWallets: z
    .literal(true)
    .optional()
    .describe(
      'Wallets may come without an offer, and anybody may put the address of one into a QR code: goes with claims that need no caller, and with somebody who says yes in a browser',
    ),
  display: strict({
    name: z.string().min(1).max(100),
    description: z.string().max(500).optional(),
  })
    .optional()
    .describe(
      'For people who choose a profile; how a credential is shown stands in the metadata of the issuer',
    ),
}

const EXAMPLE = {
  credentialConfigurationId: 'identity_credential_dc+sd-jwt',
  claims: { source: 'constant', data: { family_name: 'Example' } },
  mapping: { id: '<uuid>' },
  selectiveDisclosure: { fields: { birthdate: { sd: true } } },
  validityDays: 365,
  display: { name: 'Identity of members' },
} as const

const EXAMPLE_ASKING = {
  credentialConfigurationId: 'identity_credential_dc+sd-jwt',
  claims: {
    source: 'webhook',
    url: 'https://register.example/claims',
    header: { name: 'Authorization', value: 'Bearer of-the-register' },
  },
  txCode: { length: 6 },
} as const

export const profileBody = strict(shape, {
  issuerKey: 'not supported: key names one of the issuerKeys of the configuration',
  issuerDid: 'not supported: the key named by key has one in the configuration',
  x5Chain: 'not supported: the key named by key has certificates in the configuration',
  credentialData: 'not supported: claims says where they come from',
  version: 'not supported: it rises by itself; a file says it',
})
  .superRefine(tellTerms)
  .meta({ examples: [EXAMPLE, EXAMPLE_ASKING] })

/** As a file writes it, whose name is that of the profile. */
export const profileFile = strict({
  ...shape,
  version: z.int().min(1).max(1_000_000_000).default(1),
}).superRefine(tellTerms)

export type Profile = z.output<typeof profileBody>

export const ifMatchHeaders = z.object({
  'if-match': z
    .string()
    .regex(/^(\*|"\d{1,10}")$/, 'must be the ETag of the profile, such as "3", or *')
    .optional()
    .describe('The ETag of the version that is to be changed; with another one nothing happens'),
})

export const profilePutHeaders = ifMatchHeaders.extend({
  'if-none-match': z.literal('*').optional().describe('Only where there is no such profile'),
})

const shownClaims = z.object({
  source: z.enum(['given', 'constant', 'webhook']),
  data: z.record(z.string(), z.unknown()).optional(),
  url: z.string().optional(),
  header: z.object({ name: z.string() }).optional().describe('Its value is shown to nobody'),
})

const origin = z
  .enum(['file', 'api'])
  .describe('file: of the folder that is configured, and changed there alone')

export const shownProfile = profileName
  .extend({
    origin,
    changedAt: z.int().optional().describe('Epoch seconds; absent for one of a file'),
    profile: z.object({ credentialConfigurationId: z.string(), claims: shownClaims }).loose(),
  })
  .meta({
    examples: [{ name: 'members', version: 3, origin: 'api', changedAt: 1_800_000_000, profile: EXAMPLE }],
  })

export type ShownProfile = z.infer<typeof shownProfile>

export const profileList = z
  .object({
    profiles: z.array(
      profileName.extend({
        origin,
        credentialConfigurationId: z.string(),
        display: z.object({ name: z.string(), description: z.string().optional() }).optional(),
      }),
    ),
  })
  .meta({
    examples: [
      {
        profiles: [
          {
            name: 'members',
            version: 3,
            origin: 'api',
            credentialConfigurationId: EXAMPLE.credentialConfigurationId,
            display: EXAMPLE.display,
          },
        ],
      },
    ],
  })

export type ProfileList = z.infer<typeof profileList>

export const profileOfferBody = strict(
  {
    claims: jsonObject
      .optional()
      .describe('As credentialData of an issue call; where the profile has some, these are put over them'),
    overrides: strict({
      ...terms,
      txCodeValue: z
        .string()
        .regex(/^[\x21-\x7e]{4,32}$/, 'must be 4 to 32 visible characters')
        .optional(),
      valueMode: z.enum(['BY_REFERENCE', 'BY_VALUE']).optional(),
    })
      .optional()
      .describe('In place of what the profile says, member by member'),
  },
  { credentialData: 'not supported: claims', profile: 'not supported: the address names it' },
).meta({
  examples: [
    { claims: { given_name: 'Ada', birthdate: '1990-01-01' } },
    { claims: { given_name: 'Ada', birthdate: '1990-01-01' }, overrides: { validityDays: 30 } },
  ],
})

export type ProfileOffer = z.output<typeof profileOfferBody>

export const createdProfileOffer = createdOffer.extend({ profile: profileName }).meta({
  examples: [
    {
      id: 'gvMUEPAmY7Vn0nr0iSCU6Q',
      url: OFFER_URL_EXAMPLE,
      expiresAt: 1_800_000_300,
      profile: { name: 'members', version: 3 },
    },
  ],
})
