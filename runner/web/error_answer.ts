/** Answers with an error: a page for people, RFC 9457 problem details for programs. */
import type { Context } from 'hono';
import { answerProblem } from './api/problem.ts';
import { type Html, html, NOTHING } from './html/html.ts';
import { type AssetUrls, layout } from './html/layout.ts';
import type { ErrorStatus } from './http_error.ts';
import { NAV } from './mount_pages.ts';

export interface ErrorAnswer {
  readonly status: ErrorStatus;
  /** A few words, such as `Not allowed`. */
  readonly title: string;
  /** A sentence: the reason, and what helps. */
  readonly detail: string;
  /** A link that helps; null where there is none. */
  readonly link: { readonly href: string; readonly label: string } | null;
}

/** Returns whether the request is a program's: of the API, of a probe, or of a part of a page. */
export function isProgram(c: Context): boolean {
  const accepts = c.req.header('accept') ?? '';
  return /^\/(api|live|metrics|healthz|readyz)(\/|$)/.test(c.req.path) || !accepts.includes('text/html');
}

export function answerError(
  c: Context,
  assets: AssetUrls,
  answer: ErrorAnswer,
): Response | Promise<Response> {
  const { status, detail } = answer;
  if (!isProgram(c)) return c.html(errorPage(c, assets, answer), status);
  return answerProblem(c, { status, detail, facts: {} });
}

function errorPage(c: Context, assets: AssetUrls, { title, detail, link }: ErrorAnswer): Html {
  const body = html`<h1>${title}</h1>
<p>${detail}</p>
${link === null ? NOTHING : html`<p><a href="${link.href}">${link.label}</a></p>`}`;
  const viewer = c.get('viewer') ?? null;
  const nav = viewer === null ? [] : NAV;
  return layout({ title, path: c.req.path, nav, viewer, assets, liveUrl: null, done: null }, body);
}
