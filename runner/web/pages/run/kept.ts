/** Renders what is kept about a run: its artifacts, params and version, and the history. */
import type { Json, JsonObject } from '../../../core/value/json.ts';
import type { ListedEvent } from '../../../store/event/listing.ts';
import type { Artifact } from '../../../store/task/artifact.ts';
import type { Column } from '../../../view/listing.ts';
import { bytesText, countText } from '../../../view/time_text.ts';
import { dagHref, runHref, taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { table } from '../../html/table.ts';
import { timeTag } from '../../html/time.ts';
import type { ShownRun } from './shown.ts';

const ARTIFACT_COLUMNS: readonly Column<Artifact>[] = [
  { key: 'name', value: ({ name }) => name },
  {
    key: 'rows',
    value: ({ rows }) => rows,
    text: ({ rows }) => (rows === null ? '-' : countText(rows)),
    align: 'right',
    omitEmpty: true,
  },
  { key: 'size', value: ({ bytes }) => bytes, text: ({ bytes }) => bytesText(bytes), align: 'right' },
  { key: 'made', value: ({ createdAt }) => createdAt },
  { key: 'sha256', value: ({ sha256 }) => sha256 },
];

export function artifactsPart({ artifacts, report }: ShownRun): Html {
  if (artifacts.length === 0) return NOTHING;
  const { run, timezone } = report;
  return html`<section aria-labelledby="artifacts"><h2 id="artifacts">Artifacts</h2>
${table(
  { columns: ARTIFACT_COLUMNS, rows: artifacts },
  {
    caption: 'Files that tasks of the run kept',
    cells: {
      name: ({ name }) =>
        html`<a class="mono" download href="${runHref(run.runId)}/artifacts/${encodeURIComponent(name)}">${name}</a>`,
      made: ({ createdAt }) => timeTag(createdAt, timezone, 'clock_second'),
      sha256: ({ sha256 }) => html`<span class="mono" title="${sha256}">${sha256.slice(0, 12)}</span>`,
    },
  },
)}</section>`;
}

export function factsPart({ report, version }: ShownRun): Html {
  const { run, timezone } = report;
  const params = Object.entries(run.params);
  return html`<section aria-labelledby="about"><h2 id="about">About the run</h2>
<dl class="facts">
<dt>params</dt><dd>${
    params.length === 0
      ? 'none'
      : each(params, ([name, value]) => html`<div class="mono">${name} = ${JSON.stringify(value)}</div>`)
  }</dd>
<dt>DAG version</dt><dd>${
    version === null
      ? 'not kept'
      : html`<a href="${dagHref(run.dagId)}/versions/${run.dagVersionId}" class="mono">${version.sha256.slice(0, 12)}</a>${version.isInForce ? ', in force' : ', no longer in force: a retry still goes by it, a new run by the newer one'}`
  }</dd>
<dt>time edges</dt><dd>${run.timeEdges === 'keep' ? 'kept: not_before and delays are waited for' : 'collapsed: not_before and delays are not waited for'}</dd>
<dt>made</dt><dd>${timeTag(run.createdAt, timezone, 'second')} by ${run.actor}${run.reason === null ? NOTHING : html`: ${run.reason}`}</dd>
</dl></section>`;
}

const EVENT_COLUMNS: readonly Column<ListedEvent>[] = [
  { key: 'at', value: ({ at }) => at },
  { key: 'action', value: ({ action }) => action },
  { key: 'task', value: ({ taskId }) => taskId, text: ({ taskId }) => taskId ?? '-', omitEmpty: true },
  { key: 'what', value: changeText, omitEmpty: true },
  { key: 'who', value: ({ actor }) => actor, text: whoText },
  { key: 'reason', value: ({ reason }) => reason, text: ({ reason }) => reason ?? '-', omitEmpty: true },
];

const NAMED = 4;

/** `load_file, send_report` of a clear; `success` of a mark; empty for an event that says all by its name. */
function changeText({ before, after, taskId }: ListedEvent): string {
  const tasks = isObject(before) && isObject(before.tasks) ? Object.keys(before.tasks) : [];
  const more = tasks.length - NAMED;
  const named = taskId === null ? tasks.slice(0, NAMED).join(', ') : '';
  const state = isObject(after) && typeof after.state === 'string' ? after.state : '';
  return `${named}${named !== '' && more > 0 ? ` and ${more} more` : ''}${state}`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A worker and the scheduler are named by what they are; of a person it matters where they did it. */
function whoText({ actor, channel }: ListedEvent): string {
  return channel === 'worker' || channel === 'scheduler' ? actor : `${actor}, ${channel}`;
}

/** Renders events, oldest first. */
export function historyPart(
  events: readonly ListedEvent[],
  { run, timezone }: Pick<ShownRun['report'], 'run' | 'timezone'>,
): Html {
  if (events.length === 0) return NOTHING;
  return html`<section aria-labelledby="history"><h2 id="history">History</h2>
${table(
  { columns: EVENT_COLUMNS, rows: events },
  {
    caption: 'Events of the run, oldest first',
    rowId: ({ eventId }) => `event-${eventId}`,
    cells: {
      at: ({ at }) => timeTag(at, timezone, 'second'),
      ...(events.some(({ taskId }) => taskId !== null)
        ? {
            task: ({ taskId, mapIndex }: ListedEvent) =>
              taskId === null
                ? NOTHING
                : html`<a class="mono" href="${taskHref(run.runId, taskId, mapIndex ?? -1)}">${taskId}${mapIndex === null || mapIndex < 0 ? '' : `[${mapIndex}]`}</a>`,
          }
        : {}),
    },
  },
)}
<p class="foot small"><a href="/audit?run=${run.runId}">All events of the run</a></p></section>`;
}
