/** What a look at one thing found. */
import { errorFacts } from '../../core/value/error_text.ts';

export interface Finding {
  /** Which look: `database`, `notify`, `sftp`, ... */
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly found: string;
  /** What to do; null where all is well. */
  readonly fix: string | null;
}

export function ok(check: string, found: string): Finding {
  return { check, verdict: 'ok', found, fix: null };
}

export function warning(check: string, found: string, fix: string): Finding {
  return { check, verdict: 'warning', found, fix };
}

export function problem(check: string, found: string, fix: string): Finding {
  return { check, verdict: 'problem', found, fix };
}

/** The findings of a look, or the one that it could not be made. */
export async function looked(
  check: string,
  fix: string | ((error: unknown) => string),
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const whatToDo = typeof fix === 'string' ? fix : fix(error);
    return [problem(check, errorFacts(error).errorText, whatToDo)];
  }
}
