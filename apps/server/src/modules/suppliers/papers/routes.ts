import { buffer as bytesOf } from 'node:stream/consumers'
import { supplierPaperRoutes as routes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import type { Schedule } from '../../../platform/jobs/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { mustExist } from '../money/standing.ts'
import {
  decidePaper,
  downloadPaper,
  endPaper,
  keepPaper,
  listPapers,
  paperFile,
  readPaper,
  setPaperRule,
} from './papers.ts'

/** The shop's side; what the supplier's own people do with papers is the workspace's. */
export const paperRoutes = ({ db }: Pick<Platform, 'db'>): readonly BoundRoute[] => [
  handle(routes.list, ({ ctx, params, query }) => db.read(ctx, (tx) => listPapers(tx, params.supplierId, query))),
  handle(routes.keep, async ({ ctx, session, params, query, body }) => {
    const { stopsBuying, ...facts } = query
    await db.read(ctx, (tx) => mustExist(tx, params.supplierId))
    const file = paperFile(await bytesOf(body.stream), body.fileName)
    const keeper = { name: session.name, isSupplier: false, stopsBuying }
    return await db.write(ctx, async (tx) => readPaper(tx, await keepPaper(tx, params.supplierId, facts, file, keeper)))
  }),
  handle(routes.file, ({ ctx, params }) => db.write(ctx, (tx) => downloadPaper(tx, params.paperId))),
  handle(routes.decide, ({ ctx, session, params, body }) =>
    db.write(ctx, (tx) => decidePaper(tx, params.paperId, body, session.name)),
  ),
  handle(routes.rule, ({ ctx, params, body }) =>
    db.write(ctx, (tx) => setPaperRule(tx, params.paperId, body.stopsBuying, body.reason)),
  ),
  handle(routes.end, ({ ctx, session, params, body }) =>
    db.write(ctx, (tx) => endPaper(tx, params.paperId, body.reason, session.name)),
  ),
]

const EVERY_MS = 10 * 60_000
const AT_ONCE_MAX = 500

/** Papers that end in thirty days, in seven, or have ended: somebody is told, and shelves follow. */
export const paperSchedule = ({ db }: Pick<Platform, 'db'>): Schedule => ({
  name: 'suppliers.papers',
  everyMs: EVERY_MS,
  run: async () => void (await db.callGlobal<number>('suppliers.tend_papers', AT_ONCE_MAX)),
})
