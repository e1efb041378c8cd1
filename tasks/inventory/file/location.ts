/** The folder of the files that a run keeps for itself, in the runner's database. */
export const RUN_FOLDER = 'artifact:';

/** Returns the location of the file `name` in the folder `folder`. */
export function within(folder: string, name: string): string {
  if (folder === RUN_FOLDER) return `${RUN_FOLDER}${name}`;
  return `${folder.replace(/\/+$/, '')}/${name}`;
}
