/**
 * What somebody without any credential may get hold of: a token for an offer that was meant for somebody else or for nobody,
 * and the ids of verifications from their QR codes, one for each format.
 */
import { formatCases } from '@countersign/testing/client/formats'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import {
  credentialOf,
  type Held,
  identityConfiguration,
  keyProof,
  offerUri,
  presentation,
  readOffer,
  requestCredential,
  requestNonce,
  requestToken,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { MANAGEMENT_KEY, type MeasuredServices } from './services.ts'

export interface Known {
  readonly code: string
  readonly accessToken: string
  /** Of a verification that may be answered many times over, by format. */
  readonly verifications: Readonly<Record<string, string>>
  readonly held: Held
  /** The credential with a proof of its holder, for another request. */
  readonly presented: string
}

const management = { 'x-api-key': MANAGEMENT_KEY, accept: 'application/json' }

export async function getHold({ issuer, verifier }: MeasuredServices): Promise<Known> {
  const offer = await newOffer(issuer.url)
  const token = expectStatus(await requestToken(offer, {}), 200).json()
  const accessToken = String(token['access_token'])
  const nonce = expectStatus(await requestNonce(issuer.url), 200).json()
  const holder = newKey()
  const proof = await keyProof(issuer.url, String(nonce['c_nonce']), holder)
  const wanted = { accessToken, configurationId: identityConfiguration, proof }
  const credential = credentialOf(expectStatus(await requestCredential(issuer.url, {}, wanted), 200))
  const held = { credential, holder }
  const elsewhere = { clientId: 'x509_hash:somebody', nonce: 'n'.repeat(22) }
  return {
    code: (await newOffer(issuer.url)).code,
    accessToken,
    verifications: await newVerifications(verifier.url),
    held,
    presented: await presentation(elsewhere, held, [['given_name'], ['family_name']]),
  }
}

async function newOffer(issuerUrl: string) {
  const credentialData = { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' }
  const order = { credentialConfigurationId: identityConfiguration, credentialData }
  const made = expectStatus(await postJson(`${issuerUrl}/openid4vc/sdjwt/issue`, order, management), 200)
  return readOffer(expectStatus(await call(offerUri(String(made.json()['url']))), 200).json())
}

/** Of one that a page asks through its browser, which tells its id to every script of the page. */
export const BROWSER = 'through a browser'

async function throughBrowser(verifierUrl: string) {
  const [{ query } = { query: {} }] = formatCases
  const body = {
    dcql_query: { credentials: [{ ...query, multiple: true }] },
    expected_origins: ['https://shop.example'],
  }
  const started = await postJson(`${verifierUrl}/openid4vc/verify`, body, {
    ...management,
    responsemode: 'dc_api',
  })
  return [BROWSER, String(expectStatus(started, 200).json()['id'])] as const
}

async function newVerifications(verifierUrl: string): Promise<Record<string, string>> {
  const made = formatCases.map(async ({ format, query }) => {
    const body = { dcql_query: { credentials: [{ ...query, multiple: true }] } }
    const started = await postJson(`${verifierUrl}/openid4vc/verify`, body, management)
    return [format, String(expectStatus(started, 200).json()['id'])] as const
  })
  return Object.fromEntries([...(await Promise.all(made)), await throughBrowser(verifierUrl)])
}
