import type { SupplierAdapter, SupplierProduct } from '../../src/modules/suppliers/index.ts'

/**
 * A supplier inside the test: keeps its own book of what it sold under which number, and behaves as it is told. What it
 * says and what it did are two things, which is the point.
 */
export type Script =
  /** Done in the answer. */
  | 'done'
  /** Taken, and done when asked for the `after`th time. */
  | { readonly accept: number }
  | { readonly refuse: 'stock' | 'price' | 'account' | 'limit' | 'supplier' | 'product' }
  /** Not reached at all. */
  | 'unreachable'
  /** Bought, and the line is cut. */
  | 'cut_after'
  /** Not bought, and the line is cut. */
  | 'cut_before'
  /** Taken, and failed when asked. */
  | 'fail_later'
  /** Of the pieces so many arrive. */
  | { readonly partial: number }
  /** Bought; not found for so many questions. */
  | { readonly hidden: number }
  /** Never answers. */
  | 'hang'

type Sale = { quantity: number; arrived: number; asked: number; state: 'accepted' | 'done' | 'failed'; script: Script }

export function scriptedSupplier(id: string, product: Partial<SupplierProduct> = {}) {
  const sales = new Map<string, Sale>()
  const calls: { readonly what: 'place' | 'ask' | 'balance' | 'cancel'; readonly no: string }[] = []
  const state = {
    /** By the account that is topped up; else `usual`. */
    scripts: new Map<string, Script>(),
    usual: 'done' as Script,
    /** What it answers when an order is to be taken back; cancelled, it is taken off its book. */
    cancel: 'cancelled' as 'cancelled' | 'says_cancelled' | 'too_late' | 'refused' | 'unknown',
    /** Awaited while it takes an order back. */
    beforeCancel: (): Promise<unknown> => Promise.resolve(),
    isDown: false,
    product: {
      remoteId: 'VIP1',
      name: '会员月卡直充',
      kind: 'direct',
      faceHao: 300_000,
      costHao: 100_000,
      currency: 'CNY',
      stock: null,
      minQuantity: 1,
      maxQuantity: null,
      onSale: true,
      fields: [
        {
          key: 'account',
          labelZh: '充值账号',
          labelEn: 'Account',
          type: 'text',
          required: true,
          hintZh: '',
          hintEn: '',
          confirmTwice: true,
        },
      ],
      ...product,
    } as SupplierProduct,
  }
  const cut = { kind: 'unknown', reason: 'connection cut' } as const
  const unreachable = {
    kind: 'refused',
    code: 'not_reached',
    message: 'connection refused',
    about: 'supplier',
  } as const
  const hang = () => new Promise<typeof cut>((resolve) => setTimeout(() => resolve(cut), 3_000))
  const costOf = (pieces: number) => state.product.costHao * pieces

  const adapter: SupplierAdapter = {
    id,
    name: { zh: id, en: id },
    baseUrl: 'http://127.0.0.1:9',
    identityName: { zh: '账号', en: 'Account' },
    fields: [{ key: 'key', name: { zh: '密钥', en: 'Key' }, secret: true, required: true }],
    capabilities: {
      products: true,
      stock: true,
      templates: true,
      cancel: true,
      callback: true,
      balance: true,
      statement: false,
      priceGuard: true,
      accountCheck: false,
      cardState: false,
    },
    perMinute: 60_000,
    concurrent: 64,
    notFoundIsFinalAfter: null,
    products: async () => ({ kind: 'done', value: { items: [state.product] } }),
    product: async () => ({ kind: 'done', value: state.product }),
    balance: async () => {
      calls.push({ what: 'balance', no: '' })
      return state.isDown ? unreachable : { kind: 'done', value: { hao: 100_000_000, currency: 'CNY' } }
    },
    async place(_outbound, _account, { no, quantity, fields, ceilingHao }) {
      calls.push({ what: 'place', no })
      if (state.isDown) return unreachable
      const script = state.scripts.get(fields.account ?? '') ?? state.usual
      if (state.product.costHao > ceilingHao) return { kind: 'refused', code: 'P1', message: '涨价', about: 'price' }
      if (script === 'unreachable') return unreachable
      if (script === 'cut_before') return cut
      if (script === 'hang') return await hang()
      if (typeof script === 'object' && 'refuse' in script) {
        return { kind: 'refused', code: 'R1', message: '供应商的原话', about: script.refuse }
      }
      if (sales.has(no)) throw new Error(`${no} was bought twice`)
      const sale: Sale = { quantity, arrived: quantity, asked: 0, state: 'done', script }
      sales.set(no, sale)
      if (script === 'cut_after' || (typeof script === 'object' && 'hidden' in script)) return cut
      if (typeof script === 'object' && 'partial' in script) {
        sale.arrived = script.partial
        return {
          kind: 'done',
          order: {
            state: 'partial',
            remoteNo: `R${no}`,
            arrived: script.partial,
            cards: [],
            costHao: costOf(script.partial),
            message: '部分成功',
          },
        }
      }
      if (script === 'fail_later' || (typeof script === 'object' && 'accept' in script)) {
        sale.state = 'accepted'
        return { kind: 'done', order: { state: 'accepted', remoteNo: `R${no}`, costHao: null } }
      }
      return { kind: 'done', order: { state: 'done', remoteNo: `R${no}`, cards: [], costHao: costOf(quantity) } }
    },
    async ask(_outbound, _account, { no }) {
      calls.push({ what: 'ask', no })
      if (state.isDown) return cut
      const sale = sales.get(no)
      if (!sale) return { kind: 'not_found' }
      sale.asked += 1
      const { script } = sale
      if (typeof script === 'object' && 'hidden' in script && sale.asked <= script.hidden) return { kind: 'not_found' }
      if (script === 'fail_later') {
        sale.state = 'failed'
        sale.arrived = 0
        return {
          kind: 'done',
          order: { state: 'failed', remoteNo: `R${no}`, code: 'F1', message: '充值失败', about: 'supplier' },
        }
      }
      if (typeof script === 'object' && 'accept' in script && sale.asked < script.accept) {
        return { kind: 'done', order: { state: 'accepted', remoteNo: `R${no}`, costHao: null } }
      }
      sale.state = 'done'
      return { kind: 'done', order: { state: 'done', remoteNo: `R${no}`, cards: [], costHao: costOf(sale.quantity) } }
    },
    async cancel(_outbound, _account, { no }) {
      calls.push({ what: 'cancel', no })
      await state.beforeCancel()
      const sale = sales.get(no)
      if (state.cancel === 'unknown') return cut
      if (state.cancel === 'refused') return { kind: 'refused', code: 'C1', message: '不支持', about: 'other' }
      if (state.cancel === 'too_late') return { kind: 'done', value: 'too_late' }
      if (sale && state.cancel === 'cancelled') {
        sale.state = 'failed'
        sale.arrived = 0
        sale.script = 'fail_later'
      }
      return { kind: 'done', value: 'cancelled' }
    },
    verifyCallback: (_account, { body }) => {
      const told = JSON.parse(body.toString()) as { no: string; sign: string }
      return told.sign === 'good'
        ? { ok: true, about: 'order', no: told.no, claim: 'done' }
        : { ok: false, verdict: 'bad_signature' }
    },
    acknowledgement: { status: 200, contentType: 'text/plain', body: 'success' },
    rejection: { status: 200, contentType: 'text/plain', body: 'fail' },
  }
  return {
    adapter,
    state,
    calls,
    /** Numbers under which something arrived for an order, and how many pieces. */
    arrivedFor: (orderNo: number) =>
      [...sales].flatMap(([no, sale]) =>
        no.startsWith(String(orderNo)) && sale.state !== 'failed' ? [{ no, pieces: sale.arrived }] : [],
      ),
  }
}
