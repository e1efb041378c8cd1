/** The page on changes where there are none to show. */
import { each, type Html, html, NOTHING, runHref } from '../../../runner/page.ts';
import { changesHref, itemHref } from '../oms/links.ts';
import { filterForm } from './filter_form.ts';
import type { AskedChanges, FoundScope } from './scope.ts';

export function nothingBody(title: string, asked: AskedChanges, found: FoundScope): Html {
  const { run, unknown } = found;
  return html`<h1>${title}</h1>
${unknown.length === 0 ? NOTHING : filterForm(asked, run)}
<div class="notice">${each(sentences(asked, found), (sentence) => html`<p>${sentence}</p>`)}${
    run === null
      ? NOTHING
      : html`<p><a href="${runHref(run.runId)}">How run ${run.runId} went</a>${
          unknown.length === 0
            ? NOTHING
            : html`, or <a href="${changesHref({ runId: run.runId })}">all that it changed</a>`
        }</p>`
  }</div>`;
}

function sentences(asked: AskedChanges, found: FoundScope): readonly (Html | string)[] {
  const { sku, facility } = asked;
  if (found.unknown.length === 0) return [whyNone(found)];
  return found.unknown.map((name) =>
    name === 'sku'
      ? html`No product of the OMS has or had the id ${sku}. <a href="${itemHref(sku ?? '')}">Look for similar ones</a>`
      : `The OMS has no facility ${facility}, by its own id or by an external one.`,
  );
}

function whyNone({ run, repeated }: FoundScope): Html | string {
  if (run === null)
    return 'No night was applied to this OMS yet. The first one that is shows its changes here.';
  if (run.mode === 'shadow' && run.finishedAt !== null)
    return `A shadow run: it is ${run.state}, and keeps nothing that it would have changed.`;
  const [first] = repeated;
  if (first !== undefined) {
    return html`It changed nothing: ${first.batch_id} was applied before, at ${first.applied_at.toString({ smallestUnit: 'second' })}, by another run.`;
  }
  return run.finishedAt === null
    ? `It is ${run.state} and has applied nothing yet. What it changes stands here once it has.`
    : `It changed no count: it is ${run.state}, and none of its tasks applied a file.`;
}
