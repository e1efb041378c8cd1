/** Everything that a person may do on a page. */
import type { Action } from '../action.ts';
import { cancelBackfillAction, retryBackfillAction } from './backfill_request.ts';
import { pauseAction, resumeAction } from './dag/pause.ts';
import { triggerAction } from './dag/trigger.ts';
import { newBackfillAction } from './new_backfill.ts';
import { approvalAction } from './run/approval.ts';
import { cancelRunAction, cancelTaskAction } from './run/cancel.ts';
import { clearAction } from './run/clear.ts';
import { markAction } from './run/mark.ts';
import { overrideAction } from './run/override.ts';
import { setPoolAction } from './set_pool.ts';

export const ACTIONS: readonly Action[] = [
  triggerAction,
  pauseAction,
  resumeAction,
  clearAction,
  cancelRunAction,
  cancelTaskAction,
  markAction,
  approvalAction,
  overrideAction,
  newBackfillAction,
  cancelBackfillAction,
  retryBackfillAction,
  setPoolAction,
];
