/** The versions of a DAG: when each was put in force, and by whom. */
import type { CalendarText } from '../../core/calendar/file/parse.ts';
import { findVersion } from '../../store/dag/dag.ts';
import { type ListedVersion, listVersions } from '../../store/dag/version_list.ts';
import type { Queryable } from '../../store/queryable.ts';
import { NotFound } from '../errors.ts';
import type { Column } from '../listing.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
import { inZone } from '../time_text.ts';

export const VERSION_COLUMNS: readonly Column<ListedVersion>[] = [
  { key: 'dag_version_id', value: ({ dagVersionId }) => dagVersionId },
  { key: 'sha256', value: ({ sha256 }) => sha256, text: ({ sha256 }) => sha256.slice(0, 12) },
  { key: 'file', value: ({ file }) => file },
  { key: 'in_force', value: ({ isInForce }) => isInForce },
  {
    key: 'created_at',
    value: ({ createdAt }) => createdAt,
    text: ({ createdAt }) => inZone(createdAt, 'UTC'),
  },
  {
    key: 'in_force_at',
    value: ({ inForceAt }) => inForceAt,
    text: ({ inForceAt }) => (inForceAt === null ? '-' : inZone(inForceAt, 'UTC')),
  },
  { key: 'actor', value: ({ actor }) => actor },
  { key: 'channel', value: ({ channel }) => channel, dataOnly: true },
];

/** Returns a page of versions, newest first. */
export async function readVersions(
  db: Queryable,
  { dagId, limit, before }: PageRequest & { readonly dagId: string },
): Promise<Page<ListedVersion>> {
  const found = await listVersions(db, { dagId, before, limit: limit + 1 });
  return pageOf(found, limit, ({ dagVersionId }) => dagVersionId);
}

/** The texts that a version is made of. */
export interface VersionText {
  readonly source: string;
  /** The files of its calendar, by name; empty where it has none. */
  readonly calendars: readonly CalendarText[];
}

/** Returns the texts of a version. @throws NotFound also for a version of another DAG */
export async function readVersionText(
  db: Queryable,
  { dagId, dagVersionId }: { readonly dagId: string; readonly dagVersionId: number },
): Promise<VersionText> {
  const version = await findVersion(db, dagVersionId);
  if (version === null || version.dagId !== dagId)
    throw new NotFound({ noun: 'DAG', name: dagId }, `DAG ${dagId} has no version ${dagVersionId}`);
  return { source: version.source, calendars: version.calendars };
}
