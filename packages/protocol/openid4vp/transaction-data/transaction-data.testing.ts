/** Entries, and queries that they are about. */
import type { JsonObject } from '@countersign/core/json'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson } from '@countersign/credential/w3c-vc/format'
import { parseDcqlQuery } from '../dcql/parse.ts'
import { transactionTypes } from './known-types.ts'
import { readTransactionData, writeTransactionEntry } from './transaction-data.ts'

export const details = { payee: 'Shop', currency_amount: { currency: 'EUR', value: '23.58' } }

export const payment = (more: JsonObject = {}): JsonObject => ({
  type: 'payment_data',
  credential_ids: ['a'],
  payment_data: details,
  ...more,
})

export const signature = (more: JsonObject = {}): JsonObject => ({
  type: 'qes_authorization',
  credential_ids: ['a'],
  documentDigests: [
    { label: 'Contract', hash: 'sTOgwOm', hashAlgorithmOID: '2.16.840.1.101.3.4.2.1' },
    { label: 'Annex', hash: 'HZQzZm', hashAlgorithmOID: '2.16.840.1.101.3.4.2.1' },
  ],
  signatureQualifier: 'eu_eidas_qes',
  ...more,
})

const sdJwt = (id: string): JsonObject => ({ id, format: 'dc+sd-jwt', meta: { vct_values: ['t'] } })

export const query: JsonObject = {
  credentials: [
    sdJwt('a'),
    sdJwt('b'),
    { ...sdJwt('waived'), require_cryptographic_holder_binding: false },
    { id: 'licence', format: 'mso_mdoc', meta: { doctype_value: 'd' } },
    { id: 'degree', format: 'jwt_vc_json', meta: { type_values: [['D']] } },
    { id: 'strange', format: 'ldp_vc', meta: {} },
  ],
}

const formats = formatRegistry([sdJwtVc, mdoc, jwtVcJson])

export function readTexts(texts: JsonObject['x'], asked: JsonObject = query) {
  const parsed = parseDcqlQuery(asked)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return readTransactionData(texts ?? null, parsed.value, { types: transactionTypes(), formats })
}

export const read = (entries: readonly JsonObject[], asked: JsonObject = query) =>
  readTexts(entries.map(writeTransactionEntry), asked)
