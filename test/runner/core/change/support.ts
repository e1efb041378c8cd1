import assert from 'node:assert/strict';
import { calendarsOf } from '../../../../runner/core/calendar/file/resolve.ts';
import { type ChangeFacts, type DagChange, dagChange } from '../../../../runner/core/change/dag_change.ts';
import type { Dag } from '../../../../runner/core/dag/dag.ts';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';

export const instant = (text: string) => Temporal.Instant.from(text);

/**
 * A nightly DAG, with keys of the file replaced or added.
 * @param closed the rules of its calendar, `shop`
 */
export function nightly(
  keys: Readonly<Record<string, string>> = {},
  tasks = '[{task_id: a, type: x}]',
  closed = '[]',
): Dag {
  const all = { timezone: 'America/New_York', schedule: '"30 1 * * *"', ...keys };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\n`);
  const { dag, problems } = parseDag(
    `dag_id: nightly\n${lines.join('')}tasks: ${tasks}\n`,
    'nightly.yaml',
    calendarsOf([{ name: 'shop', file: 'calendars/shop.yaml', source: `closed: ${closed}` }]),
  );
  assert.ok(dag !== null, JSON.stringify(problems));
  return dag;
}

/** The change as it comes into force at `at`, when all that was due before has run. */
export function changeAt(
  at: string,
  versions: { readonly before: Dag | null; readonly after: Dag | null },
  facts: Partial<ChangeFacts> = {},
): DagChange {
  const now = instant(at);
  return dagChange(versions, {
    now,
    changeAt: now,
    cursor: now,
    isPaused: false,
    ran: [],
    usual: new Map(),
    nextCount: 2,
    ...facts,
  });
}

/** A run of the schedule. */
export function ranAt(scheduledFor: string, businessDate: string) {
  return { scheduledFor: instant(scheduledFor), businessDate: Temporal.PlainDate.from(businessDate) };
}

export const texts = (values: readonly { toString(): string }[]) => values.map(String);
