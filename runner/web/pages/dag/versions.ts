/** The versions of a DAG: who put each in force and when. */
import type { ListedVersion } from '../../../store/dag/version_list.ts';
import { each, type Html, html } from '../../html/html.ts';
import { timeTag } from '../../html/time.ts';

export function versionsSection(
  dagId: string,
  versions: readonly ListedVersion[],
  { timezone, hasMore }: { readonly timezone: string; readonly hasMore: boolean },
): Html {
  if (versions.length === 0) {
    return html`<section aria-labelledby="versions"><h2 id="versions">Versions</h2>
<p class="empty">No version is in force yet: no worker has read a valid file.</p></section>`;
  }
  return html`<section aria-labelledby="versions"><h2 id="versions">Versions</h2>
<div class="scroll"><table class="stack"><caption class="visually-hidden">Versions of ${dagId}, newest first</caption>
<thead><tr><th scope="col">version</th><th scope="col">in force</th><th scope="col">by</th><th scope="col">file</th></tr></thead>
<tbody>${each(
    versions,
    ({ dagVersionId, isInForce, inForceAt, createdAt, actor, channel, file }) =>
      html`<tr><th scope="row"><a href="/dags/${dagId}/versions/${dagVersionId}">${dagVersionId}</a></th>
<td data-label="in force">${isInForce ? html`<strong>now</strong>, since ` : ''}${timeTag(inForceAt ?? createdAt, timezone)}</td>
<td data-label="by">${actor ?? ''}${channel === null ? '' : html` <span class="soft small">(${channel})</span>`}</td>
<td data-label="file" class="mono">${file}</td></tr>`,
  )}</tbody></table></div>
${hasMore ? html`<p><a href="/dags/${dagId}/versions">All versions</a></p>` : ''}</section>`;
}
