import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  downstreamOf,
  findCycle,
  findCycles,
  type GraphNode,
  rootTasks,
  topologicalOrder,
  upstreamFinder,
  upstreamOf,
} from '../../../../runner/core/dag/graph.ts';

/** `{ b: ['a'] }`: b depends on a. */
function graph(edges: Record<string, readonly string[]>): GraphNode[] {
  return Object.entries(edges).map(([taskId, upstream]) => ({
    taskId,
    dependsOn: upstream.map((id) => ({ taskId: id })),
  }));
}

const night = graph({
  report: ['apply'],
  filter: ['export', 'wait'],
  export: [],
  wait: [],
  reset: ['filter'],
  variance: [],
  apply: ['reset', 'variance'],
});

/** Up to 12 tasks in a shuffled file order; each may depend on those before it in a hidden order, so there is no cycle. */
const acyclic = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.tuple(
      fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), { minLength: size, maxLength: size }),
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size },
      ),
    ),
  )
  .map(([upstream, fileOrder]) =>
    fileOrder.map((index) => ({
      taskId: `t${index}`,
      dependsOn: [...new Set(upstream[index])]
        .filter((other) => other < index)
        .map((other) => ({ taskId: `t${other}` })),
    })),
  );

test('a topological order puts each task after those it depends on, the roots in the order of the file', () => {
  const order = topologicalOrder(night).map((task) => task.taskId);
  assert.deepEqual(order, ['export', 'wait', 'variance', 'filter', 'reset', 'apply', 'report']);
});

test('in any DAG the topological order holds every task once and respects every edge', () => {
  fc.assert(
    fc.property(acyclic, (tasks) => {
      const order = topologicalOrder(tasks).map((task) => task.taskId);
      assert.deepEqual([...order].sort(), tasks.map((task) => task.taskId).sort());
      for (const { taskId, dependsOn } of tasks) {
        for (const upstream of dependsOn) assert.ok(order.indexOf(upstream.taskId) < order.indexOf(taskId));
      }
    }),
  );
});

test('no DAG without a cycle is said to have one', () => {
  fc.assert(fc.property(acyclic, (tasks) => assert.equal(findCycle(tasks), null)));
});

test('a cycle put into any DAG is found, and what is returned is a real path back to its start', () => {
  const withCycle = fc.tuple(acyclic, fc.nat(), fc.nat()).map(([tasks, a, b]) => {
    const [low, high] = [a % tasks.length, b % tasks.length].map((index) => `t${index}`);
    const [from, to] = [low ?? '', high ?? ''];
    // Both directions, so that there is a cycle whatever the edges were.
    return tasks.map((task) => {
      const extra = [task.taskId === from ? [to] : [], task.taskId === to ? [from] : []].flat();
      return { ...task, dependsOn: [...task.dependsOn, ...extra.map((taskId) => ({ taskId }))] };
    });
  });
  fc.assert(
    fc.property(withCycle, (tasks) => {
      const cycle = findCycle(tasks);
      assert.ok(cycle !== null && cycle.length >= 2);
      assert.equal(cycle[0], cycle.at(-1));
      assert.equal(new Set(cycle).size, cycle.length - 1);
      cycle.slice(1).forEach((taskId, index) => {
        const task = tasks.find((each) => each.taskId === taskId);
        assert.ok(task?.dependsOn.some((upstream) => upstream.taskId === cycle[index]));
      });
      assert.throws(() => topologicalOrder(tasks), /cycle/);
    }),
  );
});

test('each group of tasks that form cycles gives one shortest cycle, from its first task in the file', () => {
  const tasks = graph({
    x: ['z'],
    y: ['x', 'z'],
    z: ['y', 'x'],
    alone: ['x'],
    p: ['q'],
    q: ['p'],
    self: ['self'],
  });
  assert.deepEqual(findCycles(tasks), [
    ['x', 'z', 'x'],
    ['p', 'q', 'p'],
    ['self', 'self'],
  ]);
});

test('the order names the cycle that forbids it', () => {
  assert.throws(() => topologicalOrder(graph({ a: ['b'], b: ['a'] })), {
    message: 'the tasks form a cycle: a -> b -> a',
  });
});

test('upstream and downstream reach one step or all the way, without the task itself', () => {
  assert.deepEqual([...upstreamOf(night, 'apply', 'direct')].sort(), ['reset', 'variance']);
  const all = ['export', 'filter', 'reset', 'variance', 'wait'];
  assert.deepEqual([...upstreamOf(night, 'apply', 'transitive')].sort(), all);
  assert.deepEqual([...downstreamOf(night, 'export', 'direct')], ['filter']);
  assert.deepEqual([...downstreamOf(night, 'export', 'transitive')].sort(), [
    'apply',
    'filter',
    'report',
    'reset',
  ]);
  assert.deepEqual([...upstreamOf(night, 'export', 'transitive')], []);
});

test('a finder made once for a graph gives for each task what upstreamOf gives', () => {
  const finder = upstreamFinder(night);
  for (const { taskId } of night)
    assert.deepEqual(finder(taskId), upstreamOf(night, taskId, 'transitive'), taskId);
});

test('dependencies on tasks that do not exist lead nowhere', () => {
  const tasks = graph({ a: ['ghost'], b: ['a'] });
  assert.deepEqual([...upstreamOf(tasks, 'b', 'transitive')], ['a']);
  assert.deepEqual(
    topologicalOrder(tasks).map((task) => task.taskId),
    ['a', 'b'],
  );
});

test('root tasks are those that depend on nothing', () => {
  assert.deepEqual(
    rootTasks(night).map((task) => task.taskId),
    ['export', 'wait', 'variance'],
  );
});

test('ten thousand tasks in a chain are ordered, and searched for cycles, without recursion', () => {
  const chain = Array.from({ length: 10_000 }, (_, index) => ({
    taskId: `t${index}`,
    dependsOn: index === 0 ? [] : [{ taskId: `t${index - 1}` }],
  })).toReversed();
  assert.equal(topologicalOrder(chain)[9_999]?.taskId, 't9999');
  const ring = chain.map((task) =>
    task.taskId === 't0' ? { ...task, dependsOn: [{ taskId: 't9999' }] } : task,
  );
  assert.equal(findCycle(ring)?.length, 10_001);
});
