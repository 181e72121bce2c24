/** What whoever runs it looks at now and then, in one file. */
export { ClusterPage } from './cluster/cluster-page.tsx'
export { CredentialsPage } from './records/credentials-page.tsx'
export { SessionsPage } from './records/sessions-page.tsx'
export { TrustPage } from './trust/trust-page.tsx'
