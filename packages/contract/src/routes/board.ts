import { z } from 'zod'
import { route } from '../route.ts'
import { fen, id, instant } from '../schemas.ts'

export const boardRoutes = {
  board: route({
    id: 'orders.board',
    method: 'GET',
    path: '/api/console/board',
    summary: 'Today at a glance, with the last 14 days beside it',
    access: { kind: 'staff', permission: 'board.read' },
    response: z.object({
      now: instant,
      today: z.object({
        orders: z.int(),
        paidOrders: z.int(),
        salesFen: fen,
        piecesDelivered: z.int(),
        refundsFen: fen,
        buyers: z.int(),
      }),
      yesterday: z.object({ orders: z.int(), paidOrders: z.int(), salesFen: fen, piecesDelivered: z.int() }),
      exceptions: z.int(),
      pendingOrders: z.int(),
      failedJobs: z.int(),
      /** Median and 99th percentile from payment to delivery today, milliseconds. */
      deliveryMs: z.object({ p50: z.int().nullable(), p99: z.int().nullable() }),
      days: z.array(z.object({ day: z.string(), orders: z.int(), salesFen: fen, pieces: z.int() })),
      hours: z.array(z.object({ hour: z.int(), orders: z.int(), salesFen: fen })),
      lowStock: z.array(
        z.object({ skuId: id, goodsId: id, title: z.string(), available: z.int(), threshold: z.int() }),
      ),
      top: z.array(z.object({ goodsId: id, title: z.string(), pieces: z.int(), salesFen: fen })),
    }),
  }),
} as const
