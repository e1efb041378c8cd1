/** Runs the other DAGs of the demo world: a POS's delta files and an ERP's nightly reset. */

import { z } from 'zod';
import type { TaskInstance } from '../../runner/index.ts';
import { type Follow, type NightSetting, registerPausedDag, workRun } from '../night.ts';

export const FEED_DAGS = ['pos_inventory_delta', 'erp_inventory_reset'] as const;

export interface FeedReport {
  readonly dag_id: string;
  readonly run_id: number;
  readonly state: string;
  /** One sentence: what the run changed, or why it failed. */
  readonly summary: string;
}

const delta = z.object({
  already_applied: z.boolean(),
  rows: z.number(),
  units_up: z.number(),
  units_down: z.number(),
});
const reset = z.object({
  already_applied: z.boolean(),
  keys: z.number(),
  changed_keys: z.number(),
  units: z.number(),
});

/**
 * Runs each DAG once, one after the other, for the world's night.
 * @throws the signal's reason when aborted
 */
export async function runFeeds(setting: NightSetting, follow: Follow): Promise<readonly FeedReport[]> {
  const reports: FeedReport[] = [];
  for (const dagId of FEED_DAGS) {
    await registerPausedDag(setting, dagId);
    const { run, tasks } = await workRun(setting, dagId, follow);
    const summary = run.state === 'success' ? summaryOf(tasks) : failureOf(tasks);
    reports.push({ dag_id: dagId, run_id: run.runId, state: run.state, summary });
  }
  return reports;
}

export function areSound(reports: readonly FeedReport[]): boolean {
  return reports.every(({ state }) => state === 'success');
}

export function feedsText(reports: readonly FeedReport[]): string {
  const lines = reports.map(
    ({ dag_id, run_id, state, summary }) => `  ${dag_id.padEnd(20)} run ${run_id} ${state}: ${summary}`,
  );
  return `\nOther feeds\n${lines.join('\n')}\n`;
}

function summaryOf(tasks: readonly TaskInstance[]): string {
  const outputs = tasks.flatMap(({ output }) => (output === null ? [] : [output]));
  const counts = outputs.flatMap((output) => reset.safeParse(output).data ?? []);
  const [count] = counts;
  if (count !== undefined) {
    const repeat = count.already_applied ? 'already applied: ' : '';
    return `${repeat}${count.keys} keys set, ${count.changed_keys} changed by ${count.units} units`;
  }
  const files = outputs.flatMap((output) => delta.safeParse(output).data ?? []);
  if (files.length === 0) return 'no new file';
  const repeats = files.filter(({ already_applied }) => already_applied).length;
  const fresh = files.filter(({ already_applied }) => !already_applied);
  const sum = (of: (file: z.output<typeof delta>) => number) =>
    fresh.reduce((total, file) => total + of(file), 0);
  return (
    `${files.length} files, ${repeats} of them sent again; ${sum(({ rows }) => rows)} movements, ` +
    `+${sum(({ units_up }) => units_up)} and -${sum(({ units_down }) => units_down)} units`
  );
}

function failureOf(tasks: readonly TaskInstance[]): string {
  const failed = tasks.find(({ state }) => state === 'failed');
  return failed === undefined
    ? 'it was stopped'
    : `${failed.taskId}: ${failed.errorText ?? 'no reason given'}`;
}
