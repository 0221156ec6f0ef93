import { z } from 'zod'
import { route } from '../route.ts'
import { day, flag, id, idParam, instant, oneOrMore, pageOf, pageQuery, reason, text } from '../schemas.ts'
import { PAPER_BYTES_MAX, PAPER_KINDS, PAPER_MEDIA, PAPER_STATES } from '../supply.ts'

/** Contracts and licences of suppliers: kept as files, told of before they end. */

const own = { kind: 'staff', permission: 'workspace.supplier' } as const
const seeing = { kind: 'staff', permission: 'suppliers.read' } as const
const managing = { kind: 'staff', permission: 'suppliers.manage' } as const

export const paperView = z.object({
  id,
  /** The paper that it is a version of. */
  paperId: id,
  version: z.int(),
  kind: z.enum(PAPER_KINDS),
  title: z.string(),
  number: z.string(),
  validFrom: day.nullable(),
  validTo: day.nullable(),
  /** Days until the last one that it holds; below zero it has ended. Null: it does not end. */
  daysLeft: z.int().nullable(),
  state: z.enum(PAPER_STATES),
  fileName: z.string(),
  media: z.enum(PAPER_MEDIA),
  bytes: z.int(),
  keptAt: instant,
  decidedAt: instant.nullable(),
  reason: z.string(),
})
export type PaperView = z.output<typeof paperView>
export const paperForShop = paperView.extend({
  stopsBuying: z.boolean(),
  /** Whether the version before it stops buying, which the next one does too unless it is said otherwise. */
  stoppedBefore: z.boolean(),
  bySupplier: z.boolean(),
  keptBy: z.string(),
  decidedBy: z.string().nullable(),
})
export type PaperForShop = z.output<typeof paperForShop>

const ofSupplier = z.object({ supplierId: idParam })
const ofPaper = z.object({ paperId: idParam })
const facts = z.object({
  kind: z.enum(PAPER_KINDS).default('other'),
  /** Empty: as the file is called. */
  title: text(100).default(''),
  number: text(100).default(''),
  validFrom: day.optional(),
  validTo: day.optional(),
  /** Any version of the paper that this is the next of. */
  renews: idParam.optional(),
})

export const supplierPaperRoutes = {
  list: route({
    id: 'suppliers.listPapers',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/papers',
    summary: 'Contracts and licences of a supplier with all versions, what waits or ends first at the top',
    access: seeing,
    params: ofSupplier,
    query: pageQuery.extend({ state: oneOrMore(PAPER_STATES).optional() }),
    response: pageOf(paperForShop).extend({
      /** From this day on nothing is bought there. */
      stopsOn: day.nullable(),
      isStopped: z.boolean(),
    }),
  }),
  keep: route({
    id: 'suppliers.keepPaper',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/papers',
    summary: 'Keep a paper (pdf, png, jpg, up to 10 MB) as the raw body; judged by its content',
    access: managing,
    params: ofSupplier,
    /** Left out: as the version before. */
    query: facts.extend({ stopsBuying: flag.optional() }),
    bodyKind: 'raw',
    bodyLimitBytes: PAPER_BYTES_MAX,
    response: paperForShop,
  }),
  file: route({
    id: 'suppliers.exportPaper',
    method: 'GET',
    path: '/api/console/supplier-papers/:paperId/file',
    summary: 'The file of one version, as an attachment',
    access: seeing,
    params: ofPaper,
    response: z.string(),
    responseKind: 'file',
  }),
  decide: route({
    id: 'suppliers.decidePaper',
    method: 'POST',
    path: '/api/console/supplier-papers/:paperId/decide',
    summary: 'Accept or decline a paper that the supplier sent; accepted it takes the place of the version before',
    access: managing,
    params: ofPaper,
    /** `stopsBuying` left out: as the version before. */
    body: z.object({ accept: z.boolean(), stopsBuying: z.boolean().optional(), reason }),
    response: paperForShop,
  }),
  rule: route({
    id: 'suppliers.setPaperRule',
    method: 'POST',
    path: '/api/console/supplier-papers/:paperId/rule',
    summary: 'Whether nothing more is bought there once this paper has ended',
    access: managing,
    params: ofPaper,
    body: z.object({ stopsBuying: z.boolean(), reason }),
    response: paperForShop,
  }),
  end: route({
    id: 'suppliers.endPaper',
    method: 'POST',
    path: '/api/console/supplier-papers/:paperId/end',
    summary: 'A paper counts no longer; it stays in the list',
    access: managing,
    params: ofPaper,
    body: z.object({ reason }),
    response: paperForShop,
  }),
  listOwn: route({
    id: 'workspace.listPapers',
    method: 'GET',
    path: '/api/console/workspace/papers',
    summary: 'Papers of the own supplier',
    access: own,
    query: pageQuery,
    response: pageOf(paperView),
  }),
  offer: route({
    id: 'workspace.offerPaper',
    method: 'POST',
    path: '/api/console/workspace/papers',
    summary: 'Send a paper to the shop, as the raw body; it counts once the shop has accepted it',
    access: own,
    query: facts,
    bodyKind: 'raw',
    bodyLimitBytes: PAPER_BYTES_MAX,
    response: paperView,
  }),
  ownFile: route({
    id: 'workspace.exportPaper',
    method: 'GET',
    path: '/api/console/workspace/papers/:paperId/file',
    summary: 'The file of an own paper, as an attachment',
    access: own,
    params: ofPaper,
    response: z.string(),
    responseKind: 'file',
  }),
} as const
