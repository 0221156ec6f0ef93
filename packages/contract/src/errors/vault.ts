import { defineErrors } from './define.ts'

export const vaultErrors = defineErrors('vault', {
  fileEmpty: { status: 422, zh: '文件是空的', en: 'The file is empty' },
  fileNotText: {
    status: 415,
    zh: '「{fileName}」的内容是 {is}，不是文本文件；请上传 txt、csv 或 xlsx',
    en: '“{fileName}” holds {is}, not text; upload txt, csv or xlsx',
  },
  fileNotXlsx: {
    status: 415,
    zh: '「{fileName}」不是 Excel 工作簿，内容是 {is}；请用 Excel 另存为 .xlsx，或把后缀改回原来的',
    en: '“{fileName}” is not an Excel workbook, it holds {is}; save it as .xlsx, or give it its own ending back',
  },
  fileOldExcel: {
    status: 415,
    zh: '「{fileName}」是旧版或加密的 Excel 文件；请取消密码并另存为 .xlsx 后再上传',
    en: '“{fileName}” is an old or encrypted Excel file; remove its password, save it as .xlsx and upload that',
  },
  xlsxBroken: {
    status: 422,
    zh: '这个 Excel 文件已损坏，无法读取',
    en: 'This Excel file is damaged and cannot be read',
  },
  xlsxTooLarge: {
    status: 413,
    zh: 'Excel 文件过大，最多 {limitMb} MB；请拆分，或另存为 csv（没有这个限制）',
    en: 'The Excel file is too large, the limit is {limitMb} MB; split it or save it as csv, which has no such limit',
  },
  xlsxBomb: {
    status: 422,
    zh: '这个 Excel 文件解压后大得不合常理，已拒绝',
    en: 'This Excel file grows beyond reason when unpacked; it is refused',
  },
  tooManyLines: {
    status: 422,
    zh: '一次最多导入 {limit} 行，已导入的部分保留；请把其余部分另建批次',
    en: 'At most {limit} lines in one import; what was imported stays, put the rest into another batch',
  },
  skuRemoved: {
    status: 409,
    zh: '这个规格已经移除，导入到此为止',
    en: 'The variant was removed; the import ends here',
  },
  connectionLost: {
    status: 400,
    zh: '上传中断；请重新上传同一个文件，将从中断处继续',
    en: 'The upload broke off; send the same file again and it continues where it stopped',
  },
  importFailed: {
    status: 503,
    zh: '导入中断；请重新上传同一个文件，将从中断处继续',
    en: 'The import broke off; send the same file again and it continues where it stopped',
  },
  uploadSuperseded: {
    status: 409,
    zh: '这个批次正由另一次上传继续导入',
    en: 'Another upload has taken over this import',
  },
  importClosed: {
    status: 409,
    zh: '这个批次已结束（{state}），不能继续上传',
    en: 'This import has ended ({state}); nothing can be added to it',
  },
  differentFile: {
    status: 409,
    zh: '这不是中断前的那个文件；请上传同一个文件，或新建批次',
    en: 'This is not the file of before the break; send that one, or open another batch',
  },
  wrongBatchState: {
    status: 409,
    zh: '批次当前状态为「{state}」，不能进行此操作',
    en: 'The batch is “{state}”; this cannot be done now',
  },
  batchTouched: {
    status: 409,
    zh: '有 {count} 张卡密已售出、作废或过期，不能撤销整批；可以停售其余卡密',
    en: '{count} codes were sold, voided or have expired, so the batch cannot be undone; you can suspend the rest',
  },
  generationFailed: {
    status: 503,
    zh: '生成中断，已生成的部分保留，系统会自动继续；也可以点「继续生成」',
    en: 'Making the codes broke off; what was made stays, and it goes on by itself or with “Go on”',
  },
  patternTooFew: {
    status: 422,
    zh: '这个格式太容易被猜中，最多能生成 {most} 个；请加长随机部分，或减少数量',
    en: 'Codes of this pattern are too easy to guess; it is good for {most} at most. Lengthen what is drawn, or make fewer',
  },
  codesExported: {
    status: 409,
    zh: '这个批次的卡密已导出过一次，不能再次导出；每次查看请到卡密列表，会逐条留下记录',
    en: 'The codes of this batch have been exported once and are not exported again; look at single ones in the list of codes, each look is logged',
  },
  exportOnlyOwn: {
    status: 409,
    zh: '只有自制卡密的批次可以导出原文',
    en: 'Only batches of codes we made ourselves can be exported',
  },
  batchExported: {
    status: 409,
    zh: '卡密已导出，名单在系统之外，不能撤销整批；可以停售或召回',
    en: 'The codes were exported and are known outside, so the batch cannot be undone; suspend or recall it',
  },
  batchHandedOut: {
    status: 409,
    zh: '这个批次已导出用于线下发放，不能再在商城销售',
    en: 'This batch was exported to be given out elsewhere; it cannot be sold here again',
  },
  recallUnfinished: {
    status: 409,
    zh: '还有 {count} 个已售出的卡密没有处理；请先更换、退款或标记为不处理',
    en: '{count} delivered codes wait for a decision; replace, refund or leave them first',
  },
  recallListing: {
    status: 409,
    zh: '正在清点已售出的卡密，请稍后再试',
    en: 'Delivered codes are still being listed; try again in a moment',
  },
  validityReversed: {
    status: 422,
    zh: '失效时间必须晚于生效时间',
    en: 'The last day must come after the first',
  },
  wrongCardState: {
    status: 409,
    zh: '卡密当前状态为「{state}」，不能进行此操作',
    en: 'The code is “{state}”; this cannot be done now',
  },
})

/** What is wrong with the pattern of codes to be made; by the kernel's `PatternProblem`. */
export const patternErrors = defineErrors('pattern', {
  empty: { status: 422, zh: '请填写卡密格式', en: 'Say what the codes look like' },
  tooLong: { status: 422, zh: '卡密格式最多 64 个字符', en: 'A pattern has 64 characters at most' },
  badCharacter: {
    status: 422,
    zh: '卡密格式里只能用 # @ * = 和字母、数字、- _ .；要原样写出 # @ * =，在前面加 \\',
    en: 'A pattern holds # @ * = and letters, digits, - _ . only; to write one of # @ * = itself, put \\ in front',
  },
  separators: {
    status: 422,
    zh: '卡密格式里的 - _ . 不能连着写两个以上',
    en: 'Two of - _ . may not stand side by side in a pattern',
  },
  nothingDrawn: {
    status: 422,
    zh: '卡密格式里没有随机字符；请加入 #（数字）、@（字母）或 *（不易看错的字符）',
    en: 'Nothing in this pattern is drawn; put in # (digit), @ (letter) or * (clear character)',
  },
  twoChecks: { status: 422, zh: '校验位 = 只能有一个', en: 'There can be one check character = only' },
})

/** Why a line of an import holds no new card; the line report's sentences. */
export const importLineErrors = defineErrors('import_line', {
  duplicate: {
    status: 409,
    zh: '重复：这张卡密以前导入过，或在本文件中已出现',
    en: 'Duplicate: imported before, or already in this file',
  },
  tooLong: { status: 422, zh: '超过 2000 个字符', en: 'Longer than 2,000 characters' },
  controlChars: { status: 422, zh: '含有不可见的控制字符', en: 'Holds invisible control characters' },
  encoding: { status: 422, zh: '含有无法识别的文字编码', en: 'Holds text in an unknown encoding' },
  unclosedQuote: { status: 422, zh: '引号没有成对', en: 'A quote is not closed' },
  emptyPart: { status: 422, zh: '分隔符之间有一段是空的', en: 'A part between separators is empty' },
  tooManyParts: { status: 422, zh: '分成了 20 段以上', en: 'More than 20 parts' },
  heading: { status: 422, zh: '看起来是表头，没有当作卡密导入', en: 'Looks like a heading; not imported as a code' },
  numberPrecision: {
    status: 422,
    zh: 'Excel 把它当作数字保存，末尾的数位已丢失；请把该列设为“文本”后重新填写',
    en: 'Excel kept it as a number and lost its last digits; format the column as text and enter it again',
  },
  cellError: { status: 422, zh: '单元格是公式错误', en: 'The cell holds a formula error' },
})
