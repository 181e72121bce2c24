/**
 * walt.id's tutorial as its users have it in scripts: bodies as they are there, which say nothing of this product. What
 * differs is what an answer said before, as it does there.
 */
import type { JsonObject } from '@countersign/core/json'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import type { Stack } from './stack.ts'

export interface Holder {
  readonly at: string
  readonly did: string
  readonly headers: Readonly<Record<string, string>>
}

const ADA = { email: 'ada@tutorial.example', password: 'correct-horse' }

export async function makeWallet({ urls }: Stack): Promise<Holder> {
  const api = `${urls.wallet}/wallet-api`
  const account = { type: 'email', name: 'Ada Example', ...ADA }
  expectStatus(await postJson(`${api}/auth/register`, account), 201)
  const login = await postJson(`${api}/auth/login`, { type: 'email', ...ADA })
  const headers = { authorization: `Bearer ${String(expectStatus(login, 200).json()['token'])}` }
  const { wallets } = await got(`${api}/wallet/accounts/wallets`, headers)
  const at = `${api}/wallet/${(wallets as { id: string }[])[0]?.id}`
  const dids = (await got(`${at}/dids`, headers)) as unknown as { did: string }[]
  return { at, did: dids[0]?.did ?? '', headers }
}

async function got(url: string, headers: Holder['headers']): Promise<JsonObject> {
  return expectStatus(await call(url, { headers }), 200).json() as JsonObject
}

/** What a tutorial issues, and how it asks for it. */
export interface Lesson {
  readonly name: string
  readonly issuePath: string
  readonly order: JsonObject
  ask(metadata: JsonObject): JsonObject
}

const DEGREE = {
  '@context': ['https://www.w3.org/2018/credentials/v1'],
  type: ['VerifiableCredential', 'UniversityDegree'],
  credentialSubject: { degree: { type: 'BachelorDegree', name: 'BSc Geology' } },
}

export const LESSONS: readonly Lesson[] = [
  {
    name: 'a W3C credential',
    issuePath: 'jwt',
    order: {
      credentialConfigurationId: 'UniversityDegree_jwt_vc_json',
      credentialData: DEGREE,
      mapping: {
        id: '<uuid>',
        issuer: { id: '<issuerDid>' },
        credentialSubject: { id: '<subjectDid>' },
        issuanceDate: '<timestamp>',
        expirationDate: '<timestamp-in:365d>',
      },
      authenticationMethod: 'PRE_AUTHORIZED',
    },
    ask: () => ({
      vp_policies: ['signature'],
      vc_policies: ['signature', 'expired', 'not-before'],
      request_credentials: [{ format: 'jwt_vc_json', type: 'UniversityDegree' }],
    }),
  },
  {
    name: 'a W3C credential, as scripts of 2024 ask for it',
    issuePath: 'jwt',
    order: {
      credentialConfigurationId: 'UniversityDegree_jwt_vc_json',
      credentialData: DEGREE,
      standardVersion: 'DRAFT13',
    },
    ask: () => ({ request_credentials: ['UniversityDegree'] }),
  },
  {
    name: 'an SD-JWT VC',
    issuePath: 'sdjwt',
    order: {
      credentialConfigurationId: 'identity_credential_vc+sd-jwt',
      credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
      selectiveDisclosure: { fields: { birthdate: { sd: true } } },
      mapping: {
        id: '<uuid>',
        iat: '<timestamp-seconds>',
        nbf: '<timestamp-seconds>',
        exp: '<timestamp-in-seconds:365d>',
      },
    },
    ask: (metadata) => ({
      request_credentials: [{ format: 'vc+sd-jwt', vct: vctOf(metadata, 'identity_credential_dc+sd-jwt') }],
      vp_policies: ['signature_sd-jwt-vc', 'presentation-definition'],
      vc_policies: ['not-before', 'expired'],
    }),
  },
]

function vctOf(metadata: JsonObject, id: string): string {
  const configurations = metadata['credential_configurations_supported'] as Record<string, { vct: string }>
  return configurations[id]?.vct ?? ''
}

/** Issued, held and verified; answers what the verifier says of it at the end. */
export async function learn({ urls }: Stack, holder: Holder, lesson: Lesson): Promise<JsonObject> {
  const onboarding = { key: { backend: 'jwk', keyType: 'secp256r1' }, did: { method: 'jwk' } }
  const issuer = expectStatus(await postJson(`${urls.issuer}/onboard/issuer`, onboarding), 200).json()
  const order = { ...issuer, ...lesson.order }
  const offer = expectStatus(await postJson(`${urls.issuer}/openid4vc/${lesson.issuePath}/issue`, order), 200)
  const exchange = `${holder.at}/exchange`
  expectStatus(await text(`${exchange}/resolveCredentialOffer`, offer.text, holder), 200)
  const did = encodeURIComponent(holder.did)
  const held = await text(`${exchange}/useOfferRequest?did=${did}`, offer.text, holder)
  const [credential] = JSON.parse(expectStatus(held, 200).text) as { id: string; disclosures?: string }[]

  const metadata = await got(`${urls.issuer}/.well-known/openid-credential-issuer`, {})
  const started = await postJson(`${urls.verifier}/openid4vc/verify`, lesson.ask(metadata), {
    successRedirectUri: 'https://app.example/ok?id=$id',
    errorRedirectUri: 'https://app.example/fail?id=$id',
  })
  const request = await text(
    `${exchange}/resolvePresentationRequest`,
    expectStatus(started, 200).text,
    holder,
  )
  const disclosures = credential?.disclosures?.split('~').filter((one) => one !== '') ?? []
  const answer = await postJson(
    `${exchange}/usePresentationRequest`,
    {
      did: holder.did,
      presentationRequest: expectStatus(request, 200).text,
      selectedCredentials: [credential?.id],
      ...(credential !== undefined && { disclosures: { [credential.id]: disclosures } }),
    },
    holder.headers,
  )
  const { redirectUri } = expectStatus(answer, 200).json()
  const id = new URL(String(redirectUri)).searchParams.get('id') ?? ''
  return got(`${urls.verifier}/openid4vc/session/${id}`, {})
}

function text(url: string, body: string, { headers }: Holder) {
  return call(url, { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body })
}
