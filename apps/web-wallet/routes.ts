/** The addresses of the pages: the server answers them with the first page, and everything else with 404. */
export const PAGE_ROUTES = [
  '/',
  '/cards/:id',
  '/scan',
  '/offers/:id',
  '/requests/:id',
  '/open',
  '/authorized',
  '/api/siop/initiateIssuance',
  '/api/siop/initiatePresentation',
  '/history',
  '/settings',
  '/keys',
  '/recover',
  '/reset',
  '/help',
] as const
