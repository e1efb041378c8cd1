/** Paging through a list by the id of its last row; the cursor is in the URL. */
import { HttpError } from '../http_error.ts';
import { type Html, html, NOTHING } from './html.ts';

/** Returns the id below which the list goes on; null for its beginning. @throws HttpError for what is no id */
export function cursorOf(query: URLSearchParams): number | null {
  const text = query.get('before');
  if (text === null) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(400, `before is the id of a row, a whole number; ${text} is none`);
}

/** Renders the link to the rows after these, with the filters of the list. */
export function olderLink(query: URLSearchParams, next: number | null): Html {
  const isFirst = !query.has('before');
  if (next === null && isFirst) return NOTHING;
  return html`<p class="pager">${isFirst ? NOTHING : html`<a href="?${withoutCursor(query)}">Newest</a>`}${
    next === null ? NOTHING : html`<a href="?${withCursor(query, next)}" rel="next">Older</a>`
  }</p>`;
}

function withCursor(query: URLSearchParams, before: number): string {
  const next = new URLSearchParams(query);
  next.set('before', String(before));
  return next.toString();
}

function withoutCursor(query: URLSearchParams): string {
  const first = new URLSearchParams(query);
  first.delete('before');
  return first.toString();
}
