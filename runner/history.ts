/** For what commands and pages of task authors share: runs with their tasks and files, connections, and listings. */
export { connectionVariable } from './connections/connection_config.ts';
export { ConnectionError } from './connections/connection_error.ts';
export { errorCode } from './connections/postgres/errors.ts';
export { inScratch, openScratch, type Scratch } from './connections/postgres/scratch.ts';
export { isDatabaseUnavailable } from './connections/postgres/unavailable.ts';
export { ConnectionPools } from './engine/worker/connection_pools.ts';
export { type DagRun, findRun, listRuns } from './store/run/dag_run.ts';
export { artifactChunks, findArtifact } from './store/task/artifact.ts';
export { pathsRead } from './store/task/file.ts';
export { instancesOfRun, runOfInstance, type TaskInstance } from './store/task/instance.ts';
export { csvText } from './view/csv_text.ts';
export { zoneOf } from './view/dag/zones.ts';
export { NotFound } from './view/errors.ts';
export { type Column, type Listing, rowObject } from './view/listing.ts';
export { findNamedRun } from './view/run/find.ts';
export { bytesText, countText, inZone } from './view/time_text.ts';
