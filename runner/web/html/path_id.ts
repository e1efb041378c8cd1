import { HttpError } from '../http_error.ts';

/** Returns the id in a path. @throws HttpError (404) for what is no id */
export function idOf(text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(404, `there is no ${text ?? 'id'} here: an id is a whole number`);
}
