/**
 * The part of the runner that a task implementation may import.
 *
 * A task type is a file directly in `tasks/` whose default export is made by `defineTask`. A task succeeds by
 * returning. It throws `SkipTask`, `FailTask` or `DeferTask` to end otherwise; any other error is retried. Errors and
 * warnings may carry a `remedy`, the action that helps: the command line shows it as a command to copy.
 */
export { ConnectionError, type ConnectionErrorKind } from './connections/connection_error.ts';
export { retryAfterMs } from './connections/http/retry_after.ts';
export { type TransactionOptions, withTransaction } from './connections/postgres/transaction.ts';
export { isRunMode, type RunMode } from './core/dag/run_mode.ts';
export {
  connectionId,
  duration,
  instant,
  type LocationUse,
  location,
  type ParamAnnotations,
  timezone,
} from './core/dag_file/schema/param_types.ts';
export type { Progress } from './core/run/progress_rate.ts';
export type { RunState, TaskState } from './core/run/states.ts';
export type { HttpConnection, HttpRequest, HttpResponse } from './core/value/http.ts';
export type { Json, JsonObject } from './core/value/json.ts';
export type { LeftOutFile } from './core/value/left_out.ts';
export type {
  AnswerApproval,
  ClearTasks,
  GivenParams,
  RunWithParams,
  ShowArtifact,
  ShowCommand,
  TaskRemedy,
} from './core/value/task_remedy.ts';
export type { ApprovalAnswer, ApprovalRequest } from './task/approval.ts';
export type {
  AttemptFacts,
  Connections,
  FoundRun,
  RunFacts,
  RunQuery,
  Runs,
  TaskContext,
  TaskEvent,
  TaskLog,
  WarnOptions,
} from './task/context.ts';
export {
  DeferTask,
  FailTask,
  isTaskError,
  SkipTask,
  TaskError,
  type TaskErrorKind,
  type TaskErrorOptions,
  taskErrorKind,
} from './task/errors.ts';
export type {
  Content,
  ExistingFile,
  FileEntry,
  FileFacts,
  Files,
  OpenFile,
  PublishOptions,
} from './task/files.ts';
export {
  type Check,
  type CheckContext,
  type CheckFinding,
  defineTask,
  type Precheck,
  type PrecheckContext,
  type PrecheckRefusal,
  type TaskType,
} from './task/task_type.ts';
