import type { FastifyReply } from 'fastify'
import { beijingTime, escapeHtml } from '../pages.ts'
import type { Trade } from './books.ts'
import { yuan } from './time.ts'

export type Language = 'zh' | 'en'
type View = { readonly trade: Trade; readonly payee: string; readonly language: Language }

export const texts = {
  zh: {
    name: '支付宝（仿真）',
    demo: '演示环境：不连接支付宝，不产生真实扣款',
    payee: '收款方',
    subject: '商品',
    order: '商户订单号',
    left: '请在此时间内完成付款',
    method: '付款方式',
    balance: '仿真账户余额',
    balanceHint: '余额充足',
    pay: '确认付款',
    cancel: '暂不付款，返回商家',
    paid: '付款成功',
    closed: '交易已关闭',
    closedHint: '超过付款时间或已被商家关闭，没有扣款',
    tradeNo: '支付宝交易号',
    time: '付款时间',
    back: '返回商家',
    backSoon: '即将返回商家',
    closeWindow: '可以关闭此页面，稍后仍可付款',
    missing: '没有找到这笔交易，请从商家页面重新发起',
    other: 'English',
  },
  en: {
    name: 'Alipay (stand-in)',
    demo: 'Demonstration: not connected to Alipay, no money moves',
    payee: 'Payee',
    subject: 'Goods',
    order: 'Order',
    left: 'Time left to pay',
    method: 'Pay with',
    balance: 'Stand-in balance',
    balanceHint: 'Enough funds',
    pay: 'Pay',
    cancel: 'Not now, back to the shop',
    paid: 'Paid',
    closed: 'Trade closed',
    closedHint: 'The time to pay has passed or the shop closed it. You were not charged.',
    tradeNo: 'Alipay trade no.',
    time: 'Paid at',
    back: 'Back to the shop',
    backSoon: 'Taking you back to the shop',
    closeWindow: 'You may close this page; paying later is still possible',
    missing: 'This trade was not found; start again from the shop',
    other: '中文',
  },
} as const satisfies Record<Language, Record<string, string>>

/** What to pay, to whom, how long it can be paid, and the two ways out. Two columns on a desktop, one on a phone. */
export function cashierPage({ trade, payee, language }: View, nowMs: number): string {
  const t = texts[language]
  const leftSeconds = Math.max(0, Math.min(86_399, Math.ceil((trade.expiresAtMs - nowMs) / 1000)))
  return page(
    language,
    t.pay,
    `<div class="columns"><section><p class="soft">${t.left} <span id="left" role="timer">${clockText(leftSeconds)}</span></p>
<p class="money"><small>¥</small>${yuan(trade.totalFen)}</p>
<dl>${row(t.payee, payee)}${trade.subject === trade.outTradeNo ? '' : row(t.subject, trade.subject)}${row(t.order, trade.outTradeNo)}</dl></section>
<section><h2>${t.method}</h2><label class="method"><span class="mark" aria-hidden="true">支</span><span>${t.balance}<small>${t.balanceHint}</small></span>
<input type="radio" name="method" checked form="pay"></label>
<form id="pay" method="post" action="/cashier/${trade.token}/pay"><button class="main" type="submit">${t.pay} ¥${yuan(trade.totalFen)}</button></form>
<form method="post" action="/cashier/${trade.token}/cancel"><button class="plain" type="submit">${t.cancel}</button></form></section></div>
<script>
let left=${leftSeconds};const two=(n)=>String(n).padStart(2,'0');const shown=document.getElementById('left');
setInterval(()=>{left-=1;if(left<=0)location.reload();else shown.textContent=(left>=3600?two(left/3600|0)+':':'')+two((left%3600)/60|0)+':'+two(left%60)},1000);
document.getElementById('pay').addEventListener('submit',(event)=>{const button=event.target.querySelector('button');setTimeout(()=>{button.disabled=true},0)});
</script>`,
  )
}

/** After paying or closing. Goes back to the shop by itself after two seconds when paid and there is a way back. */
export function resultPage({ trade, payee, language }: View, returnAddress: string): string {
  const t = texts[language]
  const href = escapeHtml(returnAddress)
  const back = returnAddress === '' ? '' : `<a class="main" id="back" href="${href}">${t.back}</a>`
  if (trade.paidAtMs === undefined) {
    return page(
      language,
      t.closed,
      `<section class="result"><p class="sign closed" aria-hidden="true">×</p><h1>${t.closed}</h1><p class="soft">${t.closedHint}</p>${back}</section>`,
    )
  }
  const soon =
    returnAddress === ''
      ? ''
      : `<p class="soft">${t.backSoon}</p><script>setTimeout(()=>{location.replace(document.getElementById('back').href)},2000)</script>`
  return page(
    language,
    t.paid,
    `<section class="result"><p class="sign" aria-hidden="true">✓</p><h1>${t.paid}</h1><p class="money"><small>¥</small>${yuan(trade.totalFen)}</p>
<dl>${row(t.payee, payee)}${trade.subject === trade.outTradeNo ? '' : row(t.subject, trade.subject)}${row(t.order, trade.outTradeNo)}${row(t.tradeNo, trade.tradeNo)}${row(t.time, beijingTime(trade.paidAtMs))}</dl>${back}${soon}</section>`,
  )
}

export function textPage(text: string): string {
  return page('zh', text, `<section class="result"><p>${escapeHtml(text)}</p></section>`)
}

export function html(reply: FastifyReply, status: number, content: string): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(content)
}

function page(language: Language, title: string, content: string): string {
  const t = texts[language]
  const other = language === 'zh' ? 'en' : 'zh'
  return `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)} · ${t.name}</title><style>${STYLE}</style></head>
<body><header><b><i aria-hidden="true">支</i>${t.name}</b><a href="?lang=${other}">${t.other}</a></header>
<main>${content}</main><footer>${t.demo}</footer></body></html>`
}

const row = (name: string, value: string): string => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`
const two = (value: number): string => String(value).padStart(2, '0')
const clockText = (seconds: number): string => {
  const hours = Math.trunc(seconds / 3600)
  return `${hours > 0 ? `${two(hours)}:` : ''}${two(Math.trunc((seconds % 3600) / 60))}:${two(seconds % 60)}`
}

const STYLE = `
:root{color-scheme:light dark;--brand:#0f5fd8;--ink:light-dark(#16181d,#f2f3f5);--soft:light-dark(#697079,#9aa1ab);--card:light-dark(#fff,#1b1d21)}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:light-dark(#f3f6fb,#0f1012);color:var(--ink);font:16px/1.55 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
header{display:flex;justify-content:space-between;align-items:center;padding:.9rem 1.1rem;background:var(--brand);color:#fff}header b{display:flex;gap:.55rem;align-items:center}header a{color:#fff;font-size:.85rem}
i,.mark{font-style:normal;width:1.7rem;height:1.7rem;display:grid;place-items:center;border-radius:.45rem;background:#fff;color:var(--brand)}.mark{width:2.2rem;height:2.2rem;background:var(--brand);color:#fff}
main{width:100%;max-width:54rem;margin:0 auto;padding:1.1rem;flex:1}section{background:var(--card);border-radius:.9rem;padding:1.2rem;margin:0 0 .8rem}
.columns{display:grid;gap:.9rem}@media(min-width:48rem){.columns{grid-template-columns:1fr 1fr;margin-top:2rem}section{padding:1.8rem}}.result{text-align:center;max-width:27rem;margin:1.5rem auto}
.soft{color:var(--soft);margin:.2rem 0;font-size:.9rem}#left{font-variant-numeric:tabular-nums;color:light-dark(#c43500,#ff9466);font-weight:600}
.money{font-size:2.5rem;font-weight:650;margin:.2rem 0;font-variant-numeric:tabular-nums;line-height:1.2}.money small{font-size:1.3rem;margin-right:.15rem}
dl{margin:.8rem 0 0}dl div{display:flex;gap:1rem;justify-content:space-between;padding:.4rem 0}dt{color:var(--soft);white-space:nowrap}dd{margin:0;text-align:right;overflow-wrap:anywhere}
h1{font-size:1.25rem;margin:.4rem 0}h2{font-size:.9rem;font-weight:500;color:var(--soft);margin:0 0 .6rem}
.method{display:flex;align-items:center;gap:.8rem}.method span:nth-child(2){flex:1}.method small{display:block;color:var(--soft)}.method input{width:1.2rem;height:1.2rem;accent-color:var(--brand)}
button,a.main{display:block;width:100%;text-align:center;padding:.85rem;border-radius:.8rem;border:0;font:inherit;font-weight:600;text-decoration:none;cursor:pointer;margin-top:.8rem}
.main{background:var(--brand);color:#fff}.main:disabled{opacity:.55}.plain{background:none;color:var(--soft);font-weight:400}:focus-visible{outline:3px solid #7cacf8;outline-offset:2px}
.sign{width:3.4rem;height:3.4rem;margin:0 auto;border-radius:50%;background:#14883e;color:#fff;display:grid;place-items:center;font-size:1.7rem}.sign.closed{background:#79808a}
footer{padding:1rem;text-align:center;color:var(--soft);font-size:.8rem}`
