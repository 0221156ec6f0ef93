import { beijingTime, escapeHtml } from '../pages.ts'
import type { Payment } from './books.ts'

export type Language = 'zh' | 'en'

export const texts = {
  zh: {
    name: '仿真支付',
    demo: '演示环境：不连接任何银行，不产生真实扣款',
    payee: '收款方',
    order: '订单号',
    subject: '商品',
    left: '剩余支付时间',
    method: '付款方式',
    balance: '仿真余额',
    balanceHint: '余额充足',
    pay: '确认支付',
    cancel: '暂不支付，返回商家',
    paid: '支付成功',
    closed: '订单已关闭',
    closedHint: '订单超过支付时间或已被商家关闭，没有扣款',
    trade: '交易号',
    time: '支付时间',
    back: '返回商家',
    backSoon: '即将返回商家',
    missing: '没有找到这笔支付，请从商家页面重新发起',
    other: 'English',
  },
  en: {
    name: 'Sim Pay',
    demo: 'Demonstration: no bank is connected and no money moves',
    payee: 'Payee',
    order: 'Order',
    subject: 'Goods',
    left: 'Time left to pay',
    method: 'Pay with',
    balance: 'Sim balance',
    balanceHint: 'Enough funds',
    pay: 'Pay',
    cancel: 'Not now, back to the shop',
    paid: 'Paid',
    closed: 'Order closed',
    closedHint: 'The time to pay has passed or the shop closed the order. You were not charged.',
    trade: 'Trade no.',
    time: 'Paid at',
    back: 'Back to the shop',
    backSoon: 'Taking you back to the shop',
    missing: 'This payment was not found; start again from the shop',
    other: '中文',
  },
} as const satisfies Record<Language, Record<string, string>>

/** What to pay, to whom, how long it can be paid, and the two ways out. */
export function cashierPage(payment: Payment, payee: string, nowMs: number, language: Language): string {
  const t = texts[language]
  const leftSeconds = Math.max(0, Math.ceil((payment.expiresAtMs - nowMs) / 1000))
  return page(
    language,
    t.pay,
    `<section class="amount"><p class="soft">${t.left} <span id="left" role="timer">${clockText(leftSeconds)}</span></p>
<p class="money"><small>¥</small>${yuan(payment.amount)}</p></section>
<dl>${row(t.payee, payee)}${payment.subject === payment.outTradeNo ? '' : row(t.subject, payment.subject)}${row(t.order, payment.outTradeNo)}</dl>
<h2>${t.method}</h2><label class="method"><span class="mark" aria-hidden="true">仿</span><span>${t.balance}<small>${t.balanceHint}</small></span>
<input type="radio" name="method" checked form="pay"></label>
<form id="pay" method="post" action="/cashier/${payment.token}/pay"><button class="main" type="submit">${t.pay} ¥${yuan(payment.amount)}</button></form>
<form method="post" action="/cashier/${payment.token}/cancel"><button class="plain" type="submit">${t.cancel}</button></form>
<script>
let left=${leftSeconds};const shown=document.getElementById('left');
setInterval(()=>{left-=1;if(left<=0)location.reload();else shown.textContent=String(left/60|0).padStart(2,'0')+':'+String(left%60).padStart(2,'0')},1000);
document.getElementById('pay').addEventListener('submit',(event)=>{const button=event.target.querySelector('button');setTimeout(()=>{button.disabled=true},0)});
</script>`,
  )
}

/** After paying or closing. Goes back to the shop by itself after two seconds when paid. */
export function resultPage(payment: Payment, language: Language): string {
  const t = texts[language]
  const [trade] = payment.trades
  if (!trade) {
    return page(
      language,
      t.closed,
      `<section class="result"><p class="sign closed" aria-hidden="true">×</p><h1>${t.closed}</h1><p class="soft">${t.closedHint}</p></section>
<a class="main" href="${escapeHtml(returnAddress(payment, 'closed'))}">${t.back}</a>`,
    )
  }
  const back = escapeHtml(returnAddress(payment, 'paid'))
  return page(
    language,
    t.paid,
    `<section class="result"><p class="sign" aria-hidden="true">✓</p><h1>${t.paid}</h1><p class="money"><small>¥</small>${yuan(trade.amount)}</p></section>
<dl>${payment.subject === payment.outTradeNo ? '' : row(t.subject, payment.subject)}${row(t.order, payment.outTradeNo)}${row(t.trade, trade.tradeNo)}${row(t.time, beijingTime(trade.paidAtMs))}</dl>
<a class="main" id="back" href="${back}">${t.back}</a><p class="soft center">${t.backSoon}</p>
<script>setTimeout(()=>{location.replace(document.getElementById('back').href)},2000)</script>`,
  )
}

/** The address the person goes back to; what it says proves nothing. */
export function returnAddress(payment: Payment, result: 'paid' | 'cancelled' | 'closed'): string {
  const url = new URL(payment.returnUrl)
  url.searchParams.set('out_trade_no', payment.outTradeNo)
  url.searchParams.set('result', result)
  return url.href
}

function page(language: Language, title: string, content: string): string {
  const t = texts[language]
  const other = language === 'zh' ? 'en' : 'zh'
  return `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · ${t.name}</title><style>${STYLE}</style></head>
<body><header><b><i aria-hidden="true">仿</i>${t.name}</b><a href="?lang=${other}">${t.other}</a></header>
<main>${content}</main><footer>${t.demo}</footer></body></html>`
}

const row = (name: string, value: string): string => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`
const yuan = (fen: number): string => `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
const clockText = (seconds: number): string =>
  `${String(Math.trunc(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`

const STYLE = `
:root{color-scheme:light dark;--brand:#0b57d0;--ink:light-dark(#16181d,#f2f3f5);--soft:light-dark(#697079,#9aa1ab);--card:light-dark(#fff,#1b1d21);--line:light-dark(#eceef1,#2c2f35)}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:light-dark(#f3f5f8,#0f1012);color:var(--ink);font:16px/1.55 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
header{display:flex;justify-content:space-between;align-items:center;padding:.9rem 1.1rem;background:var(--brand);color:#fff}header b{display:flex;gap:.55rem;align-items:center;font-size:1.05rem}
header i{font-style:normal;font-size:.85rem;width:1.6rem;height:1.6rem;display:grid;place-items:center;border-radius:.45rem;background:#fff;color:var(--brand)}header a{color:#fff;font-size:.85rem}
main{width:100%;max-width:27rem;margin:0 auto;padding:1.1rem;flex:1}section,dl,.method{background:var(--card);border-radius:.9rem;padding:1.1rem;margin:0 0 .8rem}
.amount,.result{text-align:center;padding:1.5rem 1rem}.soft{color:var(--soft);margin:.2rem 0;font-size:.9rem}.center{text-align:center}#left{font-variant-numeric:tabular-nums;color:#d4380d;font-weight:600}
.money{font-size:2.5rem;font-weight:650;margin:.2rem 0;font-variant-numeric:tabular-nums;line-height:1.2}.money small{font-size:1.3rem;margin-right:.15rem}
dl div{display:flex;gap:1rem;justify-content:space-between;padding:.4rem 0}dt{color:var(--soft);white-space:nowrap}dd{margin:0;text-align:right;overflow-wrap:anywhere}
h1{font-size:1.25rem;margin:.4rem 0}h2{font-size:.9rem;font-weight:500;color:var(--soft);margin:1rem .2rem .45rem}
.method{display:flex;align-items:center;gap:.8rem}.method span:nth-child(2){flex:1}.method small{display:block;color:var(--soft)}.mark{width:2.2rem;height:2.2rem;border-radius:.6rem;background:var(--brand);color:#fff;display:grid;place-items:center}
.method input{width:1.2rem;height:1.2rem;accent-color:var(--brand)}
button,a.main{display:block;width:100%;text-align:center;padding:.85rem;border-radius:.8rem;border:0;font:inherit;font-weight:600;text-decoration:none;cursor:pointer;margin-top:.6rem}
.main{background:var(--brand);color:#fff}.main:disabled{opacity:.55}.plain{background:none;color:var(--soft);font-weight:400}:focus-visible{outline:3px solid #7cacf8;outline-offset:2px}
.sign{width:3.4rem;height:3.4rem;margin:0 auto;border-radius:50%;background:#14883e;color:#fff;display:grid;place-items:center;font-size:1.7rem}.sign.closed{background:#8a919c}
footer{padding:1rem;text-align:center;color:var(--soft);font-size:.8rem}`
