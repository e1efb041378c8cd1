import type { Json } from '../../core/value/json.ts';
import { type Html, html } from './html.ts';

/** More text than this is cut: an output may have a megabyte. */
const SHOWN_CHARS = 20_000;

/** Renders a value as indented JSON. */
export function jsonBlock(value: Json, label: string): Html {
  const text = JSON.stringify(value, null, 2);
  const cut =
    text.length > SHOWN_CHARS
      ? `${text.slice(0, SHOWN_CHARS)}\n... ${text.length - SHOWN_CHARS} more characters`
      : text;
  return html`<pre class="json" tabindex="0" role="region" aria-label="${label}">${cut}</pre>`;
}
