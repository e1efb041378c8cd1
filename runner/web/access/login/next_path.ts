/**
 * Returns where a log-in leads: a path of this page, or `/`. A path that a browser reads as another host, `//host`, `/\host`,
 * is none, and neither are the log-in pages themselves.
 */
export function nextPath(given: string | undefined): string {
  // A browser drops tabs and line ends inside an address, and reads a backslash as a slash.
  if (given === undefined || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(given)) return '/';
  const base = 'http://page.invalid';
  if (!URL.canParse(given, base)) return '/';
  const { origin, pathname, search, hash } = new URL(given, base);
  if (origin !== base || pathname.startsWith('//')) return '/';
  return /^\/(login|logout)$/.test(pathname) ? '/' : `${pathname}${search}${hash}`;
}
