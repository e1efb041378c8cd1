/** Handles the requests that change files and folders, and the extensions. */
import fs from 'node:fs';
import type { HandleTable } from './handles.ts';
import type { Jail } from './jail.ts';
import { limitsPacket, type PacketReader, REQUEST, STATUS } from './packet.ts';
import { refuseIfReadOnly, StatusError } from './status_error.ts';

interface ChangeOptions {
  readonly jail: Jail;
  readonly readOnly: boolean;
  readonly extensions: Readonly<Record<string, string>>;
  readonly handles: HandleTable;
}

/** @returns the answer, or undefined for a plain OK */
export function change(id: number, request: PacketReader, options: ChangeOptions): Buffer | undefined {
  if (request.type === REQUEST.EXTENDED) return extension(id, request, options);
  refuseIfReadOnly(options.readOnly);
  const { jail, handles } = options;
  switch (request.type) {
    case REQUEST.SETSTAT:
      return setAttributesByPath(jail.target(request.text()), request);
    case REQUEST.FSETSTAT:
      return setAttributes(handles.file(request.bytes()), request);
    case REQUEST.REMOVE:
      fs.unlinkSync(jail.entry(request.text()));
      return;
    case REQUEST.MKDIR:
      fs.mkdirSync(jail.entry(request.text()), { mode: request.attributes().mode ?? 0o777 });
      return;
    case REQUEST.RMDIR:
      fs.rmdirSync(jail.entry(request.text()));
      return;
    case REQUEST.RENAME:
      return renameToFreeName(jail.entry(request.text()), jail.entry(request.text()));
    default:
      throw new StatusError(STATUS.OP_UNSUPPORTED, `request type ${request.type} is not supported`);
  }
}

function extension(id: number, request: PacketReader, options: ChangeOptions): Buffer | undefined {
  const { jail, handles, extensions, readOnly } = options;
  const name = request.text();
  if (!Object.hasOwn(extensions, name)) throw new StatusError(STATUS.OP_UNSUPPORTED, `no extension ${name}`);
  if (name === 'limits@openssh.com') return limitsPacket(id, handles.maxOpen);
  refuseIfReadOnly(readOnly);
  if (name === 'fsync@openssh.com') fs.fsyncSync(handles.file(request.bytes()));
  else fs.renameSync(jail.entry(request.text()), jail.entry(request.text()));
  return;
}

/** Renames without replacing, as version 3 of the protocol requires. */
function renameToFreeName(from: string, to: string): undefined {
  if (fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined) {
    throw new StatusError(STATUS.FAILURE, 'target exists');
  }
  fs.renameSync(from, to);
}

function setAttributesByPath(path: string, request: PacketReader): undefined {
  const isDirectory = fs.statSync(path).isDirectory();
  const fd = fs.openSync(path, isDirectory ? fs.constants.O_RDONLY : fs.constants.O_RDWR);
  try {
    setAttributes(fd, request);
  } finally {
    fs.closeSync(fd);
  }
}

function setAttributes(fd: number, request: PacketReader): undefined {
  const { bytes, mode, accessedAtS, modifiedAtS } = request.attributes();
  if (bytes !== undefined) fs.ftruncateSync(fd, bytes);
  if (mode !== undefined) fs.fchmodSync(fd, mode);
  if (accessedAtS !== undefined && modifiedAtS !== undefined) fs.futimesSync(fd, accessedAtS, modifiedAtS);
}
