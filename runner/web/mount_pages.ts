/** Serves pages whole at their path, and their body alone at the same path under `/live`. */
import type { Context, Hono } from 'hono';
import { deleteCookie, getCookie } from 'hono/cookie';
import type { LiveTopic } from '../store/live/topic.ts';
import type { WebContext } from './context.ts';
import type { WebEnv } from './env.ts';
import type { Html } from './html/html.ts';
import { type AssetUrls, layout, type NavEntry } from './html/layout.ts';
import type { ErrorStatus } from './http_error.ts';
import type { Page, PageRequest, Reader } from './page.ts';
import { SharedWork } from './shared_work.ts';

export const NAV: readonly NavEntry[] = [
  { href: '/', label: 'Last night' },
  { href: '/dags', label: 'DAGs' },
  { href: '/runs', label: 'Runs' },
  { href: '/backfills', label: 'Backfills' },
  { href: '/audit', label: 'Audit' },
  { href: '/workers', label: 'Workers' },
];

/** Carries the sentence on what was done over the redirect to the page that shows it. */
export const DONE_COOKIE = 'stockflow_done';

/** The context that the routes of pages and of actions share. */
export interface Mounted {
  readonly context: WebContext;
  readonly assets: AssetUrls;
  readonly nav: readonly NavEntry[];
}

export function mountPages(app: Hono<WebEnv>, mounted: Mounted, pages: readonly Page[]): void {
  // Readers of one role share a body: 200 who open the first page at once cost the database no more than two.
  const bodies = new SharedWork<Content>();
  for (const page of pages) {
    app.get(page.path, async (request) => {
      const { role } = request.get('viewer');
      const { pathname, search } = new URL(request.req.url);
      const asked = pageRequest(request, mounted.context);
      const content = await bodies.run(`${role} ${pathname}${search}`, () =>
        contentOf(page, asked, { role }),
      );
      return respondWith(request, mounted, content);
    });
  }
}

async function contentOf(page: Page, request: PageRequest, reader: Reader): Promise<Content> {
  const { title, topics, status = 200, body } = await page.open(request);
  return { title, topics, status, body: await body(reader) };
}

export function pageRequest(request: Context<WebEnv>, context: WebContext): PageRequest {
  return { context, params: request.req.param(), query: new URL(request.req.url).searchParams };
}

interface Content {
  readonly title: string;
  readonly body: Html;
  readonly topics: readonly LiveTopic[];
  readonly status: 200 | ErrorStatus;
}

/** Answers with a whole page, and with the sentence on what was just done, once. */
export function respondWith(
  request: Context<WebEnv>,
  { assets, nav }: Mounted,
  { title, body, topics, status }: Content,
): Response | Promise<Response> {
  const { pathname, search } = new URL(request.req.url);
  const done = getCookie(request, DONE_COOKIE);
  if (done !== undefined) deleteCookie(request, DONE_COOKIE, { path: '/' });
  const frame = {
    title,
    path: pathname,
    nav,
    viewer: request.get('viewer') ?? null,
    assets,
    liveUrl: topics.length === 0 ? null : `/live${pathname}${search}`,
    done: done ?? null,
  };
  return request.html(layout(frame, body), status);
}
