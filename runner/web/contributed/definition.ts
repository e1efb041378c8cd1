/** Pages and downloads of task authors, as their files define them. */
import type { NavEntry } from '../html/layout.ts';
import type { Page, PageRequest } from '../page.ts';
import type { PageLink, RunToLink } from './run_link.ts';

export interface AuthorPage extends Page {
  /** An entry of the navigation, in front of every page. */
  readonly nav?: NavEntry;
  /** Returns the link from a run's page to this one; null for a run of which this page says nothing. */
  ofRun?(run: RunToLink): PageLink | null;
}

/** A file that is made while it is sent. */
export interface AuthorDownload {
  /** `/changes/:run/changes.csv` */
  readonly path: string;
  /**
   * Reads as much as is needed to refuse the request, and gives the rest in parts.
   * @throws NotFound; HttpError
   */
  open(request: PageRequest): Promise<OpenDownload>;
}

export interface OpenDownload {
  /** The name under which a browser keeps it: letters, digits, `.`, `_` and `-`. */
  readonly fileName: string;
  /** `text/csv; charset=utf-8` */
  readonly contentType: string;
  /** An error in the middle breaks the transfer off, so that no shortened file passes for a whole one. */
  readonly chunks: AsyncIterable<string>;
}

export type Contribution =
  | ({ readonly kind: 'page' } & AuthorPage)
  | ({ readonly kind: 'download' } & AuthorDownload);

/** Defines the page of a file in `tasks/pages/`: its default export. */
export function definePage(page: AuthorPage): Contribution {
  return { kind: 'page', ...page };
}

/** Defines a file to download: the default export of a file in `tasks/pages/`. */
export function defineDownload(download: AuthorDownload): Contribution {
  return { kind: 'download', ...download };
}

const PATH = /^(\/(:[a-z][A-Za-z0-9_]*\??|[a-z0-9][a-z0-9_.-]*))+$/;
/** The first parts of the runner's own paths. */
const RESERVED = new Set(
  'api assets audit backfills dags healthz live login logout metrics readyz runs workers'.split(' '),
);

/** Returns what is wrong with the default export of a page's file; null for nothing. */
export function definitionProblem(value: unknown): string | null {
  if (!isContribution(value)) return 'its default export is not made by definePage({ path, open })';
  if (!PATH.test(value.path))
    return `its path ${value.path} is not of the form /name/:param, in small letters, digits, ".", "_" and "-"`;
  const [, first = ''] = value.path.split('/');
  if (first.startsWith(':')) return `its path ${value.path} begins with a param, and would take every path`;
  return RESERVED.has(first)
    ? `its path ${value.path} begins with /${first}, which is the runner's own`
    : null;
}

export function isContribution(value: unknown): value is Contribution {
  if (typeof value !== 'object' || value === null) return false;
  if (!('kind' in value && (value.kind === 'page' || value.kind === 'download'))) return false;
  return (
    'path' in value && typeof value.path === 'string' && 'open' in value && typeof value.open === 'function'
  );
}

/** Returns the paths that a route matches, its params without their names: `/a` and `/a/:` for `/a/:b?`. */
export function matchedPaths(path: string): readonly string[] {
  let found: readonly string[] = [''];
  for (const part of path.split('/').slice(1)) {
    const isOptional = part.endsWith('?');
    const longer = found.map((start) => `${start}/${part.startsWith(':') ? ':' : part}`);
    found = isOptional ? [...found, ...longer] : longer;
  }
  return found;
}
