/** One night of one external system: the key of everything that the sync stores in the OMS. */
export interface Night {
  readonly externalSystemId: string;
  /** An ISO date: `2026-03-10`. */
  readonly businessDate: string;
}

/** A night as one of its files gave it: revision 1 is its first file, 2 the one that superseded it, and so on. */
export interface Revision extends Night {
  readonly revision: number;
}

/** Returns the statement parameters of one revision: external system, business date, revision. */
export function revisionKey({ externalSystemId, businessDate, revision }: Revision): readonly unknown[] {
  return [externalSystemId, businessDate, revision];
}

/** The instants at which the external system took its counts. */
export interface Snapshot {
  readonly at: Temporal.Instant;
  /** By facility id, for facilities that have their own instant. */
  readonly byFacility: ReadonlyMap<string, Temporal.Instant>;
}

export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  if (!a.at.equals(b.at) || a.byFacility.size !== b.byFacility.size) return false;
  return [...a.byFacility].every(([facilityId, at]) => b.byFacility.get(facilityId)?.equals(at) === true);
}

/** Returns the facilities, and `the file`, whose instant in `a` lies before the one in `b`. */
export function earlierParts(a: Snapshot, b: Snapshot): readonly string[] {
  const facilityIds = new Set([...a.byFacility.keys(), ...b.byFacility.keys()]);
  const parts = [
    { name: 'the file', at: a.at, than: b.at },
    ...[...facilityIds].map((facilityId) => ({
      name: `facility ${facilityId}`,
      at: a.byFacility.get(facilityId) ?? a.at,
      than: b.byFacility.get(facilityId) ?? b.at,
    })),
  ];
  return parts.filter(({ at, than }) => Temporal.Instant.compare(at, than) < 0).map(({ name }) => name);
}

/** Formats for messages: `2026-03-10T03:00:00Z`, with `and F1 at ...` for facilities that have their own. */
export function describeSnapshot({ at, byFacility }: Snapshot): string {
  const own = [...byFacility].map(([facilityId, instant]) => `${facilityId} at ${instant}`);
  return own.length === 0 ? `${at}` : `${at} (${own.slice(0, 5).join(', ')}${own.length > 5 ? ', ...' : ''})`;
}
