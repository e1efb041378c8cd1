/** A task of a run: how it stands, its attempts, the log of one of them, and everything that is kept about it. */
import { taskName } from '../../view/run/report.ts';
import { type Html, html, NOTHING } from '../html/html.ts';
import type { RenderMemory } from '../live/page.ts';
import type { OpenPage, Page, Reader } from '../page.ts';
import { historyPart } from './run/kept.ts';
import { waitingPart } from './run/waiting.ts';
import { attemptsPart } from './task/attempts.ts';
import { filesPart, outputPart, withPart } from './task/details.ts';
import { headPart, standPart } from './task/head.ts';
import { instancesPart } from './task/instances.ts';
import { logPart } from './task/log.ts';
import { readShownTask, type ShownTask } from './task/shown.ts';

export const taskPage: Page = {
  path: '/runs/:run/tasks/:task',
  async open(request): Promise<OpenPage> {
    const shown = await readShownTask(request);
    const { only, report } = shown;
    const { runId } = report.run;
    const name = only === null ? (request.params.task ?? '') : taskName(only);
    return {
      title: `${name}, run ${runId}`,
      topics: [`run:${runId}`],
      body: (reader) => taskBody(shown, { reader, memory: request.memory ?? null }),
    };
  },
};

function taskBody(
  shown: ShownTask,
  { reader, memory }: { readonly reader: Reader; readonly memory: RenderMemory | null },
): Html {
  const { report, only } = shown;
  const ofOne =
    only === null
      ? NOTHING
      : html`${attemptsPart(shown, only)}${logPart(shown, only)}${outputPart(only)}${filesPart(shown)}`;
  return html`${headPart(shown, reader)}
${only === null ? NOTHING : standPart(shown, only, reader)}
${waitingPart({ explained: shown.explained, instances: report.instances, memory })}
${only === null ? instancesPart(shown) : ofOne}
${withPart(shown)}
${historyPart(report.events.rows.toReversed(), report)}`;
}
