/** The params of a task, its output, and the files that it touched. */
import type { TaskInstance } from '../../../store/task/instance.ts';
import { FILE_COLUMNS } from '../../../view/task/task.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { jsonBlock } from '../../html/json.ts';
import { table } from '../../html/table.ts';
import type { ShownTask } from './shown.ts';

/** Renders `with` as an attempt that started now would get it. */
export function withPart({ rendered, report }: ShownTask): Html {
  const { declared } = report;
  if (declared === null || Object.keys(declared.with).length === 0) return NOTHING;
  const title = html`<h2 id="with">With</h2>`;
  if (rendered === null || rendered.problem !== null)
    return html`<section aria-labelledby="with">${title}<p class="soft">${rendered === null ? 'As the DAG writes it; each instance has its own.' : `As the DAG writes it; it cannot be rendered yet: ${rendered.problem}`}</p>${jsonBlock(declared.with, 'Params of the task as written')}</section>`;
  return html`<section aria-labelledby="with">${title}${jsonBlock(rendered.value, 'Params of the task')}</section>`;
}

export function outputPart({ output }: TaskInstance): Html {
  if (output === null) return NOTHING;
  return html`<section aria-labelledby="output"><h2 id="output">Output</h2>${jsonBlock(output, 'Output of the task')}</section>`;
}

export function filesPart({ report }: ShownTask): Html {
  const { files } = report;
  if (files.length === 0) return NOTHING;
  return html`<section aria-labelledby="files"><h2 id="files">Files</h2>
${table(
  { columns: FILE_COLUMNS, rows: files },
  {
    caption: 'Files that the attempts read and published',
    rowId: ({ fileId }) => `file-${fileId}`,
    without: ['map_index'],
    cells: {
      path: ({ path }) => html`<span class="mono path">${path}</span>`,
      sha256: ({ sha256 }) => html`<span class="mono" title="${sha256}">${sha256.slice(0, 12)}</span>`,
    },
  },
)}</section>`;
}
