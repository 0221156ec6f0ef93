/** Why a bill cannot be read, for the person who uploaded it. Names of columns and cells stay as they are in the file. */
export type BillWords = { readonly zh: string; readonly en: string }

export const billWords = {
  empty: { zh: '文件是空的', en: 'the file is empty' },
  notAnOrder: { zh: '这一行不是订单', en: 'not an order' },
  notOfStripe: { zh: '这一行不是 Stripe 的余额流水', en: 'not a balance transaction of Stripe' },
  notOfWechat: (column: string) => ({
    zh: `不是微信支付的账单：没有“${column}”这一列`,
    en: `not a bill of WeChat Pay: there is no column ${column}`,
  }),
  noColumn: (name: string) => ({ zh: `没有“${name}”这一列`, en: `there is no column ${name}` }),
  noHeading: { zh: '没有找到列名', en: 'no column names found' },
  noEnd: { zh: '文件不完整：没有结尾标记', en: 'the file ends before the mark of its end' },
  noSums: { zh: '文件不完整：没有末尾的汇总', en: 'the file ends before its sums: a part is missing' },
  otherCount: (told: number, found: number) => ({
    zh: `文件标明 ${told} 行，实际 ${found} 行`,
    en: `the file says ${told} lines and has ${found}`,
  }),
  cellCount: (found: number, wanted: number) => ({
    zh: `这一行有 ${found} 格，应为 ${wanted} 格`,
    en: `the line has ${found} cells instead of ${wanted}`,
  }),
  noBacktick: { zh: '这一行不是以反引号开头', en: 'the line does not begin with a back-tick' },
  openQuote: { zh: '引号没有结束', en: 'a quotation mark is never closed' },
  longLine: (max: number) => ({ zh: `有一行超过 ${max} 个字符`, en: `a line is longer than ${max} characters` }),
  unreadableCells: { zh: '单号、金额或时间读不懂', en: 'number, amount or time is not readable' },
  lostDigits: {
    zh: '单号存成了数字，末尾几位已丢失；请导出为文本格式或 CSV',
    en: 'a number was kept as a figure and has lost its last digits; export it as text or csv',
  },
  noAmount: (what: string, text: string) => ({
    zh: `“${what}”不是金额：${text}`,
    en: `${what} is no amount: ${text}`,
  }),
  badAmount: (text: string) => ({ zh: `金额读不懂：${text}`, en: `no amount: ${text}` }),
  /** In the words of what unpacks it. */
  broken: (words: string) => ({ zh: `文件已损坏：${words}`, en: words }),
  notWhole: (text: string) => ({ zh: `金额不是整分：${text}`, en: `not a whole amount: ${text}` }),
  belowZero: { zh: '金额小于零', en: 'an amount below zero' },
  noTime: (text: string) => ({ zh: `时间读不懂：${text}`, en: `no time: ${text}` }),
  noNumber: (what: string) => ({ zh: `“${what}”是空的`, en: `${what} is empty` }),
  unknownCurrency: (text: string) => ({
    zh: `币种读不懂：${text}，应为三位字母代码，如 USD`,
    en: `no currency: ${text}; it is written in three letters, such as USD`,
  }),
  noRate: (currency: string) => ({
    zh: `没有 ${currency} 的汇率，请先在供应商账户里填写`,
    en: `no exchange rate for ${currency}: write it into the supplier’s account first`,
  }),
  unknownState: (state: string) => ({ zh: `不认识的状态：${state}`, en: `unknown status: ${state}` }),
  feeAboveAmount: { zh: '手续费大于金额', en: 'the fee is more than the amount' },
  refundAboveAmount: { zh: '退款金额不在订单金额之内', en: 'the refund is below zero or above the amount' },
  zipLarge: (bytes: number) => ({ zh: `压缩包超过 ${bytes} 字节`, en: `a zip of more than ${bytes} bytes` }),
  zipEntries: (max: number) => ({ zh: `压缩包里超过 ${max} 个文件`, en: `more than ${max} files in the zip` }),
  zipNoList: { zh: '压缩包里没有业务明细', en: 'the zip holds no list of trades' },
  zipBroken: { zh: '压缩包已损坏或不完整', en: 'the zip is broken or cut off' },
  zipInflates: { zh: '压缩包解压后过大', en: 'the zip inflates too much' },
  zipChecksum: { zh: '压缩包的校验和不对', en: 'the zip’s checksum is wrong' },
} as const satisfies Record<string, BillWords | ((...args: never[]) => BillWords)>
