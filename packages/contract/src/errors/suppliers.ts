import { defineErrors } from './define.ts'

export const supplierErrors = defineErrors('suppliers', {
  adapterUnknown: {
    status: 422,
    zh: '没有「{adapter}」这种供应商接口',
    en: 'There is no supplier interface “{adapter}”',
  },
  nameTaken: {
    status: 409,
    zh: '已有名为「{name}」的供应商，请换一个名称',
    en: 'There is a supplier named “{name}” already; choose another name',
  },
  insecureAddress: {
    status: 422,
    zh: '接口地址必须是公网的 https 地址',
    en: 'The address must be https and on the public internet',
  },
  fieldMissing: { status: 422, zh: '请填写「{field}」', en: 'Enter “{field}”' },
  fieldChoice: {
    status: 422,
    zh: '「{field}」只能是以下之一：{choices}',
    en: '“{field}” must be one of: {choices}',
  },
  fieldForm: {
    status: 422,
    zh: '「{field}」的写法不对，例如：{example}',
    en: '“{field}” cannot be read; write it like {example}',
  },
  refused: {
    status: 409,
    zh: '供应商拒绝了请求：{message}（{code}）',
    en: 'The supplier refused: {message} ({code})',
  },
  unavailable: {
    status: 503,
    zh: '供应商没有响应（{reason}），请稍后再试',
    en: 'The supplier does not answer ({reason}); try again shortly',
  },
  notOffered: {
    status: 409,
    zh: '该供应商的接口不提供此功能',
    en: 'This supplier’s interface does not offer that',
  },
  hasOpenPurchases: {
    status: 409,
    zh: '还有 {count} 笔采购未完结，完结后才能归档',
    en: '{count} purchases are still open; archive the supplier when they have ended',
  },
  productKind: {
    status: 409,
    zh: '「{product}」与规格的类型不符：直充规格只能用直充商品，卡密规格只能用卡密或链接商品',
    en: '“{product}” does not fit the variant: top-ups take top-up products, codes take products that hand over codes or links',
  },
  otherCurrency: {
    status: 409,
    zh: '「{product}」以 {currency} 计价，没有汇率不能购买：请在供应商设置里填写汇率',
    en: '“{product}” is priced in {currency} and cannot be bought without a rate: enter one in the supplier’s settings',
  },
  tryNeedsShelf: {
    status: 409,
    zh: '请先把「{product}」设为某个卡密规格的货源（可先不启用），试买到的卡密会放进那里的库存',
    en: 'First make “{product}” a source of a variant of codes (it may be switched off): the code that is bought goes onto its shelf',
  },
  codesNotByWord: {
    status: 409,
    zh: '卡密不能只凭口头认定到账：请把供应商给的卡密导入库存，再认定为「没有买成」并重试订单，就会从库存发货',
    en: 'Codes cannot arrive by word of mouth: import the codes that the supplier gave you, then settle this as not bought, and the order is delivered from stock',
  },
  fieldUnmapped: {
    status: 422,
    zh: '「{product}」需要「{field}」，请选择由哪个下单信息填写',
    en: '“{product}” asks for “{field}”; choose which answer of the buyer fills it',
  },
  fieldsUnknown: {
    status: 409,
    zh: '还不知道「{product}」要买家填写什么，请先向供应商查询该商品',
    en: 'It is not known yet what “{product}” asks the buyer for; ask the supplier about it first',
  },
  purchaseNotOpen: {
    status: 409,
    zh: '这笔采购已有结果，无需处理',
    en: 'This purchase has ended; there is nothing to settle',
  },
  cancelNotOffered: {
    status: 409,
    zh: '这家供应商的接口不支持撤单，请联系供应商客服，再「人工认定」结果',
    en: 'This supplier’s interface cannot take orders back; contact its support, then settle the purchase by hand',
  },
  cancelUnderWay: {
    status: 409,
    zh: '正在向供应商撤单，请等一分钟再看结果',
    en: 'The supplier is being asked to take it back; look again in a minute',
  },
  profileInvalid: {
    status: 422,
    zh: '对接模板有 {count} 处错误，先改正第 {line} 行：{first}',
    en: 'The profile has {count} mistakes; begin with line {line}: {first}',
  },
  profileMoved: {
    status: 409,
    zh: '模板已被他人保存为第 {latest} 版，请重新打开，把您的修改加在新版上',
    en: 'Somebody saved version {latest} meanwhile; open it again and add your changes to that',
  },
  profileUsed: {
    status: 409,
    zh: '已有 {count} 家供应商使用（含已归档），不能删除',
    en: '{count} suppliers use it (archived ones included), so it cannot be deleted',
  },
  profileOther: {
    status: 409,
    zh: '该供应商用的不是这个模板，不能切换到它的版本',
    en: 'This supplier is not spoken to by this profile, so it cannot take a version of it',
  },
  tooManyProfiles: {
    status: 409,
    zh: '最多保存 {max} 个对接模板，请先删除不用的',
    en: 'There may be {max} profiles; delete one that nobody uses first',
  },
  priceNotByCost: {
    status: 409,
    zh: '「{title}」有批发价、积分价或为免费，不能跟随进价；请先改为单一价格',
    en: '“{title}” has prices by quantity, in points or none; give it one price first',
  },
  priceWithoutCost: {
    status: 409,
    zh: '「{title}」没有可用的货源，不知道进价；请先设置货源',
    en: '“{title}” has no source that may be used, so there is no cost to follow; set its sources first',
  },
  priceOfBundle: {
    status: 409,
    zh: '「{title}」是组合包，销量按其中各项计，不能按销量调价；请为其中的规格设置',
    en: '“{title}” is a bundle: what is sold counts for its parts. Set the rule for those',
  },
  priceWithoutRoom: {
    status: 409,
    zh: '「{title}」按进价和至少要赚的金额，最低要卖 ¥{least}，已高于价格上限；请提高上限或少赚一些',
    en: 'By its cost and least margin “{title}” cannot be sold below ¥{least}, which is above the ceiling; raise the ceiling or lower the margin',
  },
  ceilingBelowFloor: {
    status: 422,
    zh: '最高售价不能低于最低售价',
    en: 'The highest price cannot be below the lowest',
  },
  stepsUnordered: {
    status: 422,
    zh: '各档的销量必须从小到大，不能重复',
    en: 'Each step must begin at more pieces than the one before it',
  },
  baseNeedsSteps: {
    status: 422,
    zh: '自定基准价时不加价、至少要有一档销量，并且一次只能设置一个规格',
    en: 'A base price of your own takes no markup, needs at least one step, and is for one variant at a time',
  },
  pricesMoved: {
    status: 409,
    zh: '预览之后价格又变了，请重新预览再启用',
    en: 'Prices have moved since the preview; look at it again before switching on',
  },
  spanTooLong: {
    status: 422,
    zh: '起止日期要在 {max} 天以内，且开始不晚于结束',
    en: 'From and to must be in order and span at most {max} days',
  },
  moneyTwice: {
    status: 409,
    zh: '流水号「{reference}」已经登记过，请核对后重新填写',
    en: '“{reference}” is booked already; look at the number again',
  },
  moneyFuture: { status: 422, zh: '时间不能在将来', en: 'The time lies in the future' },
  moneyLongAgo: {
    status: 422,
    zh: '时间不能早于 2000 年，请检查年份',
    en: 'The time lies before the year 2000; check the year',
  },
  quantityReversed: {
    status: 422,
    zh: '单次最少 {min} 件不能大于最多 {max} 件，请改正',
    en: 'At least {min} at a time is more than at most {max}; correct one of them',
  },
  notAPaper: {
    status: 422,
    zh: '只能上传 PDF、PNG 或 JPG 文件，「{fileName}」不是，请换一个文件',
    en: 'Papers are PDF, PNG or JPG files, and “{fileName}” is none of these; choose another file',
  },
  paperDays: {
    status: 422,
    zh: '有效期的开始不能晚于结束，请改正',
    en: 'The paper would begin to hold after it has ended; correct the days',
  },
  paperNeedsEnd: {
    status: 422,
    zh: '要在到期后停止采购，请填写到期日；长期有效就关闭「到期停采」（上一版开着时新版沿用）',
    en: 'For buying to stop when it has ended, say when it ends, or switch that off (the next version keeps what the last one had)',
  },
  paperMoved: {
    status: 409,
    zh: '这份文件已有人处理，或已有更新的版本，请刷新后查看',
    en: 'Somebody has dealt with this paper, or there is a newer version; refresh and look again',
  },
  tooManyPapers: {
    status: 409,
    zh: '一家供应商最多保存 {max} 份文件，请联系商家整理',
    en: 'A supplier may have {max} papers; ask the shop to tidy up',
  },
  moneyNotAwaiting: {
    status: 409,
    zh: '这笔款项已经处理过，请刷新',
    en: 'Somebody has dealt with this already; refresh the page',
  },
  moneyOwn: {
    status: 409,
    zh: '不能复核自己登记的款项，请让另一位同事处理',
    en: 'Who recorded it cannot agree to it; ask a colleague',
  },
  moneyNotBooked: {
    status: 409,
    zh: '只有已入账的款项可以冲销',
    en: 'Only what is booked can be taken back',
  },
  moneyReconciled: {
    status: 409,
    zh: '供应商对账单上已有这一笔，不能冲销；确有错误请登记一笔反向款项',
    en: 'A statement of the supplier has it, so it cannot be taken back; record the opposite instead',
  },
  grantAboveClaim: {
    status: 422,
    zh: '到账金额不能大于索赔金额 ¥{claimed}',
    en: 'No more than the ¥{claimed} that was claimed can be granted',
  },
  nothingHeld: {
    status: 409,
    zh: '没有待确认的价格，可能已被他人处理',
    en: 'No price is waiting here; somebody may have decided already',
  },
  belowLeast: {
    status: 409,
    zh: '现价低于成本底线 ¥{least}，不能继续按现价销售；请确认新价，或在商品里另定价格',
    en: 'The present price is below ¥{least}, what the cost allows; confirm the new one or set another at the goods',
  },
  noSkusToPrice: {
    status: 422,
    zh: '这家供应商还没有作为任何规格的货源',
    en: 'No variant is supplied by this supplier yet',
  },
})
