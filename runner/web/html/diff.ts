/** The difference of two texts, line by line, with three lines around each change. */
import { structuredPatch } from 'diff';
import { each, type Html, html } from './html.ts';

const CONTEXT_LINES = 3;

const KINDS: Readonly<Record<string, { readonly className: string; readonly word: string }>> = {
  '+': { className: 'added', word: 'added: ' },
  '-': { className: 'removed', word: 'removed: ' },
};

export function textDiff(before: string, after: string): Html {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: CONTEXT_LINES });
  if (hunks.length === 0) return html`<p class="empty">No line differs.</p>`;
  return html`<pre class="diff">${each(
    hunks,
    (hunk) =>
      html`<span class="place">line ${hunk.newStart}</span>
${each(hunk.lines, (line) => lineOf(line))}`,
  )}</pre>`;
}

function lineOf(line: string): Html {
  const kind = KINDS[line.charAt(0)];
  if (kind === undefined)
    return html`<span>${line}</span>
`;
  return html`<span class="${kind.className}"><span class="visually-hidden">${kind.word}</span>${line}</span>
`;
}
