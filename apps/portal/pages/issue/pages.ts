/** Issuing, in one file: who begins with one of these pages comes to the next. */
export { FormPage } from './form-page.tsx'
export { TypesPage } from './types-page.tsx'
