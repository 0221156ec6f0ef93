import type { Diary, TopUpNote } from '../diary.ts'
import type { OrderFact, ShopFacts } from './facts.ts'
import { groupedBy, sumOf, type Violation } from './violation.ts'

/** No fen unexplained: the gateway's books, receipts, orders, refunds, purses and the ledger tell one story. */
export function judgeMoney(diary: Diary, shop: ShopFacts): readonly Violation[] {
  return [
    ...judgeTrades(shop),
    ...judgePaid(shop),
    ...judgeSourceRefunds(shop),
    ...judgeAsked(diary, shop),
    ...judgeGatewayAccount(shop),
    ...judgePurses(diary, shop),
  ]
}

/** Every trade of the gateway is one receipt and the other way round; its notice was acknowledged. */
function judgeTrades(shop: ShopFacts): readonly Violation[] {
  const found: Violation[] = []
  const receipts = groupedBy(
    shop.receipts.filter(({ gateway }) => gateway === 'sim-pay'),
    ({ tradeNo }) => tradeNo,
  )
  for (const { tradeNo, outTradeNo, amount } of shop.gateway.trades) {
    const [receipt, second] = receipts.get(tradeNo) ?? []
    const about = `trade ${tradeNo} of order ${outTradeNo} in ${shop.slug}`
    if (!receipt)
      found.push({ rule: 'money that was taken is received', about, told: `${amount} fen without a receipt` })
    else if (second) found.push({ rule: 'money is received once', about, told: 'two receipts' })
    else if (receipt.amountFen !== amount || String(receipt.orderNo) !== outTradeNo) {
      const told = `receipt of ${receipt.amountFen} fen for order ${receipt.orderNo}, taken ${amount}`
      found.push({ rule: 'a receipt says what was taken', about, told })
    }
  }
  const trades = new Set(shop.gateway.trades.map(({ tradeNo }) => tradeNo))
  for (const tradeNo of receipts.keys()) {
    if (trades.has(tradeNo)) continue
    found.push({ rule: 'nothing is received that nobody paid', about: `receipt ${tradeNo} in ${shop.slug}`, told: '' })
  }
  for (const { tradeNo, outTradeNo, acknowledged } of shop.gateway.notices) {
    if (acknowledged) continue
    const about = `trade ${tradeNo} of order ${outTradeNo} in ${shop.slug}`
    found.push({ rule: 'every true notice is acknowledged in the end', about, told: 'the gateway gave up' })
  }
  return found
}

const PAID_STATES: readonly OrderFact['state'][] = ['paid', 'delivered', 'refunded']

/** An order is paid exactly when one receipt of its whole amount was applied to it. */
function judgePaid(shop: ShopFacts): readonly Violation[] {
  const applied = groupedBy(
    shop.receipts.filter(({ state }) => state === 'applied'),
    ({ orderNo }) => orderNo,
  )
  const refunds = groupedBy(
    shop.refunds.filter(({ state, lineNo }) => state === 'done' && lineNo !== null),
    ({ orderNo }) => orderNo,
  )
  return shop.orders.flatMap((order) => {
    const about = `order ${order.no} in ${shop.slug}`
    const found: Violation[] = []
    const received = sumOf(applied.get(order.no) ?? [], ({ amountFen }) => amountFen)
    const due = PAID_STATES.includes(order.state) ? order.totalFen : 0
    if (received !== due || order.paidFen !== due) {
      const told = `${order.state}, ${received} fen applied, ${order.paidFen} booked as paid, ${due} due`
      found.push({ rule: 'an order is paid by what was received', about, told })
    }
    const refunded = sumOf(refunds.get(order.no) ?? [], ({ amountFen }) => amountFen)
    if (refunded !== order.refundedFen) {
      const told = `${refunded} fen refunded, ${order.refundedFen} booked`
      found.push({ rule: 'an order says what was refunded', about, told })
    }
    return found
  })
}

/** A refund to the source is done here exactly when the gateway made it, for the same amount, once. */
function judgeSourceRefunds(shop: ShopFacts): readonly Violation[] {
  const found: Violation[] = []
  const made = groupedBy(shop.gateway.refunds, ({ outRefundNo }) => outRefundNo)
  const known = new Set<string>()
  for (const refund of shop.refunds) {
    if (refund.target !== 'source') continue
    const number = `${refund.orderNo}R${refund.id}`
    known.add(number)
    const [there] = made.get(number) ?? []
    const about = `refund ${number} in ${shop.slug}`
    if (refund.state !== 'done' && refund.state !== 'failed') {
      found.push({ rule: 'every refund ends', about, told: `still ${refund.state}` })
    }
    if ((refund.state === 'done') !== (there?.status === 'SUCCESS')) {
      const told = `${refund.state} here, ${there?.status ?? 'unknown'} at the gateway`
      found.push({ rule: 'a refund is what the gateway says', about, told })
    } else if (there?.status === 'SUCCESS' && there.amount !== refund.amountFen) {
      found.push({
        rule: 'a refund is what the gateway says',
        about,
        told: `${refund.amountFen} here, ${there.amount} there`,
      })
    }
  }
  for (const number of made.keys()) {
    if (known.has(number)) continue
    found.push({
      rule: 'no refund comes from nowhere',
      about: `refund ${number} in ${shop.slug}`,
      told: 'not in our books',
    })
  }
  return found
}

/** A refund or replacement that was acknowledged is in the books; one that nobody asked for is not. */
function judgeAsked(diary: Diary, shop: ShopFacts): readonly Violation[] {
  const found: Violation[] = []
  const refunded = groupedBy(shop.refunds, ({ orderNo }) => orderNo)
  const asked = new Set(diary.refunds.filter((note) => note.shop === shop.slug).map(({ no }) => no))
  for (const { no, outcome, shop: slug } of diary.refunds) {
    if (slug !== shop.slug || outcome !== 'ok' || refunded.has(no)) continue
    found.push({
      rule: 'an acknowledged refund exists',
      about: `order ${no} in ${slug}`,
      told: 'no refund in the books',
    })
  }
  for (const { orderNo, requestedBy, id } of shop.refunds) {
    if (requestedBy === 'system' || asked.has(orderNo)) continue
    const about = `refund ${id} of order ${orderNo} in ${shop.slug}`
    found.push({ rule: 'nobody is refunded unasked', about, told: `by ${requestedBy}` })
  }
  const grants = new Map(shop.grants.map((grant) => [grant.id, grant]))
  for (const { no, grantId, outcome, shop: slug } of diary.replacements) {
    if (slug !== shop.slug || outcome !== 'ok') continue
    const old = grants.get(grantId)
    const next = shop.grants.some(
      ({ orderNo, lineNo, piece, turn }) =>
        orderNo === no && lineNo === old?.lineNo && piece === old.piece && turn === old.turn + 1,
    )
    if (old?.state === 'revoked' && next) continue
    const about = `grant ${grantId} of order ${no} in ${slug}`
    found.push({ rule: 'an acknowledged replacement exists', about, told: `the old one is ${old?.state ?? 'gone'}` })
  }
  return found
}

/** What the ledger says the gateway owes is what the gateway's books say. */
function judgeGatewayAccount(shop: ShopFacts): readonly Violation[] {
  const { trades, refunds } = shop.gateway
  const taken = sumOf(trades, ({ amount }) => amount)
  const given = sumOf(refunds, ({ status, amount }) => (status === 'SUCCESS' ? amount : 0))
  if (-shop.gatewayBalance === taken - given) return []
  const told = `the ledger has ${-shop.gatewayBalance} fen, the gateway ${taken} taken and ${given} given back`
  return [{ rule: 'the ledger agrees with the gateway', about: `account of the gateway in ${shop.slug}`, told }]
}

/** A purse holds what was put in, less what was spent, plus what came back; and the member was told so. */
function judgePurses(diary: Diary, shop: ShopFacts): readonly Violation[] {
  const memberOf = new Map(shop.orders.map(({ no, memberId }) => [no, memberId]))
  const notes = groupedBy(
    diary.topUps.filter((note) => note.shop === shop.slug),
    ({ memberId }) => memberId,
  )
  const spent = groupedBy(
    shop.receipts.filter(({ gateway }) => gateway === 'balance'),
    ({ orderNo }) => memberOf.get(orderNo),
  )
  const returned = groupedBy(
    shop.refunds.filter(({ target, state }) => target === 'balance' && state === 'done'),
    ({ orderNo }) => memberOf.get(orderNo),
  )
  return [...notes].flatMap(([memberId, topUps]) => {
    const about = `member ${memberId} of ${shop.slug}`
    const balance = shop.purses.find((purse) => purse.memberId === memberId)?.balance ?? 0
    const moved =
      sumOf(returned.get(memberId) ?? [], ({ amountFen }) => amountFen) -
      sumOf(spent.get(memberId) ?? [], ({ amountFen }) => amountFen)
    const found: Violation[] = []
    if (!possibleSums(topUps).has(balance - moved)) {
      const told = `${balance} fen in the purse, ${moved} moved by orders, ${[...possibleSums(topUps)].join(' or ')} put in`
      found.push({ rule: 'a purse holds what was put in and not spent', about, told })
    }
    const said = shop.toldBalances.get(memberId)
    if (said !== undefined && said !== balance) {
      found.push({ rule: 'a member is told the balance there is', about, told: `told ${said}, there are ${balance}` })
    }
    return found
  })
}

/** With and without each of those of which nobody could say what became of them. */
function possibleSums(topUps: readonly TopUpNote[]): ReadonlySet<number> {
  let sums = new Set([0])
  for (const { amountFen, outcome, wasUncertain } of topUps) {
    const isOpen = outcome !== 'ok' && wasUncertain
    if (outcome !== 'ok' && !isOpen) continue
    sums = new Set([...sums].flatMap((sum) => (isOpen ? [sum, sum + amountFen] : [sum + amountFen])))
  }
  return sums
}
