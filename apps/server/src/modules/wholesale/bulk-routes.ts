import { buffer as bytesOf } from 'node:stream/consumers'
import {
  BULK_LINES_MAX,
  commonErrors,
  wholesaleBulkBody,
  wholesaleBulkRoutes,
  wholesaleErrors,
} from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { cancelBulk } from './commands/cancel-bulk.ts'
import { placeBulk } from './commands/place-bulk.ts'
import { bulkLines, readBulk } from './queries/bulks.ts'
import { bodyOf, type Serve } from './serve.ts'

/** Thousands of pieces in one call: taken as a whole at once, ordered line after line by the worker of bulk orders. */
export function bulkRoutes(platform: Platform, serve: Serve): readonly BoundRoute[] {
  const api = wholesaleBulkRoutes
  return [
    handle(api.place, async ({ raw, body, ctx }) => {
      const bytes = await bytesOf(body.stream)
      return await serve(raw, api.place, 'order', { body: bytes }, async (key, said) => {
        // A million empty lines would be a million lines of faults.
        if (linesOf(said) > BULK_LINES_MAX) throw wholesaleErrors.tooManyLines({ limit: BULK_LINES_MAX })
        const input = bodyOf(wholesaleBulkBody, said, ctx.locale)
        await placeBulk(platform, key, input, ctx.locale)
        // It is taken by now: whatever goes wrong from here on must not sound as if it were not.
        return await readBulk(platform, key, input.outerNo).catch((error: unknown) => {
          platform.log.error({ err: error, tenantId: key.tenantId }, 'a bulk order of another shop could not be told')
          throw commonErrors.interrupted()
        })
      })
    }),
    handle(api.get, ({ raw, params }) =>
      serve(raw, api.get, 'order', params, (key) => readBulk(platform, key, params.outerNo)),
    ),
    handle(api.lines, ({ raw, params, query }) =>
      serve(raw, api.lines, 'order', params, (key) => bulkLines(platform, key, { ...params, ...query }, raw.ip)),
    ),
    handle(api.cancel, async ({ raw, body, params }) => {
      const bytes = await bytesOf(body.stream)
      return await serve(raw, api.cancel, 'order', { body: bytes, ...params }, (key) =>
        cancelBulk(platform, key, params.outerNo),
      )
    }),
  ]
}

const linesOf = (said: unknown): number =>
  typeof said === 'object' && said !== null && 'lines' in said && Array.isArray(said.lines) ? said.lines.length : 0
