import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { Dag } from '../../../../runner/core/dag/dag.ts';
import { outsideUse } from '../../../../runner/core/dag/outside_use.ts';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import {
  connectionId,
  type LocationUse,
  location,
} from '../../../../runner/core/dag_file/schema/param_types.ts';

function usesOf(dag: Dag, paramsOf: (type: string) => z.ZodType | null): readonly string[] {
  return outsideUse([dag], paramsOf).folders.map(
    ({ connection, path, access, pattern, usedBy }) =>
      `${access} ${connection}:${path}${pattern === null ? '' : ` ${pattern}`} by ${usedBy.join(' ')}`,
  );
}

function dagOf(dagId: string, tasks: string) {
  const source = `dag_id: ${dagId}\ntimezone: UTC\nschedule: null\ntasks:\n${tasks}`;
  const { dag, problems } = parseDag(source, `${dagId}.yaml`);
  assert.ok(dag !== null, JSON.stringify(problems));
  return dag;
}

const nightly = dagOf(
  'nightly',
  `  - {task_id: find, type: x, with: {connection: oms, from: "sftp://store/out/reset_*.csv"}}
  - {task_id: send, type: x, with: {connection: oms, to: "sftp://store/in/filtered", active: "artifact:a.csv"}}
  - {task_id: copy, type: x, with: {nested: {list: ["sftp://store/out/reset_*.csv"]}}}
  - {task_id: dated, type: x, depends_on: [find], with: {to: "sftp://partner/\${{ run.business_date }}/x.csv"}}
  - {task_id: export, type: x, depends_on: [find], with: {to: "sftp://partner/exports/active.csv"}}
  - {task_id: other, type: x, depends_on: [find], with: {connection: "\${{ tasks.find.output }}", note: "sftp://Not A Place"}}
`,
);

test('each connection is listed with the tasks that use it, once each', () => {
  const { connections } = outsideUse(
    [nightly, dagOf('tiny', '  - {task_id: a, type: x, with: {connection: oms}}\n')],
    () => null,
  );
  assert.deepEqual(Object.fromEntries(connections), {
    oms: ['nightly.find', 'nightly.send', 'tiny.a'],
    store: ['nightly.find', 'nightly.send', 'nightly.copy'],
    partner: ['nightly.dated', 'nightly.export'],
  });
});

test('of a param that does not say its use, `to` is written, a name with an ending is a file, and a template ends the path', () => {
  assert.deepEqual(
    usesOf(nightly, () => null),
    [
      'read store:out reset_*.csv by nightly.find nightly.copy',
      'write store:in/filtered by nightly.send',
      'write partner: by nightly.dated',
      'write partner:exports by nightly.export',
    ],
  );
});

test('the declared use of a param decides', () => {
  const params = z.strictObject({
    connection: z.string().optional(),
    from: location({ access: 'write', of: 'folder' }).optional(),
    nested: z.strictObject({ list: z.array(location({ access: 'read', of: 'pattern' })) }).optional(),
    to: location({ access: 'read', of: 'file' }).nullish(),
  });
  const dag = dagOf(
    'told',
    `  - task_id: a
    type: x
    with: {from: "sftp://store/v1.0", to: "sftp://store/in/filtered", nested: {list: ["sftp://store/out/*"]}}
`,
  );
  assert.deepEqual(
    usesOf(dag, () => params),
    ['write store:v1.0 by told.a', 'read store:in filtered by told.a', 'read store:out * by told.a'],
  );
});

test('the id of a connection is known by what its param declares, whatever the param is called', () => {
  const params = z.strictObject({ from_db: connectionId(), note: z.string() });
  const dag = dagOf('copy', '  - {task_id: a, type: x, with: {from_db: warehouse, note: oms}}\n');
  assert.deepEqual([...outsideUse([dag], () => params).connections], [['warehouse', ['copy.a']]]);
});

test('a location is refused with what is wrong, as the use of the param has it', () => {
  const refusal = (use: LocationUse, text: string) => location(use).safeParse(text).error?.issues[0]?.message;
  assert.equal(
    refusal({ access: 'read', of: 'file' }, 'store/a.csv'),
    'must be artifact:name, sftp://connection/path or file:path',
  );
  assert.match(
    refusal({ access: 'read', of: 'file' }, 'sftp://Bad Conn/../x') ?? '',
    /after sftp:\/\/ comes the id of a connection/,
  );
  assert.match(refusal({ access: 'read', of: 'file' }, 'sftp://store/*.csv') ?? '', /a single file is meant/);
  assert.match(
    refusal({ access: 'read', of: 'pattern' }, 'sftp://store/*/a') ?? '',
    /last part of the path only/,
  );
  assert.match(refusal({ access: 'write', of: 'folder' }, 'sftp://store/../a') ?? '', /may not hold \.\./);
  assert.match(refusal({ access: 'write', of: 'folder' }, 'artifact:a') ?? '', /artifacts have none/);
  for (const folder of ['sftp://store', 'sftp://store/', 'sftp://store/in/', 'sftp://store/in'])
    assert.equal(refusal({ access: 'write', of: 'folder' }, folder), undefined, folder);
});

test('of a param whose kinds a constant tells apart, the use is that of the kind that is written', () => {
  const from = (access: LocationUse['access']) => location({ access, of: 'pattern' });
  const params = z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('read'), from: from('read') }),
    z.strictObject({ action: z.literal('delete'), from: z.union([from('write'), z.array(from('write'))]) }),
  ]);
  const dag = dagOf(
    'kinds',
    `  - {task_id: a, type: x, with: {action: read, from: "sftp://store/a/*"}}
  - {task_id: b, type: x, with: {action: delete, from: ["sftp://store/b/*", "sftp://store/c/*"]}}
`,
  );
  assert.deepEqual(
    usesOf(dag, () => params),
    ['read store:a * by kinds.a', 'write store:b by kinds.b', 'write store:c by kinds.b'],
  );
});
