/** Everything that a person may do on a page. */
import type { Action } from '../action.ts';
import { cancelBackfillAction, retryBackfillAction } from './backfill_request.ts';
import { newBackfillAction } from './new_backfill.ts';

export const ACTIONS: readonly Action[] = [newBackfillAction, cancelBackfillAction, retryBackfillAction];
