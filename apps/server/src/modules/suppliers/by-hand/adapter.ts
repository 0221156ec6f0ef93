import { WORKSPACE_ADAPTER } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type {
  AskOutcome,
  BoughtCard,
  PlaceOutcome,
  Refused,
  SupplierAccount,
  SupplierAdapter,
  SupplierField,
} from '../supplier.ts'

/** What `suppliers.task_of` says of a task. */
type TaskState = {
  readonly id: number
  readonly state: 'waiting' | 'accepted' | 'done' | 'refused' | 'expired' | 'withdrawn' | 'missed'
  readonly quantity: number
  readonly arrived: number
  readonly costHao: number
  readonly serial: string
  readonly note: string
  readonly about: Refused['about'] | ''
  /** Sealed; null where none are on their way. */
  readonly codes: string | null
}
type Placed = TaskState | { readonly refused: string; readonly about: Refused['about'] }

/** What the codes of a task are bound to while they wait for the vault. */
export const workCodesPlace = (taskId: number) => ({ table: 'suppliers.tasks', column: 'codes', row: String(taskId) })

const minutes = (key: string, zh: string, en: string, choices: readonly string[]): SupplierField => ({
  key,
  name: { zh, en },
  secret: false,
  required: true,
  choices,
})

/**
 * A supplier that has no interface: its own people work in the console. Placing writes a task under our number, in one commit;
 * asking reads it. So nothing is ever unknown for longer than a question: the database itself is the other side.
 */
export function byHandAdapter({ db, crypto }: Pick<Platform, 'db' | 'crypto'>): SupplierAdapter {
  async function outcomeOf(tenantId: TenantId, no: string, task: TaskState): Promise<PlaceOutcome> {
    const remoteNo = no
    const { state, quantity, arrived, costHao, serial, note } = task
    if (state === 'waiting' || state === 'accepted') {
      return { kind: 'done', order: { state: 'accepted', remoteNo, costHao: costHao * quantity } }
    }
    if (state !== 'done') {
      const about = task.about || 'other'
      return { kind: 'done', order: { state: 'failed', remoteNo, code: state, message: note, about } }
    }
    const cards = await codesOf(tenantId, task)
    const came = { remoteNo, cards, costHao: costHao * arrived }
    return arrived < quantity
      ? { kind: 'done', order: { ...came, state: 'partial', arrived, message: note } }
      : { kind: 'done', order: { ...came, state: 'done', ...(serial !== '' && { serial }) } }
  }

  async function codesOf(tenantId: TenantId, { id, codes }: TaskState): Promise<readonly BoughtCard[]> {
    if (codes === null) return []
    const plain = await crypto.decrypt(tenantId, workCodesPlace(id), Buffer.from(codes, 'base64'))
    return JSON.parse(plain) as readonly BoughtCard[]
  }

  return {
    id: WORKSPACE_ADAPTER,
    name: { zh: '人工供货（供应商工作台）', en: 'By hand, in the supplier’s workspace' },
    baseUrl: '',
    identityName: { zh: '对方编号', en: 'Their number' },
    byHand: true,
    fields: [
      minutes('acceptMinutes', '接单时限（分钟）', 'Minutes to accept', ['60', '15', '30', '120', '480', '1440']),
      minutes('workMinutes', '完成时限（分钟）', 'Minutes to deliver', [
        '240',
        '30',
        '60',
        '120',
        '480',
        '1440',
        '4320',
      ]),
      minutes('priceJump', '可自行调价幅度（%）', 'Percent a price may move alone', ['10', '1', '5', '20', '50']),
    ],
    capabilities: {
      products: false,
      stock: true,
      templates: false,
      cancel: true,
      callback: false,
      balance: false,
      statement: false,
      priceGuard: true,
      accountCheck: false,
      cardState: false,
    },
    perMinute: 6_000,
    concurrent: 16,
    notFoundIsFinalAfter: null,
    products: async () => ({ kind: 'done', value: { items: [] } }),
    product: async () => ({ kind: 'refused', code: 'by_hand', message: '', about: 'product' }),
    place: async (_outbound, account, { no }): Promise<PlaceOutcome> => {
      const { tenantId, supplierId } = placeOf(account)
      const placed = await db.call<Placed>(tenantId, 'suppliers.place_task', supplierId, no)
      if ('refused' in placed) return { kind: 'refused', code: placed.refused, message: '', about: placed.about }
      return await outcomeOf(tenantId, no, placed)
    },
    ask: async (_outbound, account, { no }): Promise<AskOutcome> => {
      const { tenantId, supplierId } = placeOf(account)
      const task = await db.call<TaskState | null>(tenantId, 'suppliers.task_of', supplierId, no)
      return task ? await outcomeOf(tenantId, no, task) : { kind: 'not_found' }
    },
    balance: async () => ({ kind: 'refused', code: 'by_hand', message: '', about: 'other' }),
    cancel: async (_outbound, account, { no }) => {
      const { tenantId, supplierId } = placeOf(account)
      const task = await db.call<TaskState | null>(tenantId, 'suppliers.task_of', supplierId, no)
      const taken =
        task && (await db.call<{ ok: boolean; state: string } | null>(tenantId, 'suppliers.withdraw_task', task.id, ''))
      // Taken back before, and the answer was lost.
      const isBack = taken?.ok === true || taken?.state === 'withdrawn'
      return { kind: 'done', value: isBack ? 'cancelled' : 'too_late' }
    },
    verifyCallback: () => ({ ok: false, verdict: 'malformed' }),
    acknowledgement: { status: 200, contentType: 'text/plain', body: 'ok' },
    rejection: { status: 404, contentType: 'text/plain', body: 'not found' },
  }
}

function placeOf({ place }: SupplierAccount) {
  if (!place) throw new Error('a supplier in the house was asked without saying which')
  return place
}
