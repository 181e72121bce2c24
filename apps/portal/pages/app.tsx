/**
 * Which page stands at which address. The first page comes at once; issuing, verifying and what is about the
 * deployment come in a file each when somebody goes there.
 */
import './portal.css'
import './operation.css'
import { cards } from '@countersign/ui/elements/icons'
import { firstPart, partAt } from '@countersign/ui/page/first-part'
import { Frame, type NavItem } from '@countersign/ui/page/frame'
import { Problem } from '@countersign/ui/page/problem'
import { textsThere } from '@countersign/ui/text/texts'
import { LocationProvider, lazy, Route, Router, useLocation } from 'preact-iso'
import { HomePage } from './home/home-page.tsx'
import { LoginPage } from './operators/login-page.tsx'
import { Instance } from './parts/instance.tsx'
import { Loading } from './parts/loading.tsx'
import { NothingHere } from './parts/nothing-here.tsx'
import { doors, handOut, rack, rows, shield, takeIn } from './parts/portal-icons.ts'
import { api, instance, refreshSession, session, sessionFailure } from './session.ts'
import { home } from './text/home-texts.ts'
import { portal } from './text/portal-texts.ts'

/** A page that is loaded when somebody goes there. It is shown when its texts are there as well; until then the page before stays. */
function later<Pages, Name extends keyof Pages>(load: () => Promise<Pages>, name: Name) {
  return lazy(async () => {
    const pages = await load()
    await textsThere()
    return pages[name]
  })
}

const issuing = () => import('./issue/pages.ts')
const verifying = () => import('./verify/pages.ts')
const waiting = () => import('./waiting.ts')
const operation = () => import('./operation.ts')

const TypesPage = later(issuing, 'TypesPage')
const FormPage = later(issuing, 'FormPage')
const OfferPage = later(waiting, 'OfferPage')
const AskPage = later(verifying, 'AskPage')
const RequestPage = later(waiting, 'RequestPage')
const ResultPage = later(verifying, 'ResultPage')
const ReturnPage = later(verifying, 'ReturnPage')
const SessionsPage = later(operation, 'SessionsPage')
const CredentialsPage = later(operation, 'CredentialsPage')
const TrustPage = later(operation, 'TrustPage')
const ClusterPage = later(operation, 'ClusterPage')
const BeginPage = later(() => import('./operators/begin-page.tsx'), 'BeginPage')

/** What is loaded later, by its address as the router has it. */
const LATER = {
  '/issue': TypesPage,
  '/issue/:name': FormPage,
  '/offers/:id': OfferPage,
  '/verify': AskPage,
  '/verify/:id': RequestPage,
  '/verify/:id/result': ResultPage,
  '/verify/:id/return': ReturnPage,
  '/sessions': SessionsPage,
  '/credentials': CredentialsPage,
  '/trust': TrustPage,
  '/cluster': ClusterPage,
  '/begin': BeginPage,
}

/** Whom nobody answered has no use for it. */
export async function firstPicture(): Promise<void> {
  if (session.peek() !== undefined) await firstPart(partAt(LATER, location.pathname))
}

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
  // Until it is known that somebody has to log in: what comes above a page moves all of it.
  const isIn = session.value?.login !== 'needed'
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
      <Shown path={path} />
    </Frame>
  )
}

function navigation(path: string): readonly NavItem[] {
  const t = portal.value
  const { nav } = home.value
  const isIssue = path.startsWith('/issue') || path.startsWith('/offers')
  return [
    { href: '/', label: t.home, icon: doors, current: path === '/' },
    { href: '/issue', label: t.issue, icon: handOut, current: isIssue },
    { href: '/verify', label: t.verify, icon: takeIn, current: path.startsWith('/verify') },
    { href: '/sessions', label: nav.sessions, icon: rows, current: path === '/sessions' },
    { href: '/credentials', label: nav.credentials, icon: cards, current: path === '/credentials' },
    { href: '/trust', label: nav.trust, icon: shield, current: path === '/trust' },
    { href: '/cluster', label: nav.cluster, icon: rack, current: path === '/cluster' },
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
  if (login === undefined) return <Loading />
  if (login === 'needed' && !isPublic(path)) return <LoginPage />
  return (
    <Router>
      <Route path="/" component={HomePage} />
      {Object.entries(LATER).map(([path, page]) => (
        <Route key={path} path={path} component={page} />
      ))}
      <Route default component={NothingHere} />
    </Router>
  )
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
