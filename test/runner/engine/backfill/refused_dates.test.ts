/** Dates that a task type's precheck refuses, from the precheck to the table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { runPrechecks } from '../../../../runner/engine/backfill/prechecks.ts';
import { planDates } from '../../../../runner/engine/backfill/requests.ts';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { findDag } from '../../../../runner/store/dag/dag.ts';
import { defineTask, type PrecheckRefusal } from '../../../../runner/task.ts';
import { testLog } from '../../../support/engine/engine.ts';
import { create, ended, engine, nightly, pool, requestOf } from './dates.ts';

const remedy = { label: 'take the new list', params: { renew: 'true', why: null } };
const REFUSALS: Readonly<Record<number, PrecheckRefusal>> = {
  6: { because: 'another list', detail: 'the list of the 6th has changed', remedy },
  7: { because: 'no list', detail: 'there is no list of the 7th' },
  // An author's mistake.
  8: { because: 'another list', detail: 'x', remedy: { label: '', params: {} } },
};

test('a refused date keeps the params with which it can run, and a malformed remedy leaves the date unchecked', async () => {
  await nightly('refusing');
  const refusing = defineTask({
    type: 'step',
    description: 'refuses some days',
    params: z.record(z.string(), z.json()),
    run: async () => null,
    precheck: async ({ run }) => REFUSALS[run.businessDate.day] ?? null,
  });
  const row = await findDag(pool, 'refusing');
  const index = await new DagVersions(pool).get(row?.dagVersionId ?? 0);
  const request = await requestOf('refusing');
  const dates = await planDates(pool, index.dag, { ...request, to: request.from.add({ days: 3 }) });
  const refusals = await runPrechecks(
    {
      taskTypes: { ...engine.taskTypes, byName: new Map([['step', refusing]]) },
      ...{ env: {}, projectDir: engine.dagsDir, log: testLog, signal: new AbortController().signal },
    },
    { index, params: {}, dates, now: Temporal.Now.instant() },
  );
  assert.match(refusals.find(({ kind }) => kind === 'unknown')?.detail ?? '', /^first: .*label/s);

  const { dates: kept } = await ended(await create('refusing', [5, 7], { refusals }));
  assert.deepEqual(
    kept.map((date) => [date.businessDate.day, date.decision, date.remedy]),
    [
      [5, 'create', null],
      [6, 'refused', remedy],
      [7, 'refused', null],
    ],
  );
});
