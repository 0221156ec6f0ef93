import type { Figure } from './report.ts'
import type { Shop } from './shop.ts'
import type { System } from './system.ts'

/** What a case gets to work with. */
export type Bench = {
  readonly system: System
  readonly size: Size
  /** The shop of 20 SKUs that most cases buy in; opened by the first that asks. */
  readonly shop: () => Promise<Shop>
}

/** How much a run does. */
export type Size = {
  /** Codes of each of the 20 SKUs. */
  readonly piecesEach: number
  readonly orders: { readonly warmMs: number; readonly measureMs: number }
  readonly notices: { readonly seconds: number }
  /** Of each gateway. */
  readonly gatewayNotices: number
  readonly flash: { readonly buyers: number; readonly pieces: number }
  readonly pages: { readonly warmMs: number; readonly measureMs: number }
  readonly importLines: number
  /** Of a gateway's daily bill. */
  readonly billLines: number
  readonly bigOrder: number
  /** Of a bulk order's file. */
  readonly bulkLines: number
  readonly growth: {
    readonly orders: number
    readonly cards: number
    /** For sale now, of each of 20 SKUs. */
    readonly piecesEach: number
    /** Each of the turns. */
    readonly measure: { readonly warmMs: number; readonly measureMs: number }
  }
  readonly audit: {
    readonly orders: number
    readonly cards: number
    /** The day before the nightly audit sells for so long, as fast as it can. */
    readonly dayMs: number
    /** How long buyers are measured, alone and beside. */
    readonly seconds: number
  }
  /** Order lines of a year that is reported on. */
  readonly reportLines: number
  /** Orders that are paid at once, and for how long they are paid at a steady rate. */
  readonly supply: { readonly orders: number; readonly seconds: number }
  /** How long others are measured alone, and how long the supplier hangs. */
  readonly down: { readonly beforeSeconds: number; readonly downSeconds: number }
  readonly jobs: number
  readonly neighbour: { readonly seconds: number }
}

export type Case = {
  /** The word for `--only`. */
  readonly name: string
  readonly run: (bench: Bench) => Promise<readonly Figure[]>
}
