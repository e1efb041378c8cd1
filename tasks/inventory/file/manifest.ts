/** The `<name>.manifest.json` beside a file, in which its writer states size, sha256 and snapshot. */
import { z } from 'zod';
import { instantSchema } from './instant.ts';
import { InvalidFileError } from './invalid_file.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** Unknown keys are ignored, so that a sender may add its own. */
export const manifestSchema = z.object({
  sha256: sha256Schema,
  bytes: z.int().nonnegative(),
  /** The number of data rows, without the header. */
  rows: z.int().nonnegative(),
  snapshot_at: instantSchema,
  /** The snapshot instant by facility id, if the facilities were counted at different times. */
  facilities: z.record(z.string(), instantSchema).optional(),
});
export type Manifest = z.output<typeof manifestSchema>;

/** The manifest of a delta file, whose lines have a time each and no snapshot. */
export const deltaManifestSchema = manifestSchema.pick({ sha256: true, bytes: true, rows: true });
export type DeltaManifest = z.output<typeof deltaManifestSchema>;

export function manifestName(fileName: string): string {
  return `${fileName}.manifest.json`;
}

/**
 * Parses the manifest of a reset file.
 * @throws InvalidFileError naming the key and the value found
 */
export function parseManifest(text: string): Manifest {
  return parse(text, manifestSchema);
}

/**
 * Parses the manifest of a delta file.
 * @throws InvalidFileError naming the key and the value found
 */
export function parseDeltaManifest(text: string): DeltaManifest {
  return parse(text, deltaManifestSchema);
}

function parse<Output>(text: string, schema: z.ZodType<Output>): Output {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidFileError(`manifest: not JSON (${error.message})`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
  );
  throw new InvalidFileError(`manifest: ${faults.join('; ')}`);
}

/** Returns every figure in which manifest and file disagree, with both values; empty if they agree. */
export function disagreements(
  manifest: Pick<Manifest, 'sha256' | 'bytes' | 'rows'>,
  file: { readonly sha256: string; readonly bytes: number; readonly rows: number },
): string[] {
  return (['bytes', 'rows', 'sha256'] as const)
    .filter((figure) => manifest[figure] !== file[figure])
    .map((figure) => `${figure} is ${manifest[figure]} in the manifest and ${file[figure]} in the file`);
}
