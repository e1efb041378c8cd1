/** The web application: its assets, pages and routes, behind the access rules. */
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { ACTIONS } from './actions/actions.ts';
import { mountApi } from './api/mount.ts';
import { mountArtifacts } from './artifacts.ts';
import { type Asset, readAssets } from './assets.ts';
import type { WebContext } from './context.ts';
import type { Contributed } from './contributed/load.ts';
import { mountDownloads } from './contributed/mount_downloads.ts';
import type { WebEnv } from './env.ts';
import { mountLive } from './live/routes.ts';
import { mountMetrics } from './metrics/routes.ts';
import type { MetricsSources } from './metrics/sources.ts';
import { mountActions } from './mount_actions.ts';
import { mountPages, NAV } from './mount_pages.ts';
import { PAGES } from './pages/pages.ts';

export type { WebEnv } from './env.ts';

export interface AppOptions {
  readonly context: WebContext;
  /** Puts the access rules before every route, and `viewer` on each request that passes. */
  readonly guard: (app: Hono<WebEnv>) => void;
  /** Pages of task authors; none by default. */
  readonly contributed?: Pick<Contributed, 'pages' | 'downloads' | 'nav'>;
  /** Metrics of task authors; none by default. */
  readonly metricsSources?: MetricsSources;
}

const NONE = { pages: [], downloads: [], nav: [] };
const A_YEAR_S = 31_536_000;

export function createApp({ context, guard, contributed = NONE, metricsSources }: AppOptions): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const assets = readAssets();
  app.use(compress());
  for (const asset of assets.byUrl.values()) serveAsset(app, asset);
  guard(app);
  const { pages, downloads, nav } = contributed;
  const mounted = { context, assets: assets.urls, nav: [...NAV, ...nav] };
  // A download's path is more exact than that of a page, which may have a param in its place.
  mountDownloads(app, context, downloads);
  const all = [...PAGES, ...pages];
  mountPages(app, mounted, all);
  mountLive(app, context, all);
  mountActions(app, mounted, ACTIONS);
  mountApi(app, context);
  mountArtifacts(app, context);
  mountMetrics(app, context, metricsSources ?? null);
  return app;
}

/** Serves a file that never changes under its URL. Without a log-in: the log-in page uses it. */
function serveAsset(app: Hono<WebEnv>, { url, contentType, body }: Asset): void {
  app.get(url, (request) =>
    request.body(body, 200, {
      'content-type': contentType,
      'cache-control': `public, max-age=${A_YEAR_S}, immutable`,
    }),
  );
}
