import { type DeliveredKey, deliveredAs, fillHoles } from '@quanshu/contract'
import { type composed, minuteOf } from './words.ts'

/** What the delivery mail says; made when it is sent, so that a code taken back meanwhile is not in it. */
export type DeliveryContent = {
  readonly shopName: string
  readonly orderNo: number
  readonly locale: 'zh-CN' | 'en'
  /** The order's page. */
  readonly orderUrl: string
  /** Which text tells of it; absent: the one with codes. */
  readonly deliveredAs?: DeliveredKey
  readonly lines: readonly {
    readonly lineNo?: number
    readonly kind?: string
    readonly title: string
    readonly quantity: number
    /** So many points it brought, all pieces together; absent or null: it is no points. */
    readonly points?: number | null
    /** Null when the shop sends links only. */
    readonly codes: readonly string[] | null
    /** Codes that are not in the list. */
    readonly moreCodes: number
  }[]
}

/** What a mail about some of the lines says; undefined: nothing is left of them. */
export function partOfContent(
  content: DeliveryContent | undefined,
  lineNos: readonly number[] | undefined,
): DeliveryContent | undefined {
  if (!content || !lineNos) return content
  const lines = content.lines.filter(({ lineNo }) => lineNo !== undefined && lineNos.includes(lineNo))
  if (lines.length === 0) return undefined
  return { ...content, lines, deliveredAs: deliveredAs(lines.flatMap(({ kind }) => kind ?? [])) }
}

export type MailText = { readonly subject: string; readonly text: string; readonly html: string }

const words = {
  'zh-CN': {
    pieces: (quantity: number) => `× ${quantity}`,
    points: (count: number) => `+${count} 积分`,
    more: (count: number) => `另有 ${count} 个卡密，请在订单页查看或下载`,
    open: '查看订单与使用说明',
    openMessage: '查看详情',
    codeSubject: '在新设备上查看卡密的验证码',
    codeText: (code: string) => `验证码：${code}，5 分钟内有效。在要查看卡密的设备上输入它。`,
    codeWarning: '如果不是您本人在操作，请不要把它告诉任何人，并联系店铺。',
    test: '测试邮件',
    testBody: '收到这封邮件，说明邮件发送已经配置成功。',
  },
  en: {
    pieces: (quantity: number) => `× ${quantity}`,
    points: (count: number) => `+${count} points`,
    more: (count: number) => `${count} more codes are on the order’s page`,
    open: 'Open the order and the guide',
    openMessage: 'Open',
    codeSubject: 'A code to open your codes on another device',
    codeText: (code: string) =>
      `Your code is ${code}, good for 5 minutes. Type it on the device that shall show the codes.`,
    codeWarning: 'If it was not you who asked, tell it to nobody and contact the shop.',
    test: 'Test message',
    testBody: 'If you can read this, sending mail is set up.',
  },
} as const

/**
 * The delivery mail: the shop's paragraphs, with the goods where `{items}` stands and a button where `{link}` does. A text
 * that has forgotten either gets it at the end.
 */
export function deliveryMail(
  content: DeliveryContent,
  template: { readonly subject: string; readonly body: string },
): MailText {
  const t = words[content.locale]
  const values = {
    shop: content.shopName,
    order: String(content.orderNo),
    link: content.orderUrl,
    time: minuteOf(new Date()),
  }
  const parts = template.body.split(/\n{2,}/).map((part) => part.trim())
  for (const needed of ['{items}', '{link}']) if (!template.body.includes(needed)) parts.push(needed)
  const itemsText = content.lines
    .flatMap((line) => [
      `${line.title} ${amountOf(line, t)}`,
      ...(line.codes ?? []).map((code) => `  ${code}`),
      ...(line.codes && line.moreCodes > 0 ? [`  ${t.more(line.moreCodes)}`] : []),
    ])
    .join('\n')
  const text = parts
    .map((part) =>
      part === '{link}' ? `${t.open}: ${content.orderUrl}` : fillHoles(part, { ...values, items: itemsText }),
    )
    .join('\n\n')
  const html = parts.map((part) => {
    if (part === '{link}') return button(content.orderUrl, t.open)
    if (part === '{items}') return itemsHtml(content, t)
    return paragraph(fillHoles(part, { ...values, items: itemsText }))
  })
  return {
    subject: fillHoles(template.subject, values),
    text,
    html: frame(content.shopName, html.join('\n')),
  }
}

const amountOf = ({ quantity, points }: DeliveryContent['lines'][number], t: (typeof words)['zh-CN' | 'en']): string =>
  points ? t.points(points) : t.pieces(quantity)

function itemsHtml(content: DeliveryContent, t: (typeof words)['zh-CN' | 'en']): string {
  const lines = content.lines
    .map(
      (line) =>
        `<tr><td style="padding:12px 0 4px;font-weight:600">${escapeHtml(line.title)} <span style="color:#6b7280;font-weight:400">${amountOf(line, t)}</span></td></tr>${codesHtml(line, t.more)}`,
    )
    .join('')
  return `<table role="presentation" width="100%" style="border-collapse:collapse">${lines}</table>`
}

const paragraph = (text: string): string => `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`

const button = (url: string, text: string): string =>
  `<p style="margin:24px 0"><a href="${escapeHtml(url)}" style="background:#1f5eff;color:#fff;padding:12px 24px;border-radius:8px;text-decoration:none">${escapeHtml(text)}</a></p>`

/** A mail about an event: its paragraphs, and a button that leads there. */
export function eventMail(
  { subject, paragraphs }: ReturnType<typeof composed>,
  url: string,
  locale: 'zh-CN' | 'en',
): MailText {
  return plainMail({ subject, paragraphs, link: { url, text: words[locale].openMessage } })
}

/** A code that lets another device open an order's codes. */
export function openCodeMail(code: string, url: string, locale: 'zh-CN' | 'en'): MailText {
  const t = words[locale]
  return plainMail({
    subject: t.codeSubject,
    paragraphs: [t.codeText(code), t.codeWarning],
    link: { url, text: t.open },
  })
}

export function testMail(shopName: string, locale: 'zh-CN' | 'en'): MailText {
  const t = words[locale]
  return { subject: `${shopName} · ${t.test}`, text: t.testBody, html: frame(shopName, `<p>${t.testBody}</p>`) }
}

/** A few sentences and where to go from there; the first line of the body is the subject again. */
export function plainMail(content: {
  readonly subject: string
  readonly paragraphs: readonly string[]
  readonly link: { readonly url: string; readonly text: string }
}): MailText {
  const { subject, paragraphs, link } = content
  return {
    subject,
    text: [...paragraphs, '', `${link.text}: ${link.url}`].join('\n'),
    html: frame(
      subject,
      `${paragraphs.map(paragraph).join('')}
${button(link.url, link.text)}`,
    ),
  }
}

function codesHtml(line: DeliveryContent['lines'][number], more: (count: number) => string): string {
  if (!line.codes) return ''
  const rows = line.codes.map(
    (code) =>
      `<tr><td style="padding:6px 10px;background:#f3f4f6;border-bottom:2px solid #fff;font-family:Consolas,Menlo,monospace;word-break:break-all">${escapeHtml(code)}</td></tr>`,
  )
  if (line.moreCodes > 0) rows.push(`<tr><td style="padding:6px 0;color:#6b7280">${more(line.moreCodes)}</td></tr>`)
  return rows.join('')
}

function frame(shopName: string, content: string): string {
  return `<!doctype html><html><body style="margin:0;padding:24px;background:#f5f6f8;color:#111827;font:15px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif">
<div style="max-width:560px;margin:0 auto;background:#fff;border-radius:12px;padding:28px"><h1 style="font-size:18px;margin:0 0 16px">${escapeHtml(shopName)}</h1>${content}</div></body></html>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
