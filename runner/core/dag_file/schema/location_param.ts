/** Params of task types that name files and declare how the task uses them. */
import { z } from 'zod';
import { LocationError, parseLocation, parseLocationPattern } from '../../value/location.ts';

/**
 * Describes how a task uses a location. `pattern` means the files of one folder, with `*` in the last segment of the
 * path.
 */
export interface LocationUse {
  readonly access: 'read' | 'write';
  readonly of: 'file' | 'folder' | 'pattern';
}

/** The key under which a param's JSON Schema keeps its `LocationUse`. */
export const LOCATION_MARK = 'x-stockflow-location';

const FORMS = 'must be artifact:name, sftp://connection/path or file:path';

/**
 * Accepts a location: `artifact:name`, `sftp://connection/path` or `file:path`. `doctor` and `connections test` use the
 * declared use to test beforehand what the task will do there.
 */
export function location(use: LocationUse) {
  return z
    .string()
    .regex(/^(artifact:|sftp:\/\/|file:)./, { error: FORMS, abort: true })
    .superRefine((text, context) => {
      const message = whyNot(text, use);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .meta({ [LOCATION_MARK]: use });
}

export function isLocationUse(mark: unknown): mark is LocationUse {
  return typeof mark === 'object' && mark !== null && 'access' in mark && 'of' in mark;
}

function whyNot(text: string, { of }: LocationUse): string | null {
  try {
    if (of === 'pattern') parseLocationPattern(text);
    else if (of === 'file') parseLocation(text);
    else if (text.startsWith('artifact:'))
      return `${JSON.stringify(text)} is not a folder: artifacts have none`;
    else parseLocation(`${text.replace(/\/+$/, '')}/any`); // a folder may be the base directory
    return null;
  } catch (error) {
    if (error instanceof LocationError) return error.message;
    throw error;
  }
}
