import { createHash } from 'node:crypto';
import type { FileFacts, Files } from '../../../runner/task.ts';
import { type ColumnMapping, VARIANCE_COLUMNS } from '../../inventory/columns/mapping.ts';
import { within } from '../../inventory/file/location.ts';
import { manifestName } from '../../inventory/file/manifest.ts';
import { publishedName } from '../../inventory/file/published_name.ts';
import { csvLine } from '../csv/line.ts';
import type { Freeze, VarianceRow } from './freeze.ts';

const REASON = 'VAR_INTEGR';

export interface PublishedVariance extends FileFacts {
  readonly name: string;
  readonly rows: number;
  readonly manifestLocation: string;
}

export interface VariancePublication {
  /** The location of a folder. */
  readonly to: string;
  readonly businessDate: Temporal.PlainDate;
  readonly columns: ColumnMapping<(typeof VARIANCE_COLUMNS.meanings)[number]>;
}

/** Publishes a freeze's variance, the manifest last, so that a reader who sees the manifest finds the file complete. */
export async function publishVariance(
  files: Files,
  freeze: Freeze,
  { to, businessDate, columns }: VariancePublication,
): Promise<PublishedVariance> {
  const header = VARIANCE_COLUMNS.meanings.map((meaning) => columns[meaning]);
  const content = Buffer.from(
    csvLine(header) + freeze.variance.map((row) => csvLine(fieldsOf(row, freeze.idType))).join(''),
  );
  const sha256 = createHash('sha256').update(content).digest('hex');
  const name = publishedName('inventory_variance', businessDate, sha256);
  const rows = freeze.variance.length;
  const facts = await files.publish(within(to, name), content, { rows });
  const manifestLocation = within(to, manifestName(name));
  await files.publish(manifestLocation, manifestText(freeze, { sha256, bytes: facts.bytes, rows }));
  return { ...facts, name, rows, manifestLocation };
}

/** Returns the fields in the order of `VARIANCE_COLUMNS.meanings`. */
function fieldsOf(row: VarianceRow, idType: string): string[] {
  const { facility_id, external_facility_id, id_value, quantity, location_seq_id } = row;
  return [facility_id, external_facility_id, idType, id_value, quantity, location_seq_id, REASON, ''];
}

function manifestText(
  { snapshot }: Freeze,
  figures: { sha256: string; bytes: number; rows: number },
): string {
  const own = [...snapshot.byFacility].map(([facilityId, at]) => [facilityId, at.toString()] as const);
  const facilities = own.length === 0 ? {} : { facilities: Object.fromEntries(own) };
  const manifest = { ...figures, snapshot_at: snapshot.at.toString(), ...facilities };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
