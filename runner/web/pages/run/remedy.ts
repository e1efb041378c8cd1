/** The actions that a task proposes with its error or warning, as links. */
import type { TaskRemedy } from '../../../core/value/task_remedy.ts';
import { runHref, taskHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { capitalized } from '../../html/sentence.ts';
import { mayOperate, type Reader } from '../../page.ts';

export interface RemediedTask {
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number;
}

export function remedyLinks(
  remedy: TaskRemedy | null,
  { runId, taskId, mapIndex }: RemediedTask,
  reader: Reader,
): Html {
  const { approval, artifact, command, clear } = remedy ?? {};
  const page = command === undefined ? '' : `/${command.name.replaceAll(' ', '/')}/${runId}`;
  return html`${
    approval !== undefined && mayOperate(reader)
      ? html`<a class="button" href="${taskHref(runId, taskId)}/approval">${capitalized(approval.label)}…</a>`
      : NOTHING
  }${
    clear !== undefined && mayOperate(reader)
      ? html`<a class="button" href="${overrideHref({ runId, taskId, mapIndex })}">${capitalized(clear.label)}…</a>`
      : NOTHING
  }${
    artifact === undefined
      ? NOTHING
      : html`<a class="button" download href="${runHref(runId)}/artifacts/${encodeURIComponent(artifact.name)}">${capitalized(artifact.label)}</a>`
  }${command === undefined ? NOTHING : html`<a class="button" href="${page}">${capitalized(command.label)}</a>`}`;
}

function overrideHref({ runId, taskId, mapIndex }: RemediedTask): string {
  return `${taskHref(runId, taskId)}/override${mapIndex < 0 ? '' : `?map=${mapIndex}`}`;
}
