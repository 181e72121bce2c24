/**
 * The types of transaction data that are known without being configured: those whose own specification wants no more in an
 * answer than the hashes of OpenID4VP 1.0 appendix B.3.3.1. A further type is a row.
 *
 * `payment_data`: EWC RFC 008, Payment Data Confirmation. `qes_authorization`: the authorisation of a qualified electronic signature
 * as the large scale pilots and the EUDI reference implementation have it. Types whose answers say more of the holder (the
 * strong customer authentication of EUDI TS 12) or put something else into the proof (those of CSC) are not rows.
 */
import type { TransactionType, TransactionTypes } from './transaction-type.ts'

const PAYMENT: TransactionType = {
  type: 'payment_data',
  displayName: { en: 'Payment', de: 'Zahlung' },
  fields: [
    {
      name: 'payment_data',
      label: { en: 'Payment', de: 'Zahlung' },
      kind: 'object',
      required: true,
      fields: [
        { name: 'payee', label: { en: 'Payee', de: 'Empfänger' }, kind: 'text', required: true },
        {
          name: 'currency_amount',
          label: { en: 'Amount', de: 'Betrag' },
          kind: 'object',
          required: true,
          fields: [
            { name: 'value', label: { en: 'Amount', de: 'Betrag' }, kind: 'amount', required: true },
            { name: 'currency', label: { en: 'Currency', de: 'Währung' }, kind: 'currency', required: true },
          ],
        },
        {
          name: 'recurring_schedule',
          label: { en: 'Repeated', de: 'Wiederholt' },
          kind: 'object',
          required: false,
          fields: [
            {
              name: 'start_date',
              label: { en: 'Repeated from', de: 'Wiederholt ab' },
              kind: 'date',
              required: true,
            },
            {
              name: 'expiry_date',
              label: { en: 'Repeated until', de: 'Wiederholt bis' },
              kind: 'date',
              required: false,
            },
            {
              name: 'frequency',
              label: { en: 'Days between payments, at least', de: 'Tage zwischen Zahlungen, mindestens' },
              kind: 'number',
              required: true,
            },
          ],
        },
      ],
    },
  ],
}

const SIGNATURE: TransactionType = {
  type: 'qes_authorization',
  displayName: { en: 'Qualified electronic signature', de: 'Qualifizierte elektronische Signatur' },
  fields: [
    {
      name: 'documentDigests',
      label: { en: 'Document', de: 'Dokument' },
      kind: 'list',
      required: true,
      fields: [
        { name: 'label', label: { en: 'Name', de: 'Name' }, kind: 'text', required: true },
        { name: 'hash', label: { en: 'Hash', de: 'Hash' }, kind: 'text', required: true },
        {
          name: 'hashAlgorithmOID',
          label: { en: 'Hash algorithm', de: 'Hash-Verfahren' },
          kind: 'text',
          required: true,
        },
      ],
    },
    {
      name: 'signatureQualifier',
      label: { en: 'Kind of signature', de: 'Art der Signatur' },
      kind: 'text',
      required: false,
    },
    {
      name: 'credentialID',
      label: { en: 'Signing certificate', de: 'Signaturzertifikat' },
      kind: 'text',
      required: false,
    },
    { name: 'processID', label: { en: 'Process', de: 'Vorgang' }, kind: 'text', required: false },
  ],
}

export const KNOWN_TRANSACTION_TYPES: readonly TransactionType[] = [PAYMENT, SIGNATURE]

/** With those of whoever runs the service; one of the same name takes the place of ours. */
export function transactionTypes(configured: readonly TransactionType[] = []): TransactionTypes {
  return new Map([...KNOWN_TRANSACTION_TYPES, ...configured].map((one) => [one.type, one]))
}
