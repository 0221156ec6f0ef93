import { LINE_STATES, ORDER_STATES } from '@quanshu/contract'
import { describe, expect, it } from 'vitest'
import type { OrderLine } from '../../shared/api/types.ts'
import { situationOf } from './situation.ts'

const line = (state: OrderLine['state']): OrderLine => ({
  lineNo: 1,
  kind: 'card',
  supply: null,
  formFields: [],
  service: null,
  skuId: 1,
  goodsId: 1,
  goodsTitle: '会员',
  skuTitle: '月卡',
  pictureUrl: null,
  quantity: 1,
  unitPriceFen: 1_990,
  unitPoints: 0,
  amountFen: 1_990,
  state,
  deliveredQuantity: 0,
  bundleNo: null,
  creditPoints: 0,
  heldBack: false,
  pickedNumber: null,
  form: {},
  laterDays: null,
  activation: null,
  guide: null,
  codes: null,
  moreCodes: 0,
  madeGoodPoints: null,
  lock: null,
})

describe('what the buyer is told', () => {
  it('never calls an order delivered while a line is an exception', () => {
    for (const state of ['paid', 'delivered'] as const) {
      expect(situationOf({ state, canSeeCodes: true, recharge: null, lines: [line('exception')] })).toBe('exception')
      expect(
        situationOf({ state, canSeeCodes: true, recharge: null, lines: [line('delivered'), line('exception')] }),
      ).toBe('partial')
    }
  })

  it('says that codes are there but locked to whoever knows the number only', () => {
    const order = { state: 'delivered' as const, recharge: null, lines: [line('delivered')] }
    expect(situationOf({ ...order, canSeeCodes: false })).toBe('deliveredLocked')
    expect(situationOf({ ...order, canSeeCodes: true })).toBe('delivered')
  })

  it('says that codes are kept to their device or member when none of them opens here', () => {
    const kept = { ...line('delivered'), deliveredQuantity: 1, lock: { by: 'device', way: 'code' } as const }
    const open = { ...line('delivered'), deliveredQuantity: 1 }
    const order = { state: 'delivered' as const, recharge: null, canSeeCodes: true }
    expect(situationOf({ ...order, lines: [kept] })).toBe('deliveredBound')
    expect(situationOf({ ...order, lines: [kept, open] })).toBe('delivered')
  })

  it('waits for its buyer only while that may still be activated', () => {
    const kept = (state: NonNullable<OrderLine['activation']>['state'], of: OrderLine['state'] = 'dormant') => ({
      ...line(of),
      kind: 'topup' as const,
      activation: { state, endsAt: '', closedAt: null, by: null, mayReturn: false, onHold: null },
    })
    const order = { state: 'paid' as const, recharge: null, canSeeCodes: true }
    expect(situationOf({ ...order, lines: [kept('open')] })).toBe('toActivate')
    const held = { ...kept('open'), activation: { ...kept('open').activation, onHold: 'dispute' as const } }
    expect(situationOf({ ...order, lines: [held] })).toBe('activationHeld')
    expect(situationOf({ ...order, lines: [held, kept('open')] })).toBe('toActivate')
    expect(situationOf({ ...order, lines: [kept('lapsed')] })).toBe('lapsed')
    expect(situationOf({ ...order, state: 'delivered', lines: [kept('lapsed', 'delivered')] })).toBe('lapsed')
    expect(situationOf({ ...order, state: 'delivered', lines: [kept('activated', 'delivered')] })).toBe('toppedUp')
    expect(situationOf({ ...order, lines: [kept('activated', 'supplying')] })).toBe('toppingUp')
  })

  it('calls a recharge done, or being refunded, and nothing else once it is paid', () => {
    const told = LINE_STATES.map((state) =>
      situationOf({
        state: 'delivered',
        canSeeCodes: true,
        lines: [],
        recharge: { creditFen: 110, bonusFen: 10, state },
      }),
    )
    expect(new Set(told)).toEqual(new Set(['delivered', 'refunding']))
  })

  it('says that a top-up is under way, and in the end that it arrived, with nothing to unlock', () => {
    const topUp = (state: OrderLine['state']) => ({ ...line(state), kind: 'topup' as const })
    const order = { canSeeCodes: false, recharge: null }
    expect(situationOf({ ...order, state: 'paid', lines: [topUp('supplying')] })).toBe('toppingUp')
    expect(situationOf({ ...order, state: 'paid', lines: [line('delivered'), topUp('supplying')] })).toBe('toppingUp')
    expect(situationOf({ ...order, state: 'delivered', lines: [topUp('delivered')] })).toBe('toppedUp')
    expect(situationOf({ ...order, state: 'paid', lines: [line('supplying')] })).toBe('fetching')
    expect(situationOf({ ...order, state: 'delivered', lines: [line('delivered'), topUp('delivered')] })).toBe(
      'deliveredLocked',
    )
  })

  it('says of a service that a person has it, that the buyer is asked, and that it is done', () => {
    const order = { canSeeCodes: true, recharge: null }
    const served = (state: OrderLine['state'], at: NonNullable<OrderLine['service']>['state']): OrderLine => ({
      ...line(state),
      kind: 'service',
      service: {
        state: at,
        since: '2026-11-22T09:30:00+08:00',
        dueAt: null,
        isOverdue: false,
        usuallySeconds: null,
        slowSeconds: null,
        question: null,
        questionFields: [],
        endedAt: null,
        proof: '',
        pictures: [],
        mayCancel: false,
      },
    })
    expect(situationOf({ ...order, state: 'paid', lines: [served('supplying', 'waiting')] })).toBe('working')
    expect(situationOf({ ...order, state: 'paid', lines: [served('supplying', 'asking')] })).toBe('asking')
    expect(situationOf({ ...order, state: 'delivered', lines: [served('delivered', 'done')] })).toBe('served')
    expect(situationOf({ ...order, state: 'paid', lines: [served('exception', 'rejected')] })).toBe('exception')
  })

  it('has an answer for every order and line state', () => {
    for (const state of ORDER_STATES) {
      for (const lineState of LINE_STATES) {
        expect(situationOf({ state, canSeeCodes: true, recharge: null, lines: [line(lineState)] })).toBeTypeOf('string')
      }
    }
  })
})
