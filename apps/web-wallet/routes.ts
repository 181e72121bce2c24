/** The addresses of the pages: the server answers them with the first page, and everything else with 404. */
export const PAGE_ROUTES = ['/', '/scan', '/offers/:id', '/requests/:id', '/open', '/help'] as const
