/** Puts Retail Pro's file on the server, complete or damaged. */
import type { Random } from '../../../demo/world/random.ts';
import type { World } from '../../../demo/world/world.ts';
import type { NightSite } from '../../support/night/site.ts';
import type { NightPlan } from '../plan/night_plan.ts';
import type { NightFile } from './retailpro_night_file.ts';

export async function deliverFile(
  site: NightSite,
  { stores }: World,
  { plan, file }: { readonly plan: NightPlan; readonly file: NightFile },
): Promise<void> {
  const facilities = Object.fromEntries(
    // A manifest may use our ids or theirs.
    [...plan.ownSnapshotAtMs].map(([facilityId, atMs], index) => [
      index % 2 === 0
        ? facilityId
        : (stores.find((store) => store.facilityId === facilityId)?.externalId ?? facilityId),
      instantOf(atMs).toString(),
    ]),
  );
  await site.putReset({
    snapshotAt: instantOf(plan.snapshotAtMs),
    content: file.content,
    manifest: { facilities },
  });
}

/** Delivers a file that ends in the middle of a row, with a manifest of the whole file or of the part. */
export async function deliverCutFile(
  site: NightSite,
  random: Random,
  { plan, file: { content } }: { readonly plan: NightPlan; readonly file: NightFile },
): Promise<void> {
  const length = random.integer(100, content.length - 2);
  const cut = content.slice(0, content[length - 1] === '\n' ? length - 1 : length);
  const manifest = random.chance(0.5) ? { bytes: content.length } : {};
  await site.putReset({ snapshotAt: instantOf(plan.snapshotAtMs), content: cut, manifest });
}

export function instantOf(atMs: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(atMs);
}
