/** Refuses what another web site makes a browser send here, with the cookies or the place in the network of its user. */

/** The parts of a request that tell which site made it. */
export interface RequestOrigin {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`; browsers send it to https and to this machine. */
  readonly fetchSite: string | undefined;
  /** `Sec-Fetch-Mode` and `Sec-Fetch-Dest`. */
  readonly fetchMode: string | undefined;
  readonly fetchDest: string | undefined;
  /** The request says who it is by a cookie, or by a header that a login proxy adds: by what a browser sends unasked. */
  readonly isAmbient: boolean;
}

const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
const OWN_SITE: readonly string[] = ['same-origin', 'none'];

export function isReading(method: string): boolean {
  return READING.includes(method);
}

/**
 * Returns why the request is refused, or null.
 *
 * @param publicOrigin the origin that people see where a proxy rewrites `Host`, such as `https://stock.example.com`
 */
export function crossSiteProblem(request: RequestOrigin, publicOrigin: string | null): string | null {
  return isReading(request.method) ? embeddingProblem(request) : writingProblem(request, publicOrigin);
}

/** A link from elsewhere leads here; a frame, a script or a fetch of another site's page gets nothing. */
function embeddingProblem({ fetchSite, fetchMode, fetchDest }: RequestOrigin): string | null {
  if (fetchSite === undefined || OWN_SITE.includes(fetchSite)) return null;
  const isLink = fetchMode === 'navigate' && (fetchDest === undefined || fetchDest === 'document');
  return isLink ? null : 'another web site asked for this';
}

function writingProblem(
  { host, origin, fetchSite, isAmbient }: RequestOrigin,
  publicOrigin: string | null,
): string | null {
  if (fetchSite !== undefined) {
    return OWN_SITE.includes(fetchSite) ? null : 'another web site sent this';
  }
  if (origin !== undefined) {
    const isOwn = origin === publicOrigin || (URL.canParse(origin) && new URL(origin).host === host);
    return isOwn ? null : `it comes from ${origin}, and this is ${publicOrigin ?? host ?? 'no known host'}`;
  }
  return isAmbient
    ? 'it has neither Sec-Fetch-Site nor Origin, and its browser is not known to be on this page'
    : null;
}
