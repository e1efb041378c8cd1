/** The workers with what they run, the pools with their slots, and the queue. */
import { databaseNow } from '../../engine/clock.ts';
import type { QueueHealth } from '../../store/queue/health.ts';
import { taskName } from '../../view/run/report.ts';
import { spanText } from '../../view/time_text.ts';
import { POOL_COLUMNS } from '../../view/workers/pools.ts';
import { readWorkers, type WorkersView, type WorkerWithTasks } from '../../view/workers/workers.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { table } from '../html/table.ts';
import { mayOperate, type OpenPage, type Page, type Reader } from '../page.ts';

export const workersPage: Page = {
  path: '/workers',
  async open({ context }): Promise<OpenPage> {
    const view = await readWorkers(context.pool);
    const now = await databaseNow(context.pool);
    return { title: 'Workers', topics: ['workers'], body: (reader) => workersBody(view, now, reader) };
  },
};

function workersBody(
  { workers, pools, queue, load }: WorkersView,
  now: Temporal.Instant,
  reader: Reader,
): Html {
  const live = workers.filter(({ isLive }) => isLive).length;
  return html`<h1>${live === 0 ? 'No worker is running' : `${live} ${live === 1 ? 'worker' : 'workers'}`}</h1>
<p class="lead">${live === 0 ? 'Nothing starts before one does.' : `${load.running} of ${load.concurrency} places are in use.`} ${queueSentence(queue)}</p>
${workers.length === 0 ? NOTHING : workersTable(workers, now)}
<section aria-labelledby="pools"><h2 id="pools">Pools</h2>
<p class="small soft">A pool bounds how many of its tasks run at once, over all workers.</p>
${
  pools.length === 0
    ? html`<p class="empty">There is no pool. A DAG file names one with <code>pool:</code>.</p>`
    : table(
        { columns: POOL_COLUMNS, rows: pools },
        {
          caption: 'Pools',
          rowId: ({ name }) => `pool-${name}`,
          ...(mayOperate(reader)
            ? {
                cells: {
                  slots: ({ name, slots }) =>
                    html`<a href="/pools/${name}/set" title="Change the slots of ${name}">${slots}</a>`,
                },
              }
            : {}),
        },
      )
}</section>`;
}

function queueSentence({
  readyTasks,
  dueSchedules,
  oldestReadyMs,
  failedCount,
  lastError,
}: QueueHealth): string {
  const ready =
    readyTasks + dueSchedules === 0
      ? 'The queue is empty.'
      : `${readyTasks} ${readyTasks === 1 ? 'task is' : 'tasks are'} ready to start, the oldest for ${spanText(oldestReadyMs)}.`;
  const failed =
    failedCount === 0
      ? ''
      : ` ${failedCount} ${failedCount === 1 ? 'job has' : 'jobs have'} failed: ${lastError ?? ''}`;
  return `${ready}${failed}`;
}

function workersTable(workers: readonly WorkerWithTasks[], now: Temporal.Instant): Html {
  return html`<div class="scroll"><table class="stack"><caption class="visually-hidden">Workers: the live ones, and those lost within a day</caption>
<thead><tr><th scope="col">worker</th><th scope="col">state</th><th scope="col">host</th><th scope="col" class="num">pid</th><th scope="col">heartbeat</th><th scope="col">runs</th><th scope="col">version</th></tr></thead>
<tbody>${each(workers, (worker) => workerRow(worker, now))}</tbody></table></div>`;
}

function workerRow(worker: WorkerWithTasks, now: Temporal.Instant): Html {
  const { workerId, isLive, host, pid, silentMs, running, concurrency, codeVersion, lostReason } = worker;
  const state = isLive
    ? html`<span class="state s-success"><span class="mark" aria-hidden="true">●</span> live</span>`
    : html`<span class="state s-failed"><span class="mark" aria-hidden="true">✕</span> lost</span>`;
  return html`<tr id="worker-${workerId}"><th scope="row">${workerId}</th>
<td data-label="state">${state}${lostReason === null ? NOTHING : html`<div class="small">${lostReason}</div>`}</td>
<td data-label="host" class="mono">${host}</td>
<td data-label="pid" class="num">${pid}</td>
<td data-label="heartbeat">${silentMs < 1_000 ? 'just now' : `${spanText(silentMs)} ago`}</td>
<td data-label="runs">${running.length} of ${concurrency}${each(
    running,
    (task) =>
      html`<div><a href="/runs/${task.runId}/tasks/${task.taskId}"><span class="mono">${taskName(task)}</span> of run ${task.runId}</a>${
        task.startedAt === null
          ? NOTHING
          : html` <span class="soft small">for ${spanText(now.epochMilliseconds - task.startedAt.epochMilliseconds)}</span>`
      }</div>`,
  )}</td>
<td data-label="version" class="mono">${codeVersion.slice(0, 24)}</td></tr>`;
}
