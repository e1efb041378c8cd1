import type { TaskAttempt } from '../../../store/task/detail.ts';
import type { TaskInstance } from '../../../store/task/instance.ts';
import { ATTEMPT_COLUMNS } from '../../../view/task/task.ts';
import { taskHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { table } from '../../html/table.ts';
import { timeTag } from '../../html/time.ts';
import type { ShownTask } from './shown.ts';

/** Renders the attempts, the newest first; each leads to its log. */
export function attemptsPart({ report, attemptNumber }: ShownTask, only: TaskInstance): Html {
  const { attempts, timezone } = report;
  if (attempts.length === 0)
    return html`<section aria-labelledby="attempts"><h2 id="attempts">Attempts</h2><p class="empty">None yet.</p></section>`;
  return html`<section aria-labelledby="attempts"><h2 id="attempts">Attempts</h2>
${table(
  {
    columns: ATTEMPT_COLUMNS,
    rows: attempts.toReversed().map((attempt) => ({ attempt, timezone })),
  },
  {
    caption: 'Attempts, the newest first',
    rowId: ({ attempt }) => `attempt-${attempt.attemptNumber}`,
    without: ['map_index'],
    cells: {
      attempt: ({ attempt }) => attemptLink(only, attempt, attempt.attemptNumber === attemptNumber),
      started_at: ({ attempt }) => timeTag(attempt.startedAt, timezone, 'second'),
      ...(attempts.every(({ errorText }) => errorText === null)
        ? {}
        : { error_text: ({ attempt }) => html`<span class="wrap">${attempt.errorText ?? ''}</span>` }),
      worker_id: ({ attempt }) =>
        html`${attempt.workerId}${attempt.workerHost === null ? NOTHING : html` <span class="soft small">${attempt.workerHost}</span>`}`,
    },
  },
)}</section>`;
}

function attemptLink(
  { runId, taskId, mapIndex }: TaskInstance,
  { attemptNumber }: TaskAttempt,
  isShown: boolean,
): Html {
  const query = new URLSearchParams({
    ...(mapIndex < 0 ? {} : { map: String(mapIndex) }),
    try: String(attemptNumber),
  });
  return html`<a href="${taskHref(runId, taskId)}?${query.toString()}#log"${isShown ? html` aria-current="true"` : NOTHING}>attempt ${attemptNumber}</a>`;
}
