/** Which page stands at which address. Each is loaded when it is first shown. */
import './portal.css'
import { Frame, type NavItem } from '@countersign/ui/page/frame'
import { Problem } from '@countersign/ui/page/problem'
import { ui } from '@countersign/ui/text/ui-texts'
import { ErrorBoundary, LocationProvider, lazy, Route, Router, useLocation } from 'preact-iso'
import { Instance } from './parts/instance.tsx'
import { doors, handOut, takeIn } from './parts/portal-icons.ts'
import { api, instance, refreshSession, session, sessionFailure } from './session.ts'
import { portal } from './text/portal-texts.ts'

const HomePage = lazy(async () => (await import('./home/home-page.tsx')).HomePage)
const TypesPage = lazy(async () => (await import('./issue/types-page.tsx')).TypesPage)
const FormPage = lazy(async () => (await import('./issue/form-page.tsx')).FormPage)
const OfferPage = lazy(async () => (await import('./issue/offer-page.tsx')).OfferPage)
const AskPage = lazy(async () => (await import('./verify/ask-page.tsx')).AskPage)
const RequestPage = lazy(async () => (await import('./verify/request-page.tsx')).RequestPage)
const ResultPage = lazy(async () => (await import('./verify/result-page.tsx')).ResultPage)
const ReturnPage = lazy(async () => (await import('./verify/return-page.tsx')).ReturnPage)
const LoginPage = lazy(async () => (await import('./operators/login-page.tsx')).LoginPage)
const BeginPage = lazy(async () => (await import('./operators/begin-page.tsx')).BeginPage)

export function App() {
  return (
    <LocationProvider>
      <Page />
    </LocationProvider>
  )
}

function Page() {
  const { path } = useLocation()
  const t = portal.value
  const isIn = session.value?.login === 'none' || session.value?.login === 'done'
  return (
    <Frame
      name={t.product}
      home="/"
      nav={isIn ? navigation(path) : []}
      account={
        session.value?.operator === undefined ? undefined : <Account name={session.value.operator.name} />
      }
      footer={<AnsweredBy />}
    >
      <ErrorBoundary>
        <Shown path={path} />
      </ErrorBoundary>
    </Frame>
  )
}

function navigation(path: string): readonly NavItem[] {
  const t = portal.value
  const isIssue = path.startsWith('/issue') || path.startsWith('/offers')
  return [
    { href: '/', label: t.home, icon: doors, current: path === '/' },
    { href: '/issue', label: t.issue, icon: handOut, current: isIssue },
    { href: '/verify', label: t.verify, icon: takeIn, current: path.startsWith('/verify') },
  ]
}

/** Two pages are there for whoever is not logged in: the first link, and the way back of a wallet on another device. */
function isPublic(path: string): boolean {
  return path === '/begin' || /^\/verify\/[^/]+\/return$/.test(path)
}

function Shown({ path }: { readonly path: string }) {
  const { login } = session.value ?? {}
  const failure = sessionFailure.value
  if (login === undefined && failure !== undefined)
    return (
      <Problem
        failure={failure}
        product={portal.value.product}
        home="/"
        retry={() => void refreshSession()}
      />
    )
  if (login === undefined) return <p class="muted">{ui.value.loading}</p>
  if (login === 'needed' && !isPublic(path)) return <LoginPage />
  return (
    <Router>
      <Route path="/" component={HomePage} />
      <Route path="/issue" component={TypesPage} />
      <Route path="/issue/:name" component={FormPage} />
      <Route path="/offers/:id" component={OfferPage} />
      <Route path="/verify" component={AskPage} />
      <Route path="/verify/:id" component={RequestPage} />
      <Route path="/verify/:id/result" component={ResultPage} />
      <Route path="/verify/:id/return" component={ReturnPage} />
      <Route path="/begin" component={BeginPage} />
      <Route default component={Nothing} />
    </Router>
  )
}

function Nothing() {
  const failure = { kind: 'refused', status: 404, message: 'no page at this address' } as const
  return <Problem failure={failure} product={portal.value.product} home="/" />
}

function Account({ name }: { readonly name: string }) {
  async function logOut() {
    await api.send('POST', '/logout')
    await refreshSession()
  }
  return (
    <span class="account">
      <bdi>{name}</bdi>
      <button type="button" class="text-button" onClick={() => void logOut()}>
        {portal.value.logOut}
      </button>
    </span>
  )
}

function AnsweredBy() {
  const name = instance.value
  if (name === undefined) return null
  return (
    <>
      {portal.value.answeredBy} <Instance name={name} />
    </>
  )
}
