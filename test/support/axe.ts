/** The automatic checks of WCAG 2.2 AA, by axe-core, on a page as a browser shows it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

/** Evaluated by the debugger, which the page's CSP does not hold back. */
const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Good practice beyond the success criteria: headings in order, everything in a landmark, one `main`. */
const RULES = ['heading-order', 'region', 'landmark-one-main', 'page-has-heading-one', 'empty-table-header'];

const found = z.array(
  z.object({
    id: z.string(),
    help: z.string(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string() })),
  }),
);

const OPTIONS = {
  runOnly: { type: 'tag', values: TAGS },
  rules: Object.fromEntries(RULES.map((rule) => [rule, { enabled: true }])),
  resultTypes: ['violations'],
};

/** Returns a sentence for each violation: its rule, and the first element that violates it. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(source);
  const violations = found.parse(
    await page.evaluate(`axe.run(document, ${JSON.stringify(OPTIONS)}).then(({ violations }) => violations)`),
  );
  return violations.map(({ id, help, nodes }) => {
    const [first] = nodes;
    return `${id}, ${nodes.length} times: ${help}: ${first?.html} (${first?.failureSummary})`;
  });
}
