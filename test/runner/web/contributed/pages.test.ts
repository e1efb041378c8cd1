import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { DagRun } from '../../../../runner/store/run/dag_run.ts';
import { matchedPaths } from '../../../../runner/web/contributed/definition.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { testWeb } from '../../../support/web/app.ts';

const INTERFACE = path.resolve(import.meta.dirname, '../../../../runner/page.ts');
const { pool } = await testDatabase({ after });

const files: Readonly<Record<string, string>> = {
  'gone.ts': `import './not_there.ts';`,
  'greeting.ts': `
    import { definePage, html } from '${INTERFACE}';
    export default definePage({
      path: '/greeting/:name?',
      nav: { href: '/greeting', label: 'Greeting' },
      ofRun: ({ run }) => (run.dagId === 'nightly' ? { href: '/greeting/' + run.runId, label: 'Greet it' } : null),
      async open({ params, query }) {
        const name = params.name ?? 'nobody';
        if (name === 'stranger') return { title: 'Who?', topics: [], status: 404, body: () => html\`<h1>Who?</h1>\` };
        return { title: name, topics: [], body: ({ role }) => html\`<h1>Hello \${name}, \${query.get('as')}, \${role}</h1>\` };
      },
    });`,
  'hello.ts': `
    import { definePage, html } from '${INTERFACE}';
    export default definePage({ path: '/greeting/:who', open: async () => { throw new Error('never opened'); } });`,
  'lines.d.ts': `throw new Error('a declaration was loaded');`,
  'lines.js': `
    import { defineDownload } from '${INTERFACE}';
    async function* lines(n) { for (let i = 1; i <= n; i++) yield 'line ' + i + '\\n'; }
    export default defineDownload({
      path: '/greeting/lines.txt',
      open: async ({ query }) => ({ fileName: 'l"i.txt', contentType: 'text/plain', chunks: lines(Number(query.get('n'))) }),
    });`,
  'not_a_page.ts': `export default { path: '/not', open: 1 };`,
  'odd.ts': `
    import { definePage, html } from '${INTERFACE}';
    export default definePage({
      path: '/odd', ofRun: () => { throw new Error('no link'); },
      open: async () => ({ title: 'odd', topics: [], body: () => html\`odd\` }),
    });`,
  'torn.ts': 'export const one = 1;\nexport default {',
  'taken.ts': `
    import { definePage } from '${INTERFACE}';
    export default definePage({ path: '/runs/:run/more', open: async () => { throw new Error('never opened'); } });`,
};

async function pagesFolder(written: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-pages-'));
  after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(written)) await writeFile(path.join(folder, name), text);
  return folder;
}

const folder = await pagesFolder(files);
const web = await testWeb({ after }, { pool, folders: [path.join(folder, 'absent'), folder] });

test('a page of a folder is served inside the frame, with its entry in the navigation and its values escaped', async () => {
  const { status, body } = await web.get(
    `/greeting/${encodeURIComponent('<b>Zoë</b> & 50%/x')}?as=%22guest%22`,
  );
  assert.equal(status, 200);
  assert.match(body, /<h1>Hello &lt;b&gt;Zoë&lt;\/b&gt; &amp; 50%\/x, &quot;guest&quot;, admin<\/h1>/);
  assert.match(body, /<title>&lt;b&gt;Zoë&lt;\/b&gt; &amp; 50%\/x · Stockflow<\/title>/);
  assert.match(body, /<a href="\/greeting" aria-current="page">Greeting<\/a>/);
  assert.match((await web.get('/greeting')).body, /Hello nobody/);
  assert.equal((await web.get('/greeting/stranger')).status, 404);
});

test('a download, here of a compiled file, is sent in parts, as an attachment, in front of a page whose param would match its name', async () => {
  const { status, headers, body } = await web.get('/greeting/lines.txt?n=3');
  assert.equal(status, 200);
  assert.equal(headers.get('content-disposition'), 'attachment; filename="l_i.txt"');
  assert.equal(body, 'line 1\nline 2\nline 3\n');
});

test('two downloads are sent at a time; the third begins when the reader of one goes away', async () => {
  const first = (await web.open('/greeting/lines.txt?n=9')).body?.getReader();
  const second = (await web.open('/greeting/lines.txt?n=9')).body?.getReader();
  await Promise.all([first?.read(), second?.read()]);
  const third = web.get('/greeting/lines.txt?n=1');
  assert.equal(await Promise.race([third, pause(50, 'waits')]), 'waits');
  await first?.cancel();
  assert.equal((await third).body, 'line 1\n');
  await second?.cancel();
});

test('a file that cannot be used is an error in the log, and a page at its path that says why', async () => {
  const errors = web.logged.filter(([message]) => message === 'a page cannot be used');
  const named = z.object({ file: z.string() });
  assert.deepEqual(
    errors.map(([, facts]) => path.basename(named.parse(facts).file)),
    ['gone.ts', 'hello.ts', 'not_a_page.ts', 'taken.ts', 'torn.ts'],
  );
  const reasons = JSON.stringify(errors);
  assert.match(reasons, /Cannot find module .*not_there\.ts/);
  assert.match(reasons, /its path \/greeting\/:who is that of .*greeting\.ts too/);
  assert.match(reasons, /its default export is not made by definePage/);
  assert.match(reasons, /its path \/runs\/:run\/more begins with \/runs, which is the runner's own/);
  assert.match(reasons, /torn\.ts:2"/);
  for (const at of ['/gone', '/gone/12']) {
    const { status, body } = await web.get(at);
    assert.equal(status, 500);
    assert.match(body, /gone\.ts<\/span> cannot be used: Cannot find module/);
  }
  assert.match((await web.get('/greeting/nobody')).body, /Hello nobody/);
});

test('the run page gets the links of pages that say something of the run; a page whose link fails costs none of them', () => {
  const run: DagRun = {
    ...{ runId: 812, dagId: 'nightly', dagVersionId: 1, runType: 'scheduled', state: 'success' },
    scheduledFor: Temporal.Instant.from('2026-01-31T06:00:00Z'),
    businessDate: Temporal.PlainDate.from('2026-01-31'),
    ...{ params: {}, mode: 'apply', timeEdges: 'keep', actor: 'scheduler', reason: null },
    createdAt: Temporal.Instant.from('2026-01-31T06:00:00Z'),
    ...{ startedAt: null, finishedAt: null, reopenCount: 0 },
  };
  assert.deepEqual(web.linksOfRun({ run, tasks: [] }), [{ href: '/greeting/812', label: 'Greet it' }]);
  assert.deepEqual(web.linksOfRun({ run: { ...run, dagId: 'other' }, tasks: [] }), []);
  assert.ok(web.logged.some(([message]) => message === 'a page gave no link for a run'));
});

test('two routes are one path where they match the same, whatever their params are called', () => {
  assert.deepEqual(matchedPaths('/a/:b?'), ['/a', '/a/:']);
  assert.deepEqual(matchedPaths('/a/:c'), ['/a/:']);
  assert.deepEqual(matchedPaths('/a/b.csv'), ['/a/b.csv']);
});
