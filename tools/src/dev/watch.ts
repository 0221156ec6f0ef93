import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './child.ts'

const FOLDERS = ['apps/server/src', 'packages', 'sim/src', 'db']
const IGNORED = /\.test\.ts$|\.md$|node_modules|schema\.sql$/
/** An editor's "save all" is one change. */
const QUIET_MS = 200

/** Calls `onChange` with the last changed path when the server's sources were quiet for a moment after a change. */
export function watchSources(onChange: (path: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const watchers = FOLDERS.map(
    (folder): FSWatcher =>
      watch(join(ROOT, folder), { recursive: true }, (_, name) => {
        if (name === null || IGNORED.test(name)) return
        clearTimeout(timer)
        timer = setTimeout(() => onChange(join(folder, name)), QUIET_MS)
      }),
  )
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
