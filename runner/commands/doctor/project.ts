/** Checks what lies on this host: the DAG files, the task types, the space on its disks. */
import { stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Dag } from '../../core/dag/dag.ts';
import { formatProblem } from '../../core/dag_file/problem.ts';
import { readCalendars } from '../../engine/dags/calendars.ts';
import { readDagFile } from '../../engine/dags/folder.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { dagFilesIn } from '../../view/dag/files.ts';
import { bytesText } from '../../view/time_text.ts';
import type { Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { type Finding, ok, problem } from './finding.ts';

/** A reset file is spooled whole while it is filtered, and a night's history is small beside it. */
const MIN_FREE_BYTES = 2e9;

export interface ProjectLook {
  readonly findings: readonly Finding[];
  /** The DAGs of the valid files. */
  readonly dags: readonly Dag[];
  readonly taskTypes: TaskTypes;
}

export async function checkDagFiles(settings: Settings): Promise<ProjectLook> {
  const taskTypes = await taskTypesOf(settings);
  const files = await Promise.all(
    (await dagFilesIn(settings.dagsDir)).map((file) => readDagFile(file, taskTypes)),
  );
  const broken = [...taskTypes.broken.values()].map((why) =>
    problem('task types', why, 'fix the file; tasks of other types are not affected'),
  );
  const invalid = files.flatMap(({ problems }) => {
    const [first] = problems;
    if (first === undefined) return [];
    const more = problems.length === 1 ? '' : `, and ${problems.length - 1} more`;
    return [
      problem(
        'dag files',
        `${formatProblem(first)}${more}`,
        `stockflow dags validate ${first.file} shows all`,
      ),
    ];
  });
  const dags = files.map(({ dag }) => dag).filter((dag) => dag !== null);
  const valid =
    files.length === 0
      ? problem('dag files', `there is none in ${settings.dagsDir}/`, 'put a YAML file there')
      : ok('dag files', `${dags.length} of ${files.length} in ${settings.dagsDir}/ valid`);
  const types =
    taskTypes.byName.size === 0
      ? problem(
          'task types',
          `there is none in ${settings.tasksDir}/`,
          'put a file made by defineTask there: its name is the type',
        )
      : ok('task types', [...taskTypes.byName.keys()].sort().join(', '));
  return {
    findings: [types, ...broken, valid, ...invalid, ...(await checkCalendars(settings))],
    dags,
    taskTypes,
  };
}

/** Returns nothing for a project without calendars. */
async function checkCalendars({ dagsDir }: Settings): Promise<readonly Finding[]> {
  const calendars = [...(await readCalendars(dagsDir)).set.values()];
  const invalid = calendars.flatMap(({ problems: [first] }) =>
    first === undefined
      ? []
      : [problem('calendars', formatProblem(first), `stockflow dags validate ${first.file} shows all`)],
  );
  const names = calendars.map(({ name }) => name).join(', ');
  return calendars.length > 0 && invalid.length === 0 ? [ok('calendars', names)] : invalid;
}

export async function checkDisks(settings: Settings): Promise<readonly Finding[]> {
  const folders = [tmpdir(), ...(settings.databaseUrl === null ? [settings.homeDir] : [])];
  return await Promise.all(folders.map((folder) => checkDisk(resolve(folder))));
}

async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await existing(folder));
  const free = bavail * bsize;
  const found = `${bytesText(free)} free for ${folder}`;
  if (free >= MIN_FREE_BYTES) return ok('disk', found);
  return problem('disk', found, `free some: a night needs up to ${bytesText(MIN_FREE_BYTES)}`);
}

/** The folder, or the one above it that is there. */
async function existing(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return await existing(dirname(folder));
  }
}
