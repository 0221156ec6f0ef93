import { strayRoutes as routes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { askStrays, handleFlood, handleStrays } from './handle-strays.ts'
import { listStrays } from './list-strays.ts'

export function strayRoutes({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(routes.list, ({ ctx, query }) => db.read(ctx, (tx) => listStrays(tx, query))),
    handle(routes.ask, ({ ctx, body }) => db.write(ctx, async (tx) => ({ asked: await askStrays(tx, body.ids) }))),
    handle(routes.handle, ({ ctx, body, session }) =>
      db.write(ctx, async (tx) => ({ handled: await handleStrays(tx, body.ids, body.note, session.name) })),
    ),
    handle(routes.handleFlood, ({ ctx, params, body, session }) =>
      db.write(ctx, async (tx) => ({
        handled: (await handleFlood(tx, params.floodId, body.note, session.name)) ? 1 : 0,
      })),
    ),
  ]
}
