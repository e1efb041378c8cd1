/** One night of one external system: the key of everything that the sync keeps in the OMS. */
export interface Night {
  readonly externalSystemId: string;
  /** `2026-03-10` */
  readonly businessDate: string;
}

/** When the external system took its counts. */
export interface Snapshot {
  readonly at: Temporal.Instant;
  /** Where a facility has an instant of its own, by facility id. */
  readonly byFacility: ReadonlyMap<string, Temporal.Instant>;
}

export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  if (!a.at.equals(b.at) || a.byFacility.size !== b.byFacility.size) return false;
  return [...a.byFacility].every(([facilityId, at]) => b.byFacility.get(facilityId)?.equals(at) === true);
}

/** For messages: `2026-03-10T03:00:00Z`, and `and F1 at ...` where facilities have their own. */
export function describeSnapshot({ at, byFacility }: Snapshot): string {
  const own = [...byFacility].map(([facilityId, instant]) => `${facilityId} at ${instant}`);
  return own.length === 0 ? `${at}` : `${at} (${own.slice(0, 5).join(', ')}${own.length > 5 ? ', ...' : ''})`;
}
