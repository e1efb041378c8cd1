/** HTML as escaped text: each value in a template is escaped unless it is HTML itself. */
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export { html, raw };

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Renders nothing. */
export const NOTHING: Html = raw('');

/** Joins parts in order; the template engine joins lists without commas. */
export function each<Item>(
  items: Iterable<Item>,
  render: (item: Item, index: number) => Html,
): readonly Html[] {
  return Array.from(items, render);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for an element or a quoted attribute, where a template for each cell would cost too much. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
