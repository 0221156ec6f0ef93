import { commonErrors } from '@quanshu/contract'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { readPictureFile } from '../queries/pictures.ts'

type Served = { readonly content: Buffer; readonly hash: string }

const BYTES_MAX = 64 * 1024 * 1024
const YEAR_SECONDS = 365 * 24 * 3600

/**
 * Reads pictures through a memory of 64 MB that forgets what was asked for longest ago. A picture's id never means
 * other bytes, so nothing in it gets stale; a deleted one is served until it is forgotten.
 */
export function createPictureShelf(platform: Pick<Platform, 'db'>) {
  const shelf = new Map<string, Served>()
  let bytes = 0

  function keep(key: string, file: Served): void {
    if (shelf.has(key)) return
    shelf.set(key, file)
    bytes += file.content.length
    for (const [oldest, { content }] of shelf) {
      if (bytes <= BYTES_MAX) return
      shelf.delete(oldest)
      bytes -= content.length
    }
  }

  /** @throws common.not_found */
  return async (ctx: Ctx, id: number, width: number | undefined): Promise<Served> => {
    const key = `${ctx.tenantId} ${id} ${width ?? ''}`
    const known = shelf.get(key)
    if (known) {
      // To the young end of the map.
      shelf.delete(key)
      shelf.set(key, known)
      return known
    }
    const file = await platform.db.read(ctx, (tx) => readPictureFile(tx, id, width))
    if (!file) throw commonErrors.notFound()
    keep(key, file)
    return file
  }
}

/** For ever when the address names the content; else for five minutes, then asked again by ETag. */
export function cacheControl(version: string | undefined, hash: string): string {
  return version !== undefined && hash.startsWith(version)
    ? `public, max-age=${YEAR_SECONDS}, immutable`
    : 'public, max-age=300'
}
