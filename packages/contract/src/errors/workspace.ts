import { defineErrors } from './define.ts'

export const workspaceErrors = defineErrors('workspace', {
  notByHand: {
    status: 409,
    zh: '这家供应商有接口，不使用工作台；如需人工供货，请另建一家「人工供货」的供应商',
    en: 'This supplier has an interface and no workspace; to buy from its people, join a supplier of the kind “by hand”',
  },
  tooManyPeople: {
    status: 409,
    zh: '一家供应商最多 {max} 个账号，请先停用不用的',
    en: 'A supplier may have {max} accounts; close one that nobody uses first',
  },
  tooManyProducts: {
    status: 409,
    zh: '最多保存 {max} 个商品，请先整理不再供应的',
    en: 'There may be {max} products; tidy up those you no longer supply first',
  },
  codeTaken: {
    status: 409,
    zh: '编码「{remoteId}」已用于另一个商品，请换一个编码',
    en: 'The code “{remoteId}” belongs to another product already; choose another',
  },
  taskMoved: {
    status: 409,
    zh: '任务状态已变化（可能已超时、被同事处理或被商家取回），请刷新后查看',
    en: 'The task has moved on: too late, done by a colleague, or taken back by the shop. Refresh to see how it stands',
  },
  taskTaken: {
    status: 409,
    zh: '供应商已接单，不能直接取回；请先与对方联系，再在采购单里认定结果',
    en: 'The supplier has accepted it, so it cannot simply be taken back; speak with them first, then settle the purchase',
  },
  codesExpected: {
    status: 422,
    zh: '这个任务要交付卡密，请粘贴或上传卡密',
    en: 'This task delivers codes; paste or upload them',
  },
  noCodesExpected: {
    status: 422,
    zh: '这个任务是直充，请填写充值凭证，不需要卡密',
    en: 'This task is a top-up; say how it was done, no codes are needed',
  },
  codesMissing: {
    status: 422,
    zh: '需要 {wanted} 条卡密，收到 {given} 条；如果只能交付一部分，请勾选「只交付这些」',
    en: '{wanted} codes are needed and {given} came; tick “deliver only these” if there are no more',
  },
  codesTooMany: {
    status: 422,
    zh: '需要 {wanted} 条卡密，收到 {given} 条，请去掉多余的',
    en: '{wanted} codes are needed and {given} came; remove what is too much',
  },
  codesInvalid: {
    status: 422,
    zh: '第 {lines} 行不能作为卡密（为空、过长或有乱码），请改正后再提交',
    en: 'Line {lines} cannot be a code (empty, too long or garbled); correct it and send again',
  },
  codesTwice: {
    status: 422,
    zh: '第 {lines} 行与前面的卡密重复，请改正后再提交',
    en: 'Line {lines} repeats a code above; correct it and send again',
  },
  codesKnown: {
    status: 422,
    zh: '第 {lines} 行的卡密你们以前交付过，请换成未使用过的',
    en: 'You have delivered the code of line {lines} before; replace it with an unused one',
  },
  fileTooLong: {
    status: 422,
    zh: '文件超过 {max} 行，请分成几个文件',
    en: 'The file has more than {max} rows; split it',
  },
  fileWithoutRows: {
    status: 422,
    zh: '文件里只有表头或是空的；第一行应为表头，从第二行起一行一个商品',
    en: 'There is nothing below the headings; the first row names the columns, each further row is a product',
  },
  columnMissing: {
    status: 422,
    zh: '文件里没有「{column}」这一列，请重新选择对应的列',
    en: 'The file has no column “{column}”; choose its columns anew',
  },
  fileKnown: {
    status: 409,
    zh: '这个文件与上次导入的完全相同，没有可更新的内容；确要再导入一次请勾选「仍要导入」',
    en: 'It is the very file that was taken last, so there is nothing new in it; tick “take it all the same” to take it again',
  },
  fileOlder: {
    status: 409,
    zh: '这个文件比上次导入的旧（{modified}），可能会把价格和库存改回去；确要导入请勾选「仍要导入」',
    en: 'It is older than the last one ({modified}) and may set prices and stock back; tick “take it all the same” to take it',
  },
  fileMoved: {
    status: 409,
    zh: '这个文件已导入或已撤销，请刷新后查看',
    en: 'The file was taken or undone already; refresh to see how it stands',
  },
  fileNotLast: {
    status: 409,
    zh: '之后又导入过别的文件，只能撤销最近一次导入',
    en: 'Another file was taken since; only the last one can be undone',
  },
  priceMoved: {
    status: 409,
    zh: '供应商又改了报价，或已有人处理，请刷新后再决定',
    en: 'The supplier has changed the price again, or somebody has decided already; refresh and decide anew',
  },
})
