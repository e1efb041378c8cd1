/**
 * The DAGs of the campaign's load: each shape exercises a part of the engine, and each run has a single correct end.
 */

export interface Shape {
  readonly dagId: string;
  readonly yaml: string;
  /** Its relative frequency; 0 for a DAG that only its schedule starts. */
  readonly weight: number;
}

/** Without retries, since a fault must not count as a failure of the task. */
const DEFAULTS = [
  'timezone: UTC',
  'default_args: {retries: 0, retry_delay: 1s, retry_exponential_backoff: false}',
];

function shape(
  dagId: string,
  weight: number,
  tasks: readonly string[],
  extra: readonly string[] = [],
): Shape {
  const unless = (key: string, line: string) =>
    extra.some((given) => given.startsWith(`${key}:`)) ? [] : [line];
  const defaults = [
    ...DEFAULTS,
    ...unless('schedule', 'schedule: null'),
    ...unless('max_active_runs', 'max_active_runs: 4'),
  ];
  const lines = tasks.map((task) => `  - {${task.includes('type: ') ? '' : 'type: step, '}${task}}`);
  return {
    dagId,
    weight,
    yaml: [`dag_id: ${dagId}`, ...defaults, ...extra, 'tasks:', ...lines, ''].join('\n'),
  };
}

const numbered = (count: number, task: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => task(index));

/** Runs by its schedule; the campaign moves the cursor back, so that the same instants are planned again and again. */
export const TICK = 'tick';
/** Its text is edited while it runs. */
export const EDITED = 'edited';
/** Wide enough that every worker gets a share. */
export const FAN_IN = 'fan_in';

/** Runs started by a fault: a task that ends its process, beside longer innocent tasks, which must all succeed. */
export const DEADLY: readonly Shape[] = ['segv', 'abort', 'memory'].map((way) =>
  shape(`deadly_${way}`, 0, [
    `task_id: deadly, type: deadly, allow_failure: true, with: {way: ${way}}`,
    ...numbered(3, (n) => `task_id: i${n}, with: {busy_ms: 1500}`),
    'task_id: end, depends_on: [i0, i1, i2]',
  ]),
);

/** Each of its runs fails, and is told. */
export const FAILING = 'failing';
/** Each of its runs fails, is cleared, and recovers, and both are told. */
export const RECOVERING = 'recovering';

export const SHAPES: readonly Shape[] = [
  shape(
    'chain',
    3,
    numbered(8, (n) => `task_id: c${n}${n === 0 ? '' : `, depends_on: [c${n - 1}]`}`),
  ),
  shape(FAN_IN, 1, [
    ...numbered(50, (n) => `task_id: f${n}`),
    `task_id: join, depends_on: [${numbered(50, (n) => `f${n}`).join(', ')}]`,
  ]),
  shape('mapped', 2, [
    'task_id: list, with: {items: 12}',
    'task_id: each, depends_on: [list], map_over: "${{ tasks.list.output.items }}", with: {element: "${{ item }}"}',
    'task_id: collect, depends_on: [each]',
  ]),
  shape('flaky', 2, [
    'task_id: flaky, retries: 3, with: {fail_first: 2}',
    'task_id: after, depends_on: [flaky]',
  ]),
  shape(FAILING, 2, ['task_id: first', 'task_id: fails, depends_on: [first], with: {fail_first: 100}']),
  shape(RECOVERING, 2, [
    'task_id: first',
    'task_id: fails, depends_on: [first], with: {fail_first: 1}',
    'task_id: after, depends_on: [fails]',
  ]),
  shape('sensor', 2, ['task_id: look, with: {defer: 2}', 'task_id: after, depends_on: [look]']),
  shape('pooled', 2, [
    ...numbered(6, (n) => `task_id: p${n}, pool: narrow, priority: ${n}`),
    `task_id: join, depends_on: [${numbered(6, (n) => `p${n}`).join(', ')}], trigger_rule: all_done`,
  ]),
  shape('delayed', 2, [
    'task_id: first, not_before: "00:00"',
    'task_id: second, depends_on: [{task_id: first, delay: 1s}]',
    'task_id: third, depends_on: [second, {task_id: first, delay: 2s}]',
  ]),
  shape('rules', 2, [
    'task_id: fails, retries: 0, allow_failure: true, with: {fail_first: 100}',
    'task_id: skips, with: {skip: true}',
    'task_id: never, depends_on: [fails]',
    'task_id: alarm, depends_on: [fails, skips], trigger_rule: one_failed',
    'task_id: last, depends_on: [never, alarm, skips], trigger_rule: all_done',
  ]),
  shape('slow', 3, [
    ...numbered(3, (n) => `task_id: s${n}, with: {busy_ms: 1500}`),
    'task_id: end, depends_on: [s0, s1, s2]',
  ]),
  // Longer than any grace time.
  shape('long', 1, ['task_id: long, with: {busy_ms: 7000}'], ['max_active_runs: 2']),
  shape(
    TICK,
    0,
    ['task_id: one', 'task_id: two, depends_on: [one]'],
    ['schedule: "* * * * *"', 'catchup: all', 'catchup_window: 24h'],
  ),
  editedShape('v0'),
  ...DEADLY,
];

/** Returns the DAG whose text changes: each of its tasks reports the text that it was run by. */
export function editedShape(label: string): Shape {
  return shape(EDITED, 2, [
    `task_id: e0, with: {label: ${label}, busy_ms: 200}`,
    `task_id: e1, depends_on: [e0], with: {label: ${label}, busy_ms: 200}`,
    `task_id: e2, depends_on: [e1], with: {label: ${label}}`,
  ]);
}

/** Returns an invalid DAG file: a cycle, and an unknown key. */
export function brokenEdit(): string {
  return shape(EDITED, 0, ['task_id: e0, depends_on: [e1]', 'task_id: e1, depends_on: [e0], nonsense: 1'])
    .yaml;
}

/** The load for measuring restarts: every worker always has running tasks. */
export const LASTING_LOAD: readonly Shape[] = [
  shape(
    'lasting',
    1,
    numbered(4, (n) => `task_id: l${n}, with: {busy_ms: 4000}${n === 0 ? '' : `, depends_on: [l${n - 1}]`}`),
    ['max_active_runs: 100'],
  ),
  ...SHAPES.filter(({ dagId }) => dagId === FAN_IN).map((fanIn) => ({ ...fanIn, weight: 0 })),
];
