import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDag } from '../../../../../runner/core/dag_file/parse.ts';
import { report, TASK, withTasks } from './report.ts';

test('a whole file becomes a Dag with its units made explicit', () => {
  const { dag, problems } = parseDag(
    `# yaml-language-server: $schema=../docs/dag.schema.json
dag_id: night
description: Nightly
timezone: America/New_York
schedule: "0 1 * * *"
start_date: 2026-01-01
end_date: 2026-12-31
catchup: all
when_busy: skip
catchup_window: 2d
is_paused_upon_creation: true
max_active_runs: 2
dagrun_timeout: 8h
alerts:
  - {to: [ops_slack, night_mail]}
  - {on: [slow, warning], to: [desk]}
heartbeat: oncall_ping
start_within: 15m
default_args: {retries: 3, retry_delay: 30s, pool: sftp, execution_timeout: 30m}
params:
  since: {type: instant, default: "2026-03-08T01:00:00-05:00", description: From when}
  full: {type: boolean}
tasks:
  - task_id: export
    type: export
    with: {connection: oms, limit: 5}
  - task_id: apply
    type: apply_variance
    depends_on:
      - {task_id: export, delay: 1h}
      - {dag: stores, task: count, date: previous}
      - {dag: prices}
    not_before: "01:30"
    deadline: "00:30+1d"
    on_deadline: fail
    trigger_rule: none_failed
    run_if: "\${{ params.full }}"
    map_over: \${{ tasks.export.output.names }}
    retries: 0
    retry_exponential_backoff: false
    max_retry_delay: 1h
    pool_slots: 2
    priority: -1
    allow_failure: true
    with: {name: "\${{ item.name }} \${{ map_index }}"}
`,
    'dags/night.yaml',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(dag, {
    dagId: 'night',
    description: 'Nightly',
    timezone: 'America/New_York',
    schedule: ['0 1 * * *'],
    after: null,
    calendar: null,
    onClosed: 'skip',
    startDate: Temporal.PlainDate.from('2026-01-01'),
    endDate: Temporal.PlainDate.from('2026-12-31'),
    catchup: 'all',
    catchupWindowMs: 172_800_000,
    maxActiveRuns: 2,
    whenBusy: 'skip',
    isPausedUponCreation: true,
    dagrunTimeoutMs: 28_800_000,
    alerts: [
      { on: ['failed', 'deadline_missed', 'not_started', 'recovered'], to: ['ops_slack', 'night_mail'] },
      { on: ['slow', 'warning'], to: ['desk'] },
    ],
    heartbeat: 'oncall_ping',
    startWithinMs: 900_000,
    params: {
      since: { type: 'instant', default: '2026-03-08T06:00:00Z', description: 'From when' },
      full: { type: 'boolean', default: null, description: '' },
    },
    tasks: [
      {
        taskId: 'export',
        type: 'export',
        with: { connection: 'oms', limit: 5 },
        dependsOn: [],
        dagEdges: [],
        notBefore: null,
        deadline: null,
        onDeadline: 'alert',
        triggerRule: 'all_success',
        runIf: null,
        mapOver: null,
        retries: 3,
        retryDelayMs: 30_000,
        retryExponentialBackoff: true,
        maxRetryDelayMs: 900_000,
        executionTimeoutMs: 1_800_000,
        pool: 'sftp',
        poolSlots: 1,
        priority: 0,
        allowFailure: false,
      },
      {
        taskId: 'apply',
        type: 'apply_variance',
        with: { name: `\${{ item.name }} \${{ map_index }}` },
        dependsOn: [{ taskId: 'export', delayMs: 3_600_000 }],
        dagEdges: [
          { dagId: 'stores', taskId: 'count', date: 'previous' },
          { dagId: 'prices', taskId: null, date: 'same' },
        ],
        notBefore: { time: Temporal.PlainTime.from('01:30'), plusDays: 0 },
        deadline: { time: Temporal.PlainTime.from('00:30'), plusDays: 1 },
        onDeadline: 'fail',
        triggerRule: 'none_failed',
        runIf: `\${{ params.full }}`,
        mapOver: `\${{ tasks.export.output.names }}`,
        retries: 0,
        retryDelayMs: 30_000,
        retryExponentialBackoff: false,
        maxRetryDelayMs: 3_600_000,
        executionTimeoutMs: 1_800_000,
        pool: 'sftp',
        poolSlots: 2,
        priority: -1,
        allowFailure: true,
      },
    ],
  });
  // deepEqual sees no difference between two Temporal values.
  assert.equal(dag?.startDate?.toString(), '2026-01-01');
  assert.equal(dag?.endDate?.toString(), '2026-12-31');
  assert.equal(dag?.tasks[1]?.notBefore?.time.toString(), '01:30:00');
  assert.equal(dag?.tasks[1]?.deadline?.time.toString(), '00:30:00');
});

test('a bare file gets the documented defaults', () => {
  const { dag } = parseDag(withTasks(TASK), 'night.yml');
  const [task] = dag?.tasks ?? [];
  assert.deepEqual(
    { ...dag, tasks: [] },
    {
      dagId: 'night',
      description: '',
      timezone: 'America/New_York',
      schedule: [],
      after: null,
      calendar: null,
      onClosed: 'skip',
      startDate: null,
      endDate: null,
      catchup: 'latest',
      catchupWindowMs: 86_400_000,
      maxActiveRuns: 1,
      whenBusy: 'latest',
      isPausedUponCreation: false,
      dagrunTimeoutMs: null,
      alerts: [],
      heartbeat: null,
      startWithinMs: null,
      params: {},
      tasks: [],
    },
  );
  assert.equal(task?.retries, 0);
  assert.equal(task?.retryDelayMs, 60_000);
  assert.equal(task?.retryExponentialBackoff, true);
  assert.equal(task?.maxRetryDelayMs, 900_000);
  assert.equal(task?.executionTimeoutMs, 3_600_000);
  assert.equal(task?.pool, 'default');
});

test('a schedule after another DAG has no expressions, and each success keeps its place', () => {
  const { dag } = parseDag(
    withTasks(TASK).replace('schedule: null', 'schedule: {after: stores}'),
    'night.yml',
  );
  assert.deepEqual([dag?.schedule, dag?.after, dag?.whenBusy], [[], 'stores', 'queue']);
});

test('several cron expressions are a list, and a byte order mark or CRLF changes nothing', () => {
  const text = withTasks(TASK).replace('null', '["0 1 * * *", "30 13 * * MON-FRI"]');
  assert.deepEqual(parseDag(text, '<stdin>').dag?.schedule, ['0 1 * * *', '30 13 * * MON-FRI']);
  assert.deepEqual(report(`\uFEFF${text.replaceAll('\n', '\r\n')}`), []);
});

test('a file that is not there to be read says so at its first character', () => {
  assert.deepEqual(report(''), ['1:1: found nothing, expected a map']);
  assert.deepEqual(report('- a\n'), ['1:1: found a list, expected a map']);
  assert.deepEqual(report(`${withTasks(TASK)}#${'x'.repeat(262_144)}`), [
    '1:1: 262237 bytes, and a DAG file may have 262144: split the DAG',
  ]);
});
