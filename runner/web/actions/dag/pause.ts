/** Stops the schedule of a DAG, and starts it again. */
import { pauseDag, resumeDag } from '../../../engine/dags/pause.ts';
import type { Actor } from '../../../store/event/event.ts';
import { readKnownDag } from '../../../view/dag/find.ts';
import { registerNamedDag } from '../../../view/dag/register.ts';
import type { Action, OpenForm } from '../../action.ts';
import type { WebContext } from '../../context.ts';
import { reasonField } from '../../html/form.ts';
import { dagHref } from '../../html/href.ts';
import { html } from '../../html/html.ts';
import { timeText } from '../../html/time.ts';
import type { PageRequest } from '../../page.ts';

export const pauseAction: Action = {
  path: '/dags/:dag/pause',
  role: 'operator',
  open: (request) =>
    form(request, {
      verb: 'Pause',
      way: 'pause',
      lead: 'No new run is made by its schedule. Runs that have begun go on, and it can still be triggered.',
    }),
  async act({ context, params, query }, by) {
    const dagId = await registeredDag(context, params.dag ?? '', by);
    const isChanged = await pauseDag(context.pool, dagId, { by, reason: query.get('reason') || null });
    return {
      location: dagHref(dagId),
      sentence: isChanged
        ? `${dagId} is paused. Runs that have begun go on.`
        : `${dagId} was paused already; nothing was changed.`,
    };
  },
};

export const resumeAction: Action = {
  path: '/dags/:dag/resume',
  role: 'operator',
  open: (request) =>
    form(request, {
      verb: 'Resume',
      way: 'resume',
      lead: 'It is scheduled again. What it missed meanwhile is run as its catchup says; with none, nothing of it.',
    }),
  async act({ context, params, query }, by) {
    const dagId = await registeredDag(context, params.dag ?? '', by);
    const request = { by, reason: query.get('reason') || null };
    const { isChanged, next, timezone } = await resumeDag(context.pool, dagId, request);
    const due = next === null ? 'it has no next run' : `its next run is due ${timeText(next, timezone)}`;
    return {
      location: dagHref(dagId),
      sentence: `${dagId} ${isChanged ? 'is scheduled again' : 'was not paused'}; ${due}.`,
    };
  },
};

/** Returns the id of a DAG, which the database knows from then on. @throws NotFound; InvalidDag */
async function registeredDag(context: WebContext, name: string, by: Actor): Promise<string> {
  const { pool, dagsDir } = context;
  const { dagId, row } = await readKnownDag(context, dagsDir, name);
  if (row === null)
    await registerNamedDag(pool, { dagId, dagsDir, by, taskTypes: () => context.taskTypes() });
  return dagId;
}

interface Words {
  readonly verb: string;
  readonly way: string;
  readonly lead: string;
}

async function form({ context, params, query }: PageRequest, { verb, way, lead }: Words): Promise<OpenForm> {
  const { dagId } = await readKnownDag(context, context.dagsDir, params.dag ?? '');
  return {
    title: `${verb} ${dagId}`,
    body: html`<p class="crumbs"><a href="${dagHref(dagId)}">${dagId}</a></p>
<h1>${verb} ${dagId}</h1>
<p class="lead">${lead}</p>
<form method="post" action="${dagHref(dagId)}/${way}">
${reasonField(query.get('reason') ?? '', 'optional')}
<div class="ways"><button class="primary">${verb} ${dagId}</button><a href="${dagHref(dagId)}">Leave it</a></div></form>`,
  };
}
