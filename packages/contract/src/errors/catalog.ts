import { defineErrors } from './define.ts'

export const catalogErrors = defineErrors('catalog', {
  cannotGoOn: {
    status: 409,
    zh: '「{title}」还不能上架：{reasons}',
    en: '“{title}” cannot go on sale yet: {reasonsEn}',
  },
  alreadyArchived: { status: 409, zh: '「{title}」已归档，请先恢复', en: '“{title}” is archived; restore it first' },
  notApplicable: { status: 409, zh: '「{title}」的当前状态不能这样操作', en: '“{title}” is not in a state for this' },
  mustBeOffFirst: {
    status: 409,
    zh: '「{title}」还在售，请先下架再归档',
    en: '“{title}” is on sale; take it off the shelf before archiving',
  },
  skuHasStock: {
    status: 409,
    zh: '规格「{title}」还有 {count} 件库存，不能移除；可以停售该规格',
    en: 'The variant “{title}” still holds {count} pieces and cannot be removed; stop selling it instead',
  },
  skuNotOfGoods: { status: 422, zh: '规格 {skuId} 不属于此商品', en: 'Variant {skuId} does not belong to these goods' },
  categoryNotEmpty: {
    status: 409,
    zh: '分类「{name}」下还有 {goods} 个商品、{children} 个子分类，不能删除',
    en: 'Category “{name}” still has {goods} goods and {children} subcategories and cannot be deleted',
  },
  categoryTooDeep: {
    status: 422,
    zh: '分类最多 {levels} 级，且不能放到自己的下级',
    en: 'Categories nest at most {levels} levels, and never under themselves',
  },
  categoryOrderStale: {
    status: 409,
    zh: '分类刚有增减，请刷新后再排序',
    en: 'Categories were added or removed meanwhile; reload before sorting',
  },
  nameTaken: { status: 409, zh: '这个名称已被使用', en: 'This name is already in use' },
  priceChangeInPast: {
    status: 422,
    zh: '调价时间须在将来，一年之内',
    en: 'A price change must lie in the future, within a year',
  },
  priceChangeTaken: {
    status: 409,
    zh: '这一时刻已有另一个调价计划',
    en: 'Another price change is planned for this very moment',
  },
  priceChangeDone: {
    status: 409,
    zh: '该调价已经生效，不能取消；请新建调价',
    en: 'This price change has taken effect and cannot be cancelled; plan a new one',
  },
  notAPicture: {
    status: 415,
    zh: '这个文件不是可用的图片；支持 JPG、PNG、WebP、GIF、AVIF',
    en: 'This file is not a usable picture; JPG, PNG, WebP, GIF and AVIF are supported',
  },
  pictureTooLarge: {
    status: 413,
    zh: '图片太大：最多 {limitBytes} 字节',
    en: 'The picture is too large: at most {limitBytes} bytes',
  },
  pictureTooManyPixels: {
    status: 422,
    zh: '图片尺寸太大：最多 {limitMegapixels} 百万像素、单边 {limitSide} 像素',
    en: 'Too many pixels: at most {limitMegapixels} megapixels and {limitSide} pixels a side',
  },
  pictureInUse: {
    status: 409,
    zh: '有 {count} 个商品在用这张图片，不能删除',
    en: '{count} goods use this picture; it cannot be deleted',
  },
  skuInBundle: {
    status: 409,
    zh: '规格「{title}」是组合包「{bundle}」的一部分，请先从组合包里移除，或停售该规格',
    en: 'The variant “{title}” is part of the bundle “{bundle}”; take it out of the bundle first, or stop selling it instead',
  },
  bundleNested: {
    status: 422,
    zh: '「{title}」本身是组合包，不能再放进组合包；请改为添加它的内容',
    en: '“{title}” is a bundle itself and cannot be part of another; add what is in it instead',
  },
  bundleLink: {
    status: 422,
    zh: '「{title}」是兑换链接，不能放进组合包；请改为添加它能兑换到的商品',
    en: '“{title}” is a redeem link and cannot be part of a bundle; add what it redeems into instead',
  },
  bundlePartUnknown: {
    status: 422,
    zh: '规格 {skuId} 不存在或已被移除，请换一个',
    en: 'There is no variant {skuId} (any more); choose another',
  },
  bundleShareZero: {
    status: 422,
    zh: '「{title}」分摊到的金额是 0 元，以后无法单独退款；请给它分摊金额',
    en: 'The share of “{title}” is ¥0, so nothing could be refunded for it; give it a share',
  },

  // Told per field, beside the input (422 `errors`).
  bundlePartsMissing: {
    status: 422,
    zh: '组合包至少要有一项内容，其他交付方式不能有',
    en: 'A bundle has at least one part, and nothing else has any',
  },
  bundlePartUnclear: {
    status: 422,
    zh: '每项内容是一个规格，或一定数量的积分',
    en: 'A part is either a variant or a number of points',
  },
  bundleSharesMixed: {
    status: 422,
    zh: '分摊金额要么每项都填，要么都不填',
    en: 'Give each part a share, or none of them',
  },
  bundleSharesEmpty: {
    status: 422,
    zh: '分摊金额合计为 0，请填写各项的分摊金额',
    en: 'The shares add up to 0; enter what each part is worth',
  },
  bundleInPoints: {
    status: 422,
    zh: '组合包只能用金额标价，积分价请填 0',
    en: 'A bundle has a price in money only; leave its price in points at 0',
  },
  onlyTopUpsWait: {
    status: 422,
    zh: '只有直充商品可以先买后激活',
    en: 'Only top-ups can be bought now and activated later',
  },
  onlyCodesAreBound: {
    status: 422,
    zh: '只有卡密商品可以限制谁能查看',
    en: 'Only codes can be kept to a member or a device',
  },
  onlyCodesHaveUses: {
    status: 422,
    zh: '只有卡密规格可以设置可发次数、循环发放或自选号码',
    en: 'Only codes have a number of uses, go round in a loop or are chosen by number',
  },
  onlyLoopsAreUnbounded: {
    status: 422,
    zh: '请填写每个卡密的可发次数；只有「循环发放」可以不限次数',
    en: 'Say how often a code may be delivered; only a loop may be without a bound',
  },
  loopOfOne: {
    status: 422,
    zh: '循环发放的卡密至少可发 2 次；只发一次请选其他发卡顺序',
    en: 'A code in a loop is delivered at least twice; for once, choose another order to hand out',
  },
  tooManyUses: {
    status: 422,
    zh: '每个卡密最多可发 {limit} 次；更多请选「循环发放」',
    en: 'A code may be delivered {limit} times at most; for more, let it go round in a loop',
  },
  feeWithoutChoice: {
    status: 422,
    zh: '没有开放自选号码，选号加价请填 0',
    en: 'Numbers are not chosen here; leave the price of choosing at 0',
  },
  choiceOfSharedCodes: {
    status: 422,
    zh: '可发多次的卡密不能自选号码',
    en: 'Codes that are delivered several times cannot be chosen by number',
  },
  choiceForPoints: {
    status: 422,
    zh: '用积分标价的规格不能自选号码',
    en: 'What costs points cannot be chosen by number',
  },
  zeroPriceNotMeant: { status: 422, zh: '价格为 0 时须勾选「免费」', en: 'A price of 0 must be marked as free' },
  marketPriceNotAbove: { status: 422, zh: '划线价须高于售价', en: 'The struck-through price must be above the price' },
  tiersNotRising: { status: 422, zh: '批发档的起购数量须逐档增加', en: 'Quantities of the price tiers must rise' },
  tiersNotFalling: {
    status: 422,
    zh: '批发价须低于售价，并逐档降低',
    en: 'Tier prices must be below the price and fall from tier to tier',
  },
  tierAboveLimit: {
    status: 422,
    zh: '起购数量超过每单限购 {limit} 件，永远不会生效',
    en: 'This quantity is above the limit of {limit} an order and would never apply',
  },
  scheduleBackwards: { status: 422, zh: '下架时间须晚于上架时间', en: 'The end must be after the start' },
  repeated: { status: 422, zh: '与前面的重复', en: 'Repeats an earlier one' },
  tooManySpecs: { status: 422, zh: '规格属性最多 {limit} 项', en: 'At most {limit} attributes' },
  categoryUnknown: {
    status: 422,
    zh: '分类不存在，可能刚被删除',
    en: 'There is no such category; it may have been deleted',
  },
  pictureUnknown: {
    status: 422,
    zh: '图片不存在，可能刚被删除',
    en: 'There is no such picture; it may have been deleted',
  },
  optionsMissing: { status: 422, zh: '下拉类型至少要有一个选项', en: 'A select needs at least one option' },
  optionsOnlyForSelect: { status: 422, zh: '只有下拉类型才有选项', en: 'Only a select has options' },
  patternOnlyForText: { status: 422, zh: '只有文本类型才能设格式', en: 'Only a text field has a pattern' },
  patternInvalid: { status: 422, zh: '不是有效的正则表达式', en: 'Not a valid regular expression' },
  patternUnsupported: {
    status: 422,
    zh: '不支持断言、反向引用和重复的分组',
    en: 'Look-around, back-references and repeated groups are not supported',
  },
  patternTooComplex: {
    status: 422,
    zh: '格式太复杂，会拖慢下单',
    en: 'This pattern is too complex and would slow down ordering',
  },
})
