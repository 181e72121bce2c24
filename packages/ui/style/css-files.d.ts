/** Style sheets are taken in by the build of a page. */
declare module '*.css' {}
