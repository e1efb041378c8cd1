/** Decides whether a file may be applied to a night that is already applied. */
import { z } from 'zod';

/** The `supersede` param: an operator's decision, for one run, to apply a newer file of the date on top. */
export const supersedeSchema = z
  .strictObject({
    wanted: z.boolean().default(false),
    /** The reason, recorded in the history. */
    reason: z.string().default(''),
  })
  .superRefine(({ wanted, reason }, context) => {
    const isBlank = reason.trim() === '';
    if (wanted && isBlank) {
      const message = 'is empty: to supersede a night that is applied say why, for the history';
      context.addIssue({ code: 'custom', path: ['reason'], message });
    }
    if (!wanted && !isBlank) {
      const message = 'is false, and there is a reason to supersede: set it to true';
      context.addIssue({ code: 'custom', path: ['wanted'], message });
    }
  })
  .prefault({})
  .transform(({ wanted, reason }) => ({ wanted, reason: reason.trim() }));
export type Supersede = z.output<typeof supersedeSchema>;

/** The newest revision of the night that is in the counts. */
export interface AppliedFile {
  readonly revision: number;
  readonly snapshotAt: Temporal.Instant | null;
  readonly fileSha256: string | null;
}

export interface CandidateFile {
  readonly name: string;
  readonly snapshotAt: Temporal.Instant;
  readonly sha256: string;
}

/**
 *   first       the night is not applied yet
 *   same        the night is applied from this very file
 *   supersedes  the file is to be applied on top
 *   refused     it is another file, and may not be
 */
export type RevisionDecision =
  | { readonly kind: 'first' | 'same' | 'supersedes'; readonly revision: number }
  | { readonly kind: 'refused'; readonly why: string; readonly canSupersede: boolean };

/**
 * Returns which revision of its night a file is. A night is applied again only from a file that is not older, and
 * only if the run may supersede.
 */
export function decideRevision(
  { name, snapshotAt, sha256 }: CandidateFile,
  applied: AppliedFile | null,
  { wanted }: Supersede,
): RevisionDecision {
  if (applied === null) return { kind: 'first', revision: 1 };
  if (applied.fileSha256 === sha256) return { kind: 'same', revision: applied.revision };
  const both =
    `the night is applied from the snapshot ${applied.snapshotAt} (sha256 ${short(applied.fileSha256)}), and ${name} is ` +
    `another file, of the snapshot ${snapshotAt} (sha256 ${short(sha256)})`;
  if (applied.snapshotAt !== null && Temporal.Instant.compare(snapshotAt, applied.snapshotAt) < 0) {
    return { kind: 'refused', why: `${both}: it is older, and does not supersede it`, canSupersede: false };
  }
  if (!wanted) return { kind: 'refused', why: `${both}; nothing was changed`, canSupersede: true };
  return { kind: 'supersedes', revision: applied.revision + 1 };
}

function short(sha256: string | null): string {
  return sha256 === null ? 'none' : sha256.slice(0, 12);
}
