/** Everything that a person may do on a page. */
import type { Action } from '../action.ts';

export const ACTIONS: readonly Action[] = [];
