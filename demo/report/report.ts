/** The operator's morning report as data, collected from the outputs of the night's tasks and the checks. */

import { z } from 'zod';
import type { TaskInstance } from '../../runner/index.ts';
import type { Change } from '../../tasks/oms/changes/read_changes.ts';
import type { NightCheck } from '../../tasks/oms/verify/verify.ts';
import type { TruthCheck } from './truth.ts';

const key = z.object({ facility_id: z.string(), product_id: z.string(), sku: z.string() });
const none = { count: 0, first: [] };

/** The parts of the tasks' outputs that the report shows. */
const outputs = z.object({
  export_active_products: z.object({ rows: z.number() }),
  wait_for_reset_file: z.object({ name: z.string(), bytes: z.number(), snapshot_at: z.string() }),
  filter_reset_file: z.object({
    name: z.string(),
    bytes: z.number(),
    rows: z.number(),
    rows_in: z.number(),
    kept: z.number(),
    dropped: z.number(),
    rejected: z.number(),
    collapsed: z.number(),
    reasons: z.record(z.string(), z.number()),
    source: z.object({ sha256: z.string() }),
    active_without_row: z.object({ count: z.number(), first: z.array(z.string()) }),
  }),
  create_variance_file: z.object({
    name: z.string(),
    rows: z.number(),
    ambiguous_keys: z.number(),
    unacknowledged: z.object({ count: z.number() }),
  }),
  reset_inventory: z.object({
    already_applied: z.boolean(),
    keys: z.number(),
    changed_keys: z.number(),
    units: z.number(),
    net_units: z.number(),
    rejected: z.number(),
    conflicting_keys: z.number(),
    held_out_keys: z.number(),
    zero_or_below: z.object({ count: z.number() }),
    // A batch of an earlier version has none of these four.
    keys_at_several_locations: z.number().default(0),
    lost_cover: z.object({ count: z.number(), first: z.array(key) }).default(none),
    undone_entries: z
      .object({ count: z.number(), first: z.array(key.extend({ quantity: z.number() })) })
      .default(none),
    overridden_guards: z
      .array(
        z.object({
          task_id: z.string(),
          guard: z.string(),
          sentence: z.string(),
          reason: z.string(),
        }),
      )
      .default([]),
  }),
  apply_variance: z.object({
    already_applied: z.boolean(),
    keys: z.number(),
    units: z.number(),
    net_units: z.number(),
    skipped_uncovered: z.number(),
  }),
});
type Outputs = z.output<typeof outputs>;

export type InvariantName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5';

export interface Invariant {
  /** The number of checks, against the OMS's own rows and against the world's truth. */
  readonly checked: number;
  readonly violations: number;
  readonly examples: readonly string[];
}

export interface TaskReport {
  readonly task_id: string;
  readonly state: string;
  /** Milliseconds from the first start to the end; null for a task that never started. */
  readonly duration_ms: number | null;
  readonly error: string | null;
}

export interface DemoReport {
  readonly run: { readonly run_id: number; readonly state: string; readonly business_date: string };
  readonly tasks: readonly TaskReport[];
  /** Null if a task of the night did not succeed. */
  readonly night: NightReport | null;
  readonly invariants: Readonly<Record<InvariantName, Invariant>> | null;
}

export interface NightReport {
  readonly file: {
    readonly name: string;
    readonly bytes: number;
    readonly rows: number;
    readonly sha256: string;
    readonly snapshot_at: string;
  };
  readonly active: {
    readonly products: number;
    readonly without_row: { readonly count: number; readonly first: readonly string[] };
  };
  readonly filtered: { readonly name: string; readonly bytes: number; readonly rows: number };
  readonly rows: {
    readonly kept: number;
    readonly dropped: number;
    readonly rejected: number;
    readonly collapsed: number;
    readonly reasons: Readonly<Record<string, number>>;
  };
  readonly reset: Outputs['reset_inventory'];
  readonly variance: { readonly name: string; readonly rows: number } & Outputs['apply_variance'];
  readonly ambiguous: { readonly keys: number };
  readonly unacknowledged: { readonly shipments: number };
  /** The largest changes by reset and variance together, as `stockflow changes` lists them. */
  readonly largest: readonly Change[];
}

/** Returns the batches that the run's tasks report, whether this run or an earlier one applied them. */
export function batchIdsOf(tasks: readonly TaskInstance[]): readonly string[] {
  const applied = z.looseObject({ batch_id: z.string() });
  return tasks.flatMap(({ output }) => applied.safeParse(output).data?.batch_id ?? []);
}

export function taskReports(tasks: readonly TaskInstance[]): readonly TaskReport[] {
  return tasks.map(({ taskId, state, startedAt, finishedAt, errorText }) => ({
    task_id: taskId,
    state,
    duration_ms: startedAt && finishedAt && Math.round(finishedAt.since(startedAt).total('milliseconds')),
    error: state === 'failed' ? errorText : null,
  }));
}

export function nightReport(tasks: readonly TaskInstance[], largest: readonly Change[]): NightReport {
  const found = outputs.parse(Object.fromEntries(tasks.map(({ taskId, output }) => [taskId, output])));
  const { wait_for_reset_file: wait, filter_reset_file: filter, create_variance_file: variance } = found;
  return {
    file: {
      name: wait.name,
      bytes: wait.bytes,
      rows: filter.rows_in,
      sha256: filter.source.sha256,
      snapshot_at: wait.snapshot_at,
    },
    active: { products: found.export_active_products.rows, without_row: filter.active_without_row },
    filtered: { name: filter.name, bytes: filter.bytes, rows: filter.rows },
    rows: {
      kept: filter.kept,
      dropped: filter.dropped,
      rejected: filter.rejected,
      collapsed: filter.collapsed,
      reasons: filter.reasons,
    },
    reset: found.reset_inventory,
    variance: { name: variance.name, rows: variance.rows, ...found.apply_variance },
    ambiguous: { keys: variance.ambiguous_keys },
    unacknowledged: { shipments: variance.unacknowledged.count },
    largest,
  };
}

/** Combines both checks: the OMS's own invariants, and each key against the truth that only the world knows. */
export function combineChecks(
  own: NightCheck,
  truth: TruthCheck,
): Readonly<Record<InvariantName, Invariant>> {
  const combine = (name: InvariantName): Invariant => ({
    checked: own[name].checked + truth[name].checked,
    violations: own[name].violations + truth[name].violations,
    examples: [
      ...truth[name].examples,
      ...own[name].examples.map(
        (key) => `${key.facility_id}/${key.product_id}: ${key.found}, not ${key.expected}`,
      ),
    ],
  });
  return { I1: combine('I1'), I2: combine('I2'), I3: combine('I3'), I4: combine('I4'), I5: combine('I5') };
}

/** Returns whether the night succeeded and no check found a violation. */
export function isSound({ run, invariants }: DemoReport): boolean {
  return (
    run.state === 'success' &&
    invariants !== null &&
    Object.values(invariants).every(({ violations }) => violations === 0)
  );
}

/** Flattens the report to one document, for `-o json`. */
export function reportDocument({ night, ...rest }: DemoReport) {
  return { ...rest, ...night };
}
