/** A version of a DAG: its text, and what it changed. */

import { readVersions, readVersionText, type VersionText } from '../../view/dag/versions.ts';
import { textDiff } from '../html/diff.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { timeTag } from '../html/time.ts';
import { HttpError } from '../http_error.ts';
import type { OpenPage, Page } from '../page.ts';

export const dagVersionPage: Page = {
  path: '/dags/:dag/versions/:version',
  async open({ context, params }): Promise<OpenPage> {
    const { dag: dagId = '', version = '' } = params;
    if (!/^\d{1,15}$/.test(version))
      throw new HttpError(404, `a version is a number, and ${version} is none`);
    const dagVersionId = Number(version);
    const { source, calendars } = await readVersionText(context.pool, { dagId, dagVersionId });
    const { rows } = await readVersions(context.pool, { dagId, limit: 2, before: dagVersionId + 1 });
    const [own, previous] = rows;
    const before =
      previous === undefined
        ? null
        : await readVersionText(context.pool, { dagId, dagVersionId: previous.dagVersionId });
    const when = own?.inForceAt ?? own?.createdAt ?? null;
    return {
      title: `${dagId}, version ${dagVersionId}`,
      topics: [],
      body: () => html`<p class="crumbs"><a href="/dags/${dagId}">${dagId}</a></p>
<h1>Version ${dagVersionId}${own?.isInForce === true ? ', in force' : ''}</h1>
<p class="lead soft">${when === null ? NOTHING : html`${timeTag(when, 'UTC')}`}${own?.actor == null ? NOTHING : html` by ${own.actor} (${own.channel})`}</p>
${before === null ? html`<p class="empty">It is the first version.</p>` : changePart(dagId, previous?.dagVersionId ?? 0, { before: wholeText(before), after: wholeText({ source, calendars }) })}
<h2>Its text</h2><pre>${source}</pre>
${each(calendars, ({ name, source: text }) => html`<h2>Its calendar ${name}</h2><pre>${text}</pre>`)}`,
    };
  },
};

/** Returns the texts of a version as one, so that a changed calendar is seen as a change of the version. */
function wholeText({ source, calendars }: VersionText): string {
  return [source, ...calendars.map(({ file, source: text }) => `# ${file}\n${text}`)].join('\n');
}

function changePart(
  dagId: string,
  previous: number,
  { before, after }: { readonly before: string; readonly after: string },
): Html {
  return html`<h2>Changed since <a href="/dags/${dagId}/versions/${previous}">version ${previous}</a></h2>${textDiff(before, after)}`;
}
