/**
 * For tests of a task type: `openTaskWorld` runs it once, on files in a temporary folder, with a clock that the test sets and
 * the databases that it hands in, which `openTestDatabase` makes; neither `npx stockflow` nor a worker is needed. The other exports
 * are for campaigns that break things on purpose or measure them: places at which a process can be made to die, the parts of a
 * Postgres of their own, and the sender of alerts.
 */
export { PostgresClient } from './connections/postgres/client.ts';
export { serverAccount } from './connections/postgres/embedded/account.ts';
export { findPostgresBinaries, programPath } from './connections/postgres/embedded/binaries.ts';
export { CLUSTER_USER, initCluster } from './connections/postgres/embedded/cluster.ts';
export { reachableBinaries } from './connections/postgres/embedded/home.ts';
export { freePort } from './connections/postgres/embedded/port.ts';
export { type ProgramContext, serverEnvironment } from './connections/postgres/embedded/program.ts';
export { AlertDeliverer } from './engine/alerts/deliver.ts';
export { armFailpoint, FAILPOINTS, type Failpoint } from './engine/failpoint.ts';
export { claim } from './store/task/claim.ts';
export { LEASE_MS } from './store/worker/worker.ts';
export { TaskFiles } from './testing/task_files.ts';
export {
  type ContextOverrides,
  type LogLine,
  type OtherRun,
  openTaskWorld,
  type TaskWorld,
  type TaskWorldOptions,
} from './testing/task_world.ts';
export {
  openTestDatabase,
  openTestServer,
  type TestDatabase,
  type TestDatabaseOptions,
  type TestServer,
} from './testing/test_database.ts';
