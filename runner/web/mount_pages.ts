/** Serves pages whole at their path, and their body alone at the same path under `/live`. */
import type { Context, Hono } from 'hono';
import type { WebEnv } from './app.ts';
import type { WebContext } from './context.ts';
import { type AssetUrls, layout, type NavEntry } from './html/layout.ts';
import type { Page, PageRequest } from './page.ts';

export const NAV: readonly NavEntry[] = [
  { href: '/', label: 'Last night' },
  { href: '/dags', label: 'DAGs' },
  { href: '/backfills', label: 'Backfills' },
  { href: '/audit', label: 'Audit' },
  { href: '/workers', label: 'Workers' },
];

export interface Mounted {
  readonly context: WebContext;
  readonly assets: AssetUrls;
  readonly pages: readonly Page[];
}

export function mountPages(app: Hono<WebEnv>, { context, assets, pages }: Mounted): void {
  for (const page of pages) {
    app.get(page.path, async (request) => {
      const open = await page.open(pageRequest(request, context));
      const viewer = request.get('viewer');
      const { pathname, search } = new URL(request.req.url);
      const frame = {
        title: open.title,
        path: pathname,
        nav: NAV,
        viewer,
        assets,
        liveUrl: open.topics.length === 0 ? null : `/live${pathname}${search}`,
      };
      return request.html(layout(frame, open.body(viewer)));
    });
  }
}

function pageRequest(request: Context<WebEnv>, context: WebContext): PageRequest {
  return { context, params: request.req.param(), query: new URL(request.req.url).searchParams };
}
