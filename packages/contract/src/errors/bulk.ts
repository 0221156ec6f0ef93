import { defineErrors } from './define.ts'

export const bulkErrors = defineErrors('bulk', {
  wrongState: {
    status: 409,
    zh: '批量订单当前状态为「{state}」，不能进行此操作；请刷新页面后再看',
    en: 'The bulk order is “{state}”; this cannot be done now. Reload the page',
  },
  payerNeeded: {
    status: 422,
    zh: '请选择付款的会员，或改为由店铺赠送',
    en: 'Choose the member who pays, or let the shop give it away',
  },
  unknownPayer: {
    status: 422,
    zh: '没有这个会员，请重新选择付款人',
    en: 'There is no such member; choose again who pays',
  },
  kindNotInBulk: {
    status: 422,
    zh: '「{title}」是组合包或人工服务，批量订单只支持卡密、直充和兑换链接',
    en: '“{title}” is a bundle or a service; bulk orders take codes, top-ups and redeem links only',
  },
  noHeading: {
    status: 422,
    zh: '文件第一行需要是列名（如「数量」「联系方式」和商品要求填写的项目），请下载模板对照修改',
    en: 'The first line has to name the columns, such as “Quantity”, “Contact” and what the goods ask for; see the template',
  },
  twiceTheColumn: {
    status: 422,
    zh: '列「{column}」出现了两次，请只保留一列',
    en: 'The column “{column}” occurs twice; keep one of them',
  },
  noGoods: {
    status: 422,
    zh: '文件里没有「商品」列：请先选择商品，或在文件里加上这一列',
    en: 'The file has no column “Goods”: choose the goods first, or add that column',
  },
  fileEmpty: { status: 422, zh: '文件里没有订单行', en: 'The file has no lines to order' },
  tooManyLines: {
    status: 422,
    zh: '一次最多 {limit} 行，请拆成几个文件',
    en: 'At most {limit} lines at a time; split the file',
  },
  tooManyPieces: {
    status: 422,
    zh: '一次最多 {limit} 件，请拆成几个文件',
    en: 'At most {limit} pieces at a time; split the file',
  },
  nothingToOrder: {
    status: 409,
    zh: '没有可以下单的行，请按逐行报告修改文件后重新上传',
    en: 'No line can be ordered; correct the file by its report and upload it again',
  },
  totalChanged: {
    status: 409,
    zh: '价格有变化，现在共 ¥{totalYuan}，请核对后再次确认',
    en: 'Prices have changed: it is ¥{totalYuan} now. Check and confirm again',
  },
  callersOwn: {
    status: 409,
    zh: '这个批量订单由下游通过供货接口提交，未成功的行已告知对方并退款；请由对方用新的单号重新下单',
    en: 'This bulk order came in by the wholesale interface. Its caller has been told of the lines that failed and has the money back; they can order again under a new number',
  },
  nothingToRetry: {
    status: 409,
    zh: '没有可以重试的行：只有未下单成功或已退款的行可以重试',
    en: 'Nothing to try again: only lines that were refused or refunded can be',
  },
})

/** Why a line of a file is no order. */
export const bulkLineErrors = defineErrors('bulk_line', {
  noGoods: { status: 422, zh: '没有填写商品', en: 'No goods named' },
  unknownGoods: {
    status: 422,
    zh: '找不到商品「{text}」，请填写规格编号或「商品名 / 规格名」',
    en: 'No goods “{text}”; give the variant’s number or “goods / variant”',
  },
  ambiguousGoods: {
    status: 422,
    zh: '「{text}」对应多个规格，请填写规格编号',
    en: '“{text}” fits several variants; give the variant’s number',
  },
  kind: { status: 422, zh: '组合包和人工服务不支持批量下单', en: 'Bundles and services cannot be ordered in bulk' },
  pointsPrice: {
    status: 422,
    zh: '用积分标价的商品不支持批量下单',
    en: 'Goods with a price in points cannot be ordered in bulk',
  },
  offShelf: { status: 422, zh: '商品不在售', en: 'Not on sale' },
  quantity: {
    status: 422,
    zh: '数量应为 1 至 {limit} 的整数',
    en: 'The quantity has to be a whole number from 1 to {limit}',
  },
  contact: {
    status: 422,
    zh: '联系方式不是手机号或邮箱',
    en: 'The contact is neither a mobile number nor an email address',
  },
  referenceLong: { status: 422, zh: '外部单号超过 {limit} 个字', en: 'The reference has more than {limit} characters' },
  referenceTwice: { status: 422, zh: '外部单号与第 {line} 行重复', en: 'The reference was used in line {line}' },
  repeated: {
    status: 422,
    zh: '与第 {line} 行的商品和账号相同；如确需重复，请勾选「允许重复」',
    en: 'The same goods for the same account as line {line}; allow repeats if it is meant',
  },
  fieldRequired: { status: 422, zh: '「{label}」没有填写', en: '“{label}” is empty' },
  fieldTooLong: { status: 422, zh: '「{label}」太长', en: '“{label}” is too long' },
  fieldBadFormat: { status: 422, zh: '「{label}」格式不对', en: '“{label}” has the wrong format' },
  fieldNotAnOption: { status: 422, zh: '「{label}」不是可选的值', en: '“{label}” is none of the choices' },
  fieldUnknown: { status: 422, zh: '商品没有「{label}」这一项', en: 'The goods do not ask for “{label}”' },
  json: { status: 422, zh: '这一行不是正确的 JSON：{detail}', en: 'This line is not right as JSON: {detail}' },
  orderEnded: { status: 409, zh: '订单没有完成付款就结束了', en: 'The order ended before it was paid' },
})
