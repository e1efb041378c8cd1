/** Every endpoint under `/api/v1`, in the order of the document. */
import type { Endpoint } from '../endpoint.ts';
import { listAlerts } from './alerts.ts';
import { getArtifact, listArtifacts } from './artifacts.ts';
import * as backfills from './backfills.ts';
import { pause, resume, trigger } from './dag_changes.ts';
import { getDag, getNext, getPlan, getVersion, getVersions, listDags } from './dags.ts';
import { getGrid } from './grid.ts';
import { listEvents } from './history.ts';
import { answer, cancel, cancelOne, clear, mark } from './run_changes.ts';
import { getExplanation, getRun, listRuns } from './runs.ts';
import { getStatus } from './status.ts';
import { getLog, getTask } from './tasks.ts';
import { getQueue, listPools, listWorkers, resizePool } from './workers.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  getStatus,
  listDags,
  getDag,
  getNext,
  getGrid,
  getVersions,
  getVersion,
  getPlan,
  pause,
  resume,
  trigger,
  listRuns,
  getRun,
  getExplanation,
  clear,
  cancel,
  getTask,
  getLog,
  cancelOne,
  mark,
  answer,
  listArtifacts,
  getArtifact,
  backfills.listBackfills,
  backfills.create,
  backfills.getBackfill,
  backfills.cancelOne,
  backfills.retry,
  listWorkers,
  listPools,
  resizePool,
  getQueue,
  listAlerts,
  listEvents,
];
