/** Every endpoint under `/api/v1`, in the order of the document. */
import type { Endpoint } from '../endpoint.ts';
import { getDag, getNext, getPlan, getVersions, listDags } from './dags.ts';
import { getExplanation, getRun, listRuns } from './runs.ts';
import { getStatus } from './status.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  getStatus,
  listDags,
  getDag,
  getNext,
  getVersions,
  getPlan,
  listRuns,
  getRun,
  getExplanation,
];
