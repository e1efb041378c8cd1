import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderTemplates, TemplateError, type TemplateScope } from '../../../../runner/core/run/template.ts';
import type { Json } from '../../../../runner/core/value/json.ts';

const scope: TemplateScope = {
  run: {
    business_date: '2026-03-08',
    scheduled_for: '2026-03-08T06:00:00Z',
    run_id: '41',
    dag_id: 'inventory_sync',
    timezone: 'America/New_York',
  },
  params: { full: true, limit: 5, who: null },
  tasks: { export: { rows: 42, file: { name: 'a.csv', 'sha-256': 'ab' }, names: ['x', 'y'] }, quiet: null },
};

/** The text of a template without Biome taking it for a mistyped template literal. */
function t(look: string): string {
  return `\${{ ${look} }}`;
}

test('a string that is one template becomes the value itself, of its own type', () => {
  assert.equal(renderTemplates(t('params.limit'), scope), 5);
  assert.equal(renderTemplates(t('params.full'), scope), true);
  assert.equal(renderTemplates(t('params.who'), scope), null);
  assert.equal(renderTemplates(t('tasks.quiet.output'), scope), null);
  assert.deepEqual(renderTemplates(t('tasks.export.output.names'), scope), ['x', 'y']);
  assert.deepEqual(renderTemplates(t('tasks.export.output.file'), scope), { name: 'a.csv', 'sha-256': 'ab' });
});

test('within a longer string text, numbers and booleans are put in', () => {
  const text = `x_${t('run.business_date')}_${t('tasks.export.output.rows')}_${t('params.full')}.csv`;
  assert.equal(renderTemplates(text, scope), 'x_2026-03-08_42_true.csv');
});

test('every run fact, list element and dashed key can be looked up; spaces around it do not matter', () => {
  assert.equal(renderTemplates(t('run.scheduled_for'), scope), '2026-03-08T06:00:00Z');
  assert.equal(renderTemplates(t('run.run_id'), scope), '41');
  assert.equal(renderTemplates(t('run.dag_id'), scope), 'inventory_sync');
  assert.equal(renderTemplates(`\${{run.timezone}}`, scope), 'America/New_York');
  assert.equal(renderTemplates(t('tasks.export.output.names.1'), scope), 'y');
  assert.equal(renderTemplates(t('  tasks.export.output.file.sha-256  '), scope), 'ab');
});

test('lists and maps are rendered inside; keys, numbers and null stay', () => {
  const value = { [t('params.limit')]: [t('params.limit'), 7, null, { deep: `n=${t('params.limit')}` }] };
  assert.deepEqual(renderTemplates(value, scope), { [t('params.limit')]: [5, 7, null, { deep: 'n=5' }] });
});

test('item and map_index are there for a mapped instance, and only then', () => {
  const mapped = { ...scope, item: { id: 7 }, map_index: 0 };
  assert.equal(renderTemplates(t('item.id'), mapped), 7);
  assert.deepEqual(renderTemplates(t('item'), mapped), { id: 7 });
  assert.equal(renderTemplates(t('map_index'), mapped), 0);
  assert.throws(() => renderTemplates(t('item'), scope), {
    message: `${t('item')} a template has no item: it has run, params, tasks`,
  });
});

test('an escaped opening gives the three characters, and is no template', () => {
  assert.equal(renderTemplates(`$\${{ params.limit }}`, scope), t('params.limit'));
  assert.equal(renderTemplates(`a $\${{ b ${t('params.limit')}`, scope), `a \${{ b 5`);
  assert.equal(renderTemplates(`$$\${{`, scope), `$\${{`);
});

test('a failure names the key path, the template and what there is', () => {
  const given = { to: [{ name: t('tasks.export.output.rowz') }] };
  assert.throws(() => renderTemplates(given, scope), {
    name: 'TemplateError',
    message: `to[0].name: ${t('tasks.export.output.rowz')} tasks.export.output has no rowz: it has rows, file, names`,
  });
  assert.throws(() => renderTemplates(t('tasks.quiet.output.rows'), scope), {
    message: `${t('tasks.quiet.output.rows')} tasks.quiet.output has no rows: it is null`,
  });
  assert.throws(() => renderTemplates(t('tasks.other.output'), scope), {
    message: `${t('tasks.other.output')} tasks has no other: it has export, quiet`,
  });
});

test('null, a list and a map cannot stand inside a longer text', () => {
  for (const [look, found] of [
    ['params.who', 'null'],
    ['tasks.export.output.names', 'a list of 2'],
    ['tasks.export.output.file', 'a map'],
  ] as const) {
    assert.throws(() => renderTemplates(`x ${t(look)}`, scope), {
      message: `${t(look)} is ${found}, which cannot stand inside a longer text`,
    });
  }
});

test('there are no expressions: anything but names and dots is refused', () => {
  for (const look of ['1 + 1', 'run["dag_id"]', 'params.a b', 'f()', '', '.', 'run.', 'a..b', '${{ x']) {
    assert.throws(() => renderTemplates(t(look), scope), TemplateError, look);
  }
  assert.throws(() => renderTemplates(`\${{ run.dag_id`, scope), TemplateError);
});

test('prototypes, lengths and methods are out of reach', () => {
  const holders = [
    'run',
    'params',
    'tasks',
    'tasks.export',
    'tasks.export.output.names',
    'params.limit',
    'run.dag_id',
  ];
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'length',
    'at',
    '-1',
    '1.5',
  ];
  for (const holder of holders) {
    for (const name of names) {
      assert.throws(() => renderTemplates(t(`${holder}.${name}`), scope), TemplateError, `${holder}.${name}`);
    }
  }
  assert.throws(() => renderTemplates(t('constructor'), scope), TemplateError);
});

test('a key called __proto__ in an output is data like any other, and changes no prototype', () => {
  const output: Json = JSON.parse('{"__proto__": {"polluted": true}}');
  const rendered = renderTemplates(t('tasks.x.output'), { ...scope, tasks: { x: output } });
  assert.equal(JSON.stringify(rendered), '{"__proto__":{"polluted":true}}');
  assert.equal(JSON.stringify(renderTemplates(output, scope)), '{"__proto__":{"polluted":true}}');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('whatever a look-up finds is put in as it is: there is no second pass', () => {
  const fragment = fc.constantFrom(t('params.limit'), `$\${{`, `\${{`, '}}', '$', '{', ' params.limit ', 'x');
  const hostile = fc.array(fragment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(hostile, hostile, (first, second) => {
      const given = { ...scope, params: { ...scope.params, first, second } };
      assert.equal(renderTemplates(t('params.first'), given), first);
      assert.equal(
        renderTemplates(`<${t('params.first')}${t('params.second')}>`, given),
        `<${first}${second}>`,
      );
      assert.deepEqual(renderTemplates([t('params.first')], given), [first]);
    }),
  );
});

test('a text without an opening renders to itself', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('${{'));
      assert.equal(renderTemplates(text, scope), text);
    }),
  );
});
