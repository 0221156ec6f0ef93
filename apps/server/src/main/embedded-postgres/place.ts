import { createHash } from 'node:crypto'
import { closeSync, cpSync, existsSync, lstatSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StartRefused } from '../start-refused.ts'
import { type Account, canReach } from './account.ts'
import { type Binaries, linkLibraries } from './binaries.ts'
import { POSTGRES_MAJOR } from './data-folder.ts'

/** Where copies of the programs are kept that another user has to run. Only root writes there. */
const SHARED_PROGRAMS = '/var/lib/quanshu'

/**
 * A folder as the account sees it. Below a closed folder (such as /root) an open handle is passed to the program, which
 * reaches the folder through it: nothing outside the folder is opened for the account, and no permission is changed.
 */
export type Place = {
  readonly path: string
  /** Handle to pass as the child's descriptor; undefined when the plain path works. */
  readonly handle: number | undefined
  readonly close: () => void
}

/** @param descriptor the child's number for the handle; 3 is the first that is free */
export function placeFor(account: Account | undefined, folder: string, descriptor = 3): Place {
  if (!account || canReach(account, folder)) return { path: folder, handle: undefined, close: () => undefined }
  if (process.platform !== 'linux') {
    throw new StartRefused(
      `PostgreSQL runs as ${account.name}, who may not enter ${folder}; choose another folder with QUANSHU_DATA, or start as an ordinary user.`,
    )
  }
  const handle = openSync(folder, 'r')
  return { path: `/proc/self/fd/${descriptor}`, handle, close: () => closeSync(handle) }
}

/**
 * The programs, copied out of a closed folder when the account could not start them where they are.
 * @param scratch where `findBinaries` may have put library names
 */
export async function reachableBinaries(
  account: Account | undefined,
  binaries: Binaries,
  scratch: string,
): Promise<Binaries> {
  const needsScratch = Object.keys(binaries.env).length > 0
  if (!account || (canReach(account, join(binaries.root, 'bin')) && !(needsScratch && !canReach(account, scratch)))) {
    return binaries
  }
  const version = createHash('sha256').update(binaries.root).digest('hex').slice(0, 12)
  const root = join(SHARED_PROGRAMS, `postgres-${POSTGRES_MAJOR}-${version}`, 'native')
  if (!existsSync(root)) copyPrograms(binaries.root, root)
  if (lstatSync(root).uid !== 0) throw new StartRefused(`${root} does not belong to root; remove it.`)
  return {
    root,
    initdb: join(root, 'bin', basename(binaries.initdb)),
    postgres: join(root, 'bin', basename(binaries.postgres)),
    env: await linkLibraries(root, scratch),
  }
}

function copyPrograms(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
  const unfinished = `${to}.${process.pid}`
  try {
    cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true })
    renameSync(unfinished, to)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(to)) throw new StartRefused(`Cannot copy PostgreSQL to ${to}: ${(error as Error).message}.`)
  }
}
