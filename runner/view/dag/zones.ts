import type { DagVersions } from '../../engine/dags/versions.ts';

/** Returns the zone of each version, in which its instants are shown; UTC for a version that this code cannot read. */
export async function zonesOfVersions(
  versions: DagVersions,
  dagVersionIds: Iterable<number>,
): Promise<ReadonlyMap<number, string>> {
  const zones = new Map<number, string>();
  for (const dagVersionId of new Set(dagVersionIds))
    zones.set(dagVersionId, await zoneOf(versions, dagVersionId));
  return zones;
}

/** Returns the zone of one version; UTC if this code cannot read it. */
export async function zoneOf(versions: DagVersions, dagVersionId: number): Promise<string> {
  return (await versions.getReadable(dagVersionId))?.dag.timezone ?? 'UTC';
}
