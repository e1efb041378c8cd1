/**
 * For tests of a task type: `openTaskWorld` runs it once, on files in a temporary folder, with a clock that the test sets and
 * the databases that it hands in. `npx stockflow` is not needed, nor a worker.
 */
export { TaskFiles } from './testing/task_files.ts';
export {
  type ContextOverrides,
  type LogLine,
  openTaskWorld,
  type TaskWorld,
  type TaskWorldOptions,
} from './testing/task_world.ts';
