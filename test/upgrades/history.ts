/** The DAGs of a kept database. Their tasks stop halfway in the version that made it, and go on in the one that upgrades it. */

/** DAG files by name. Each task is a `step`, which does what `do` says. */
export const DAGS: Readonly<Record<string, string>> = {
  tidy: dag('tidy', [
    'task_id: write, with: {do: write}',
    'task_id: read, depends_on: [write], with: {do: read}',
    'task_id: names, depends_on: [write], with: {do: list}',
    'task_id: each, depends_on: [names], map_over: "${{ tasks.names.output }}", with: {do: pass}',
  ]),
  broken: dag('broken', [
    'task_id: bad, with: {do: fail}',
    'task_id: after, depends_on: [bad], with: {do: pass}',
  ]),
  held: dag(
    'held',
    [
      'task_id: write, with: {do: write}',
      'task_id: hold, depends_on: [write], with: {do: hold}',
      'task_id: read, depends_on: [hold], with: {do: read}',
    ],
    ['max_active_runs: 1'],
  ),
  cancelled: dag('cancelled', ['task_id: hold, with: {do: hold}']),
  waiting: dag('waiting', [
    'task_id: first, with: {do: pass}',
    'task_id: late, depends_on: [{task_id: first, delay: 20s}], with: {do: pass}',
  ]),
  retrying: dag('retrying', [
    'task_id: flaky, retries: 5, retry_delay: 20s, with: {do: retry}',
    'task_id: after, depends_on: [flaky], with: {do: pass}',
  ]),
  polling: dag('polling', ['task_id: poll, with: {do: defer}']),
  nightly: dag(
    'nightly',
    ['task_id: write, with: {do: write}', 'task_id: hold, depends_on: [write], with: {do: hold_later}'],
    ['start_date: 2026-06-01', 'catchup: none'],
    '"0 1 * * *"',
  ),
};

/** The dates of the backfill of `nightly` that was halfway: the first was done, the second held. */
export const BACKFILL = { from: '2026-06-01', to: '2026-06-04' };

function dag(
  dagId: string,
  tasks: readonly string[],
  extra: readonly string[] = [],
  schedule = 'null',
): string {
  const lines = tasks.map((task) => `  - {type: step, ${task}}`);
  return [
    `dag_id: ${dagId}`,
    'timezone: UTC',
    `schedule: ${schedule}`,
    ...extra,
    'tasks:',
    ...lines,
    '',
  ].join('\n');
}
