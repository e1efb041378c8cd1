/** The attributes of an element that is kept up to date; assets/live.js does the rest. */
import { type Html, html } from '../html/html.ts';

/** Reconnecting is quick, as assets/live.js says when it is worth to try; an error leaves the element as it is. */
const SETTINGS = JSON.stringify({ sse: { reconnectMaxDelay: 5_000, connectTimeout: 5_000 } });

export function liveAttributes(url: string): Html {
  return html`hx-sse:connect="${url}" hx-config="${SETTINGS}" hx-status:4xx="swap:none" hx-status:5xx="swap:none"`;
}
