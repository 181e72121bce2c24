/** The addresses of the pages: the server answers them with the first page, and everything else with 404. */
export const PAGE_ROUTES = [
  '/',
  '/issue',
  '/issue/:name',
  '/offers/:id',
  '/verify',
  '/verify/:id',
  '/verify/:id/result',
  '/verify/:id/return',
  '/sessions',
  '/credentials',
  '/trust',
  '/cluster',
  '/begin',
] as const
