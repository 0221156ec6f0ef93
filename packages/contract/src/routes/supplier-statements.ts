import { z } from 'zod'
import { route } from '../route.ts'
import { idParam, requiredText, text } from '../schemas.ts'
import { reconciliationCaseView } from './reconciliation.ts'

const column = text(60)
const words = z.array(requiredText(30)).max(30)

/** How a supplier's file calls its columns ('' where there is none), and what its words mean. */
export const statementMap = z
  .object({
    columns: z.object({
      /** Our number of the purchase. */
      no: column,
      /** The supplier's. */
      remoteNo: column,
      amount: requiredText(60),
      /** What of the amount was given back. */
      refunded: column,
      state: column,
      /** Tells deposits and credits from purchases. */
      type: column,
      at: requiredText(60),
      /** What each amount is in; where the cell is empty, and without the column, `currency` says. */
      currency: column.default(''),
    }),
    /** Other money than yuan is turned into it at the rates of the supplier’s account, and kept as it was billed. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('CNY'),
    words: z.object({ done: words, pending: words, failed: words, deposit: words, credit: words }),
  })
  .refine(({ columns }) => columns.no !== '' || columns.remoteNo !== '', {
    error: 'reconciliation.statement_without_number',
    path: ['columns', 'no'],
  })
export type StatementMap = z.output<typeof statementMap>

const ofSupplier = z.object({ supplierId: idParam })
const write = { kind: 'staff', permission: 'finance.reconcile' } as const

export const supplierStatementRoutes = {
  readMap: route({
    id: 'reconciliation.readStatementMap',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/statement-map',
    summary: 'How the columns of a supplier’s statement are called; null before anybody said',
    access: { kind: 'staff', permission: 'finance.read' },
    params: ofSupplier,
    response: z.object({
      map: statementMap.nullable(),
      /** Of other money, that the shop has a rate of for this supplier; its own first. */
      currencies: z.array(z.string()),
    }),
  }),
  saveMap: route({
    id: 'reconciliation.saveStatementMap',
    method: 'PUT',
    path: '/api/console/suppliers/:supplierId/statement-map',
    summary: 'Remember how the columns of a supplier’s statement are called',
    access: write,
    params: ofSupplier,
    body: statementMap,
    response: z.object({ map: statementMap }),
  }),
  preview: route({
    id: 'reconciliation.previewStatement',
    method: 'PUT',
    path: '/api/console/suppliers/:supplierId/statement-preview',
    summary: 'The first rows of a csv or xlsx file, to name its columns by; nothing is kept',
    access: write,
    params: ofSupplier,
    bodyKind: 'raw',
    bodyLimitBytes: 64 * 1024 * 1024,
    response: z.object({ rows: z.array(z.array(z.string())) }),
  }),
  claim: route({
    id: 'reconciliation.claimCase',
    method: 'POST',
    path: '/api/console/reconciliation/cases/:id/claim',
    summary:
      'The books follow the supplier, and what it took too much is claimed from it: granted, the claim becomes a credit',
    access: write,
    params: z.object({ id: idParam }),
    body: z.object({ note: requiredText(500) }),
    response: reconciliationCaseView,
  }),
} as const
