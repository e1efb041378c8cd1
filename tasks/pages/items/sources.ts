/** Renders the sources of an item's figures: the files of its nights, the rows that were rejected, and the movements sent. */
import type { Column } from '../../../runner/history.ts';
import { type Html, html, NOTHING, table, timeTag } from '../../../runner/page.ts';
import type { ItemDelta } from '../../oms/items/read_item.ts';
import type { ItemReport, NamedReject, NightOfRun } from './read.ts';
import { signed } from './words.ts';

const FILE_COLUMNS: readonly Column<NightOfRun>[] = [
  { key: 'night', value: ({ business_date }) => business_date },
  { key: 'system', value: ({ external_system_id }) => external_system_id },
  { key: 'as_of', value: ({ snapshot_at }) => snapshot_at },
  { key: 'applied', value: ({ applied_at }) => applied_at },
  { key: 'file', value: ({ filePath }) => filePath },
  { key: 'sha256', value: ({ file_sha256 }) => file_sha256 },
];

export function filesPart({ nights }: ItemReport, timezone: string): Html {
  if (nights.length === 0) return NOTHING;
  return html`<details><summary>Files of these nights</summary>${table(
    { columns: FILE_COLUMNS, rows: nights },
    {
      caption: 'Files of these nights',
      cells: {
        as_of: ({ snapshot_at }) =>
          snapshot_at === null ? NOTHING : timeTag(snapshot_at, timezone, 'second'),
        applied: ({ applied_at }) => timeTag(applied_at, timezone, 'second'),
        sha256: ({ file_sha256 }) => html`<span class="mono wrap">${file_sha256 ?? ''}</span>`,
      },
    },
  )}</details>`;
}

const REJECT_COLUMNS: readonly Column<NamedReject>[] = [
  { key: 'night', value: ({ night }) => night.business_date },
  { key: 'by', value: ({ by }) => by },
  { key: 'line', value: ({ line }) => line },
  { key: 'reason', value: ({ reason }) => reason },
  { key: 'row', value: ({ raw }) => raw },
];

/** @param facilityId that of the page, which leaves the rows of every facility: a rejected row may name none */
export function rejectsPart({ rejects, notSearched }: ItemReport, facilityId: string | null): Html {
  const listed =
    rejects.length === 0
      ? NOTHING
      : html`<h2>Rejected rows that name it${facilityId === null ? '' : ', at any facility'}</h2>${table({ columns: REJECT_COLUMNS, rows: rejects }, { caption: 'Rejected rows of these nights that name this item' })}`;
  if (notSearched.length === 0) return listed;
  const nights = notSearched.map(({ business_date }) => business_date).join(', ');
  return html`${listed}<p class="soft">The rejected rows of ${nights} are too many to be searched here; the runs keep them.</p>`;
}

const DELTA_COLUMNS: readonly Column<ItemDelta>[] = [
  { key: 'happened', value: ({ effective_date }) => effective_date },
  { key: 'facility_id', title: 'facility', value: ({ facility_id }) => facility_id },
  { key: 'before', value: ({ before }) => before },
  { key: 'moved', value: ({ quantity }) => quantity, text: ({ quantity }) => signed(quantity) },
  {
    key: 'why',
    value: ({ covered_by_batch_id, external_system_id }) =>
      covered_by_batch_id === null
        ? `a movement of ${external_system_id}`
        : `none: ${covered_by_batch_id} had counted it already`,
  },
  { key: 'file', value: ({ file_name }) => file_name },
  { key: 'sha256', value: ({ file_sha256 }) => file_sha256.slice(0, 12) },
  { key: 'applied', value: ({ applied_at }) => applied_at },
];

export function deltasPart({ deltas }: ItemReport, timezone: string): Html {
  if (deltas.length === 0) return NOTHING;
  return html`<h2>Movements that other systems sent <span class="soft small">the last ${deltas.length}</span></h2>
${table(
  { columns: DELTA_COLUMNS, rows: deltas },
  {
    caption: 'Movements of this item, newest first',
    cells: {
      happened: ({ effective_date }) => timeTag(effective_date, timezone, 'second'),
      applied: ({ applied_at }) => timeTag(applied_at, timezone, 'second'),
      file: ({ file_name }) => html`<span class="mono">${file_name}</span>`,
      sha256: ({ file_sha256 }) =>
        html`<span class="mono" title="sha256 ${file_sha256}">${file_sha256.slice(0, 12)}</span>`,
    },
  },
)}`;
}
