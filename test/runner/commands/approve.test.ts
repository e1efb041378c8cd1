import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, test } from 'node:test';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { openApprovals } from '../../../runner/store/task/approval.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';
import { cliProject } from './cli_project.ts';

const work = steps();
work.on('publish', async ({ approval }) => {
  const { by } = await approval({
    question: 'Publish 900 rows',
    notRequester: true,
    timeoutMs: 3_600_000,
  });
  return { by };
});
const engine = await testEngine({ after }, [work.type]);
await engine.writeDag('asking', stepDag('asking', ['task_id: publish, retries: 0']));
await engine.startWorker();

async function askedBy(actor: string): Promise<number> {
  const { runId } = await triggerRun(engine.pool, {
    ...({ dagId: 'asking', date: null, params: {}, timeEdges: 'keep', reason: null } as const),
    by: { actor, channel: 'cli' },
  });
  await until('the question', async () => (await openApprovals(engine.pool, runId)).length > 0);
  return runId;
}

test('status and runs show say what a task asks, on what terms and how it is answered; the command answers once', async (t) => {
  const project = await cliProject(t, { DATABASE_URL: engine.url });
  const runId = await askedBy('planner');
  const asked = [
    '  publish: Publish 900 rows',
    /^ {4}asked 20\S+ \S+ UTC, counts until 20\S+ \S+ UTC; a second person answers, not planner$/m,
    `    to answer it: stockflow tasks approve ${runId} publish --reason "why" (or: reject)`,
  ];
  for (const command of [['status'], ['runs', 'show', 'asking']]) {
    const { stdout } = await project.run(command);
    for (const line of asked)
      if (typeof line === 'string') assert.ok(stdout.includes(`${line}\n`), stdout);
      else assert.match(stdout, line);
  }
  const explained = await project.run(['runs', 'explain', 'asking']);
  assert.match(explained.stdout, /publish.*: waits for an approval: Publish 900 rows/s);

  const unreasoned = await project.run(['tasks', 'approve', 'asking', 'publish']);
  assert.equal(unreasoned.code, 2);
  const answer = ['tasks', 'approve', 'asking', 'publish', '--reason', 'counted again'];
  const approved = await project.run(answer);
  assert.equal(approved.code, 0, approved.stderr);
  assert.equal(approved.stderr, `run ${runId}: approved: publish: Publish 900 rows\n`);
  const { tasks } = await engine.ended(runId);
  assert.deepEqual(tasks[0]?.output, { by: userInfo().username });
  const again = await project.run(answer);
  assert.equal(again.code, 1);
  assert.match(again.stderr, new RegExp(`task publish of run ${runId} asks for no approval`));
});

test('who asked for the run is refused on the command line, with the reason', async (t) => {
  const project = await cliProject(t, { DATABASE_URL: engine.url });
  const runId = await askedBy(userInfo().username);
  const refused = await project.run(['tasks', 'reject', `${runId}`, 'publish', '--reason', 'too few']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /asked for it, so that a second person has to answer/);
});
