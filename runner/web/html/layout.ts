/** The frame of every page: its head, the navigation, and the part that live updates replace. */

import { liveAttributes } from '../live/attributes.ts';
import type { Viewer } from '../page.ts';
import { each, type Html, html, NOTHING } from './html.ts';

export interface NavEntry {
  readonly href: string;
  readonly label: string;
}

export interface AssetUrls {
  readonly style: string;
  readonly script: string;
}

export interface Frame {
  readonly title: string;
  readonly path: string;
  readonly nav: readonly NavEntry[];
  readonly viewer: Viewer | null;
  readonly assets: AssetUrls;
  /** The URL of the page's live updates; null for a page that never changes by itself. */
  readonly liveUrl: string | null;
  /** A sentence on what the reader just did. */
  readonly done: string | null;
}

export function layout(frame: Frame, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content='{"includeIndicatorCSS":false,"noSwap":[204,304]}'>
<title>${frame.title} · Stockflow</title>
<link rel="stylesheet" href="${frame.assets.style}">
<link rel="icon" href="data:,">
<script src="${frame.assets.script}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<header class="top">
<a class="brand" href="/">Stockflow</a>
<nav aria-label="Pages">${each(frame.nav, (entry) => navLink(entry, frame.path))}</nav>
${frame.viewer === null ? NOTHING : personPart(frame.viewer)}
</header>
<p id="live-status" class="live-status" role="status" aria-live="polite" hidden></p>
${frame.done === null ? NOTHING : html`<p class="done" role="status">${frame.done}</p>`}
${livePart(frame.liveUrl, body)}
</body>
</html>`;
}

function navLink({ href, label }: NavEntry, path: string): Html {
  const isHere = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
  return html`<a href="${href}"${isHere ? html` aria-current="page"` : NOTHING}>${label}</a>`;
}

function personPart({ name, role, hasSession }: Viewer): Html {
  const leave = hasSession
    ? html`<form method="post" action="/logout"><button class="link">Log out</button></form>`
    : NOTHING;
  return html`<div class="person"><span>${name}, ${role}</span>${leave}</div>`;
}

/** The connection stands outside of what it replaces, so that a patch does not end it. */
function livePart(liveUrl: string | null, body: Html): Html {
  const main = html`<main id="main" tabindex="-1">${body}</main>`;
  if (liveUrl === null) return main;
  return html`<div id="live" ${liveAttributes(liveUrl)} hx-target="#main" hx-swap="innerMorph">${main}</div>`;
}
