import { expect, it } from 'vitest'
import { lookOf } from './card-look.ts'

it.each([
  ['urn:eudi:pid:1', '', 'identity'],
  ['eu.europa.ec.eudi.pid.1', 'EU Person Identification Data', 'identity'],
  ['urn:countersign:identity-credential:1', 'IdentityCredential', 'identity'],
  ['urn:countersign:passport:1', 'Reisepass', 'identity'],
  ['eu.europa.ec.av.1', 'EuProofOfAge', 'identity'],
  ['urn:countersign:age-proof:1', '', 'identity'],
  ['org.iso.18013.5.1.mDL', '', 'licence'],
  ['urn:x:1', 'Driving Licence', 'licence'],
  ['urn:x:1', 'Führerschein', 'licence'],
  ['urn:countersign:vehicle-registration:1', 'VehicleRegistration', 'licence'],
  ['urn:countersign:motor-insurance:1', 'MotorInsurance', 'licence'],
  ['UniversityDegree', '', 'diploma'],
  ['urn:countersign:language-certificate:1', 'LanguageCertificate', 'diploma'],
  ['urn:countersign:ehic:1', '', 'health'],
  ['urn:x:1', 'European Health Insurance Card', 'health'],
  ['urn:x:1', 'Vaccination Certificate', 'health'],
  ['urn:countersign:travel-insurance:1', 'TravelInsurance', 'neutral'],
  ['urn:countersign:luggage-tag:1', 'Luggage Tag', 'neutral'],
  ['urn:countersign:library-card:1', 'Library Card', 'neutral'],
  ['', '', 'neutral'],
])('%s %j looks like %s', (type, title, look) => {
  expect(lookOf(type, title)).toBe(look)
})
