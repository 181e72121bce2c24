/** What another router might read as more or fewer parts of a path, or as somewhere else, than ours did. */

/** `url`: path and query as they came. Escapes of ordinary characters are none of this. */
export function isAmbiguous(url: string): boolean {
  const [path = ''] = url.split('?', 1)
  return /(?:^|\/)(?:\.|%2e)+(?:\/|$)|%2f|%5c|%00|\\|\/\//i.test(path)
}
