/** Answers to requests that are refused or fail: a page for people, RFC 9457 problem details for programs. */
import type { Context } from 'hono';
import { type Html, html, NOTHING } from '../html/html.ts';
import { type AssetUrls, layout } from '../html/layout.ts';

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 413 | 500;
  /** A few words, such as `Not allowed`. */
  readonly title: string;
  /** A sentence: the reason, and what helps. */
  readonly detail: string;
  /** A link that helps; null where there is none. */
  readonly link: { readonly href: string; readonly label: string } | null;
}

/** Returns whether the request is a program's: of the API, or of a part of a page. */
export function isProgram(c: Context): boolean {
  return (
    /^\/(api|live|metrics|healthz|readyz)(\/|$)/.test(c.req.path) ||
    !(c.req.header('accept') ?? '').includes('text/html')
  );
}

export function refuse(c: Context, assets: AssetUrls, refusal: Refusal): Response | Promise<Response> {
  const { status, title, detail } = refusal;
  if (!isProgram(c)) return c.html(refusalPage(c, assets, refusal), status);
  const problem = { type: 'about:blank', title, status, detail, request_id: c.get('requestId') };
  return c.body(JSON.stringify(problem), status, { 'content-type': 'application/problem+json' });
}

function refusalPage(c: Context, assets: AssetUrls, { title, detail, link }: Refusal): Html {
  const body = html`<h1>${title}</h1>
<p>${detail}</p>
${link === null ? NOTHING : html`<p><a href="${link.href}">${link.label}</a></p>`}`;
  const viewer = c.get('viewer') ?? null;
  return layout({ title, path: c.req.path, nav: [], viewer, assets, liveUrl: null }, body);
}
