import type { FastifyReply } from 'fastify'
import { escapeHtml } from './pages.ts'

export type CheckoutButton = { readonly label: string; readonly action: string; readonly main?: boolean }
export type CheckoutPage = {
  readonly language: 'zh' | 'en'
  readonly brand: string
  /** The brand's colour, `#rrggbb`. */
  readonly color: string
  readonly title: string
  /** `¥19.90`; absent on pages without an amount. */
  readonly amount?: string
  readonly note?: string
  readonly rows: readonly (readonly [name: string, value: string])[]
  readonly buttons: readonly CheckoutButton[]
  /** Where the person goes by himself, after a second. */
  readonly onward?: { readonly label: string; readonly url: string }
}

const DEMO = {
  zh: '演示环境：不连接任何银行，不产生真实扣款',
  en: 'Demonstration: no bank is connected and no money moves',
}

/** The page of a stand-in on which a person pays or sees how it ended. Works without script. */
export function sendCheckoutPage(reply: FastifyReply, status: number, page: CheckoutPage): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(htmlOf(page))
}

function htmlOf(page: CheckoutPage): string {
  // Shops give the order's number as the name of the goods; it is told once.
  const told = page.rows.filter(([, value], at) => !page.rows.slice(at + 1).some(([, later]) => later === value))
  const rows = told.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`)
  const buttons = page.buttons.map(
    ({ label, action, main }) =>
      `<form method="post" action="${escapeHtml(action)}"><button class="${main ? 'main' : 'plain'}" type="submit">${escapeHtml(label)}</button></form>`,
  )
  const onward = page.onward
    ? `<a class="main" id="onward" href="${escapeHtml(page.onward.url)}">${escapeHtml(page.onward.label)}</a>
<script>setTimeout(()=>{location.replace(document.getElementById('onward').href)},1000)</script>`
    : ''
  return `<!doctype html><html lang="${page.language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(page.title)} · ${escapeHtml(page.brand)}</title>
<style>:root{--brand:${page.color}}${STYLE}</style></head><body><header><b>${escapeHtml(page.brand)}</b></header><main>
<section><h1>${escapeHtml(page.title)}</h1>${page.amount === undefined ? '' : `<p class="money">${escapeHtml(page.amount)}</p>`}${page.note === undefined ? '' : `<p class="soft">${escapeHtml(page.note)}</p>`}</section>
${rows.length > 0 ? `<dl>${rows.join('')}</dl>` : ''}${buttons.join('')}${onward}</main><footer>${DEMO[page.language]}</footer></body></html>`
}

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#16181d,#f2f3f5);--soft:light-dark(#697079,#9aa1ab);--card:light-dark(#fff,#1b1d21)}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:light-dark(#f3f5f8,#0f1012);color:var(--ink);font:16px/1.55 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
header{padding:.9rem 1.1rem;background:var(--brand);color:#fff}main{width:100%;max-width:27rem;margin:0 auto;padding:1.1rem;flex:1}
section,dl{background:var(--card);border-radius:.9rem;padding:1.1rem;margin:0 0 .8rem}section{text-align:center}h1{font-size:1.15rem;margin:.2rem 0}
.money{font-size:2.4rem;font-weight:650;margin:.2rem 0;font-variant-numeric:tabular-nums;line-height:1.2}.soft{color:var(--soft);margin:.2rem 0;font-size:.9rem}
dl div{display:flex;gap:1rem;justify-content:space-between;padding:.4rem 0}dt{color:var(--soft);white-space:nowrap}dd{margin:0;text-align:right;overflow-wrap:anywhere}
@media(min-width:48rem){main{padding-top:3rem}section,dl{padding:1.6rem}}
button,a.main{display:block;width:100%;text-align:center;padding:.85rem;border-radius:.8rem;border:0;font:inherit;font-weight:600;text-decoration:none;cursor:pointer;margin-top:.6rem}
.main{background:var(--brand);color:#fff}.plain{background:none;color:var(--soft);font-weight:400}:focus-visible{outline:3px solid #7cacf8;outline-offset:2px}
footer{padding:1rem;text-align:center;color:var(--soft);font-size:.8rem}`

/** The person's language by `?lang=` or what the browser asks for. */
export function pageLanguage(query: unknown, header: string | undefined): 'zh' | 'en' {
  const asked = (query as { readonly lang?: string } | undefined)?.lang ?? header ?? 'zh'
  return asked.toLowerCase().startsWith('en') ? 'en' : 'zh'
}
