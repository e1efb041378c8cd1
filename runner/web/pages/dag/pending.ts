/** Renders the part of a DAG's file that is not in force yet: its problems, or the plan of the edit. */

import { formatProblem } from '../../../core/dag_file/problem.ts';
import { readDagFile } from '../../../engine/dags/folder.ts';
import type { TaskTypes } from '../../../engine/dags/task_types.ts';
import type { DagRow } from '../../../store/dag/dag.ts';
import type { KnownDag } from '../../../view/dag/find.ts';
import { planSections, verdictWords } from '../../../view/plan/sections.ts';
import { type Plan, readPlan } from '../../../view/plan/source.ts';
import type { ViewSource } from '../../../view/source.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';

const NEXT_COUNT = 3;

/** Returns the plan of the file as it stands; null where this host has no file of the DAG, or its text is the one in force. */
export async function pendingPlan(
  source: ViewSource,
  taskTypes: TaskTypes,
  { known, now }: { readonly known: KnownDag; readonly now: Temporal.Instant },
): Promise<Plan | null> {
  const { dagId, file, row } = known;
  if (file === null || (await isInForce(file.path, taskTypes, row))) return null;
  const target = { dagId, file: file.path, hasFile: true, row };
  return await readPlan(source, taskTypes, target, { now, changeAt: now, nextCount: NEXT_COUNT });
}

/** Returns whether the text is valid and in force: to work out that it changes nothing in a year takes a hundred times as long. */
async function isInForce(path: string, taskTypes: TaskTypes, row: DagRow | null): Promise<boolean> {
  if (row === null || row.retiredAt !== null) return false;
  const { sha256, problems } = await readDagFile(path, taskTypes);
  return problems.length === 0 && sha256 === row.sha256;
}

export function pendingSection(plan: Plan | null): Html {
  if (plan === null) return NOTHING;
  const { problems, change, target } = plan;
  if (problems.length > 0) {
    return html`<section class="notice failed" id="file" aria-labelledby="file-head"><h2 id="file-head"><span class="mark s-failed" aria-hidden="true">✕</span> The file is not valid; ${plan.before === null ? 'there is no version to go on with' : 'the last valid version goes on'}</h2>
<ul class="plain-list">${each(problems, (problem) => html`<li class="mono">${formatProblem(problem)}</li>`)}</ul></section>`;
  }
  if (change === null || change.kind === 'unchanged') return NOTHING;
  return html`<section class="notice${change.isSafe ? '' : ' warning'}" id="file" aria-labelledby="file-head"><h2 id="file-head">${target.file} has an edit that is not in force yet: ${verdictWords(plan, change)}</h2>
${each(
  planSections(plan),
  ({ title, lines }) =>
    html`<h3>${title}</h3><ul class="plain-list">${each(lines, (line) => html`<li class="keep">${line}</li>`)}</ul>`,
)}</section>`;
}
