/** Checks DATABASE_URL before anything connects. Its messages leave the value out, which holds a secret. */
const { accessSync, constants } = process.getBuiltinModule('node:fs');

/** Parameters that name a file. */
const FILE_PARAMETERS = ['sslrootcert', 'sslcert', 'sslkey'] as const;
/** `host,host` or `host:port,host:port` before the database. */
const SEVERAL_HOSTS = /^\w+:\/\/(?:[^@/]*@)?[^/?@]*,[^/?@]*(?:[/?]|$)/;

/** Returns why the URL cannot be used; null if nothing speaks against it. */
export function databaseUrlProblem(text: string): string | null {
  if (!/^postgres(ql)?:\/\/./.test(text)) {
    return 'write postgres://user:secret@host/database, or leave it unset';
  }
  if (SEVERAL_HOSTS.test(text)) {
    return 'it names several hosts; name the one address that leads to the primary, such as that of a pooler or a virtual IP';
  }
  if (!URL.canParse(text)) return 'it is not a URL; a secret in it must be percent-encoded';
  const { searchParams } = new URL(text);
  const problems = FILE_PARAMETERS.flatMap((name) => {
    const file = searchParams.get(name);
    const why = file === null ? null : whyUnreadable(file);
    return why === null ? [] : [`${name}=${file} cannot be read (${why})`];
  });
  return problems.length === 0 ? null : problems.join('; ');
}

function whyUnreadable(file: string): string | null {
  try {
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
